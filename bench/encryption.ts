/** How fast an input party encodes and encrypts on one thread when its ciphertexts are full. */
import { randomBytes } from 'node:crypto';
import { chooseBfvParameters } from '../schemes/bfv/parameters.ts';
import { openEncryptor } from '../schemes/encryptor.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import { openKeyShare } from '../schemes/key-share.ts';
import type { Parameters, SchemeContext } from '../schemes/scheme.ts';

export interface EncryptionFigures {
  readonly ringDegree: number;
  readonly ciphertexts: number;
  readonly values: number;
  readonly elapsedMs: number;
  readonly valuesPerSecond: number;
}

/** The parameters of a sum of a few parties with 40-bit totals: what most tasks plan. */
export function usualParameters(): Parameters {
  return chooseBfvParameters({ holders: 3, contributors: 3, decryptions: 1, magnitude: 1n << 40n });
}

/** Encrypts full ciphertexts for at least `forMs`, under a joint key of K holders made on the spot. */
export async function measureEncryption(parameters: Parameters, forMs: number): Promise<EncryptionFigures> {
  const context = { parameters, task: randomBytes(32).toString('hex') };
  using encryptor = await openEncryptor(context, await makeJointKey(context));
  const values = BigInt64Array.from({ length: encryptor.slots }, (_, i) => BigInt(i * 7919 - 20_000_000));
  encryptor.encrypt(values);
  const start = performance.now();
  let ciphertexts = 0;
  while (performance.now() - start < forMs) {
    encryptor.encrypt(values);
    ciphertexts += 1;
  }
  const elapsedMs = performance.now() - start;
  const count = ciphertexts * encryptor.slots;
  const valuesPerSecond = Math.round((1000 * count) / elapsedMs);
  return { ringDegree: parameters.ringDegree, ciphertexts, values: count, elapsedMs, valuesPerSecond };
}

async function makeJointKey(context: SchemeContext): Promise<Uint8Array> {
  using evaluator = await openEvaluator(context);
  const seeds = Array.from({ length: context.parameters.holders }, () => Uint8Array.from(randomBytes(32)));
  const transcript: Uint8Array[][] = [];
  for (;;) {
    const key = evaluator.jointKey(transcript);
    if (key !== undefined) return key;
    const round: Uint8Array[] = [];
    for (const [holder, seed] of seeds.entries()) {
      using share = await openKeyShare(context, seed);
      round.push(share.contribution(holder, transcript) ?? new Uint8Array());
    }
    transcript.push(round);
  }
}
