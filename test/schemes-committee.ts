/** A committee of K key holders with its joint key, in one process. */
import { createHash } from 'node:crypto';
import { chooseBfvParameters } from '../schemes/bfv/parameters.ts';
import { openCombiner } from '../schemes/combiner.ts';
import { openEncryptor } from '../schemes/encryptor.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import { openKeyShare } from '../schemes/key-share.ts';
import type { Combiner, Encryptor, Evaluator, KeyShare, SchemeContext } from '../schemes/scheme.ts';

export interface Committee extends Disposable {
  readonly context: SchemeContext;
  readonly seeds: readonly Uint8Array[];
  readonly holders: readonly KeyShare[];
  readonly transcript: readonly (readonly Uint8Array[])[];
  readonly jointKey: Uint8Array;
  readonly evaluator: Evaluator;
  readonly encryptor: Encryptor;
  readonly combiner: Combiner;
}

/** Everything about it follows from `name`, except the randomness of encryption. */
export async function openCommittee(
  name: string,
  { holders: K = 3, contributors = 3, magnitude = 1n << 40n } = {},
): Promise<Committee> {
  const parameters = chooseBfvParameters({ holders: K, contributors, decryptions: 1, magnitude });
  const context = { parameters, task: createHash('sha256').update(name).digest('hex') };
  const seeds = Array.from({ length: K }, (_, i) => seed(`${name} ${i}`));
  const holders = await Promise.all(seeds.map((bytes) => openKeyShare(context, bytes)));
  const evaluator = await openEvaluator(context);
  const round0 = holders.map((holder, i) => message(holder.contribution(i, [])));
  const round1 = holders.map((holder, i) => message(holder.contribution(i, [round0])));
  const transcript = [round0, round1];
  const jointKey = message(evaluator.jointKey(transcript));
  const encryptor = await openEncryptor(context, jointKey);
  const combiner = await openCombiner(context);
  return {
    context,
    seeds,
    holders,
    transcript,
    jointKey,
    evaluator,
    encryptor,
    combiner,
    [Symbol.dispose]: () => {
      for (const opened of [...holders, evaluator, encryptor, combiner]) opened[Symbol.dispose]();
    },
  };
}

/** The sum of ciphertexts of the given vectors. */
export function encryptedSum(
  committee: Committee,
  vectors: readonly (readonly bigint[] | BigInt64Array)[],
): Uint8Array {
  using sum = committee.evaluator.sum();
  for (const vector of vectors) sum.add(committee.encryptor.encrypt(vector));
  return sum.bytes();
}

export function seed(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`seed ${name}`).digest());
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes with one byte changed. */
export function altered(bytes: Uint8Array, index: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = value;
  return copy;
}

function message(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new Error('the ceremony ended early');
  return bytes;
}
