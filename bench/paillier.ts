/**
 * What threshold Paillier costs on one thread, beside paillier-bigint and a plain OpenSSL r^N. All in one run, in
 * turns, so that the ratios hold on a busy machine too.
 */
import { PublicKey } from 'paillier-bigint';
import { openPaillierCombiner } from '../schemes/paillier/combination.ts';
import { openPaillierEncryptor } from '../schemes/paillier/encryption.ts';
import { openPaillierEvaluator } from '../schemes/paillier/evaluator.ts';
import { openPaillierKeyShare } from '../schemes/paillier/key-share.ts';
import { openJointKey, type PaillierJointKey } from '../schemes/paillier/joint-key.ts';
import { drawRandomness, fullPower, mask, uniformBelow } from '../schemes/paillier/randomness.ts';
import type { PaillierParameters } from '../schemes/paillier/parameters.ts';
import type { SchemeContext } from '../schemes/scheme.ts';

const OUTPUTS = 10;
/** So many ciphertexts until the fixed-base table is made. */
const WARM_UP = 150;

/** A key that a ceremony has made, with the seeds of its holders. */
export interface MadeKey {
  readonly context: SchemeContext<PaillierParameters>;
  readonly jointKey: Uint8Array;
  readonly seeds: readonly Uint8Array[];
}

export interface PaillierFigures {
  readonly modulusBits: number;
  readonly slots: number;
  /** Median milliseconds on one thread, for one ciphertext unless said otherwise. */
  readonly milliseconds: {
    /** (1 + m·N)·h_s^r from the table. */
    readonly encrypt: number;
    /** With packing, proof of plaintext knowledge and encoding. */
    readonly encryptAndProve: number;
    /** The first ones, before the table is made. */
    readonly encryptAndProveByOpenssl: number;
    /** (1 + m·N)·r^N, the exponentiation by OpenSSL. */
    readonly plainOpenssl: number;
    readonly paillierBigint: number;
    /** Proof and product, in batches. */
    readonly verifyAndAdd: number;
    /** Partial decryption of all outputs, with the proof. */
    readonly release: number;
    /** Verification of the shares of all holders, and combination. */
    readonly combine: number;
  };
  readonly perValue: number;
  /** How many times as long the others take. */
  readonly ratios: { readonly plainOpenssl: number; readonly paillierBigint: number };
}

/** `repetitions` of each, under a key for which 512 contributors are allowed at least. */
export async function measurePaillier(made: MadeKey, repetitions = 100): Promise<PaillierFigures> {
  const { context, jointKey } = made;
  const key = openJointKey(context, jointKey);
  using encryptor = await openPaillierEncryptor(context, jointKey, 'office');
  const values = Array.from({ length: encryptor.slots }, (_, i) => BigInt((i * 7_919 - 20_000) | 0));
  const encryptAndProve = (): Uint8Array => encryptor.encrypt(values);
  const [encryptAndProveByOpenssl = NaN] = inTurns([encryptAndProve], 10);
  for (let i = 0; i < WARM_UP; i += 1) encryptAndProve();
  const theirs = new PublicKey(key.modulus, key.modulus + 1n);
  const m = uniformBelow(key.modulus);
  const [encrypt = NaN, withProof = NaN, plainOpenssl = NaN, paillierBigint = NaN] = inTurns(
    [
      () => mask(key.modulus, m, drawRandomness(key)),
      encryptAndProve,
      () => mask(key.modulus, m, fullPower(key, uniformBelow(key.modulus))),
      () => theirs.encrypt(m),
    ],
    repetitions,
  );
  return {
    modulusBits: context.parameters.modulusBits,
    slots: encryptor.slots,
    milliseconds: {
      encrypt,
      encryptAndProve: withProof,
      encryptAndProveByOpenssl,
      plainOpenssl,
      paillierBigint,
      verifyAndAdd: await measureSum(made, encryptAndProve),
      ...(await measureDecryption(made, key)),
    },
    perValue: encrypt / encryptor.slots,
    ratios: { plainOpenssl: plainOpenssl / encrypt, paillierBigint: paillierBigint / encrypt },
  };
}

async function measureSum({ context, jointKey }: MadeKey, encrypt: () => Uint8Array): Promise<number> {
  const inputs = Array.from({ length: 512 }, encrypt);
  using evaluator = await openPaillierEvaluator(context, jointKey);
  const [all = NaN] = inTurns(
    [
      () => {
        using sum = evaluator.sum();
        for (const input of inputs) sum.add(input, 'office');
        sum.bytes();
      },
    ],
    3,
  );
  return all / inputs.length;
}

async function measureDecryption(
  { context, jointKey, seeds }: MadeKey,
  key: PaillierJointKey,
): Promise<Pick<PaillierFigures['milliseconds'], 'release' | 'combine'>> {
  using encryptor = await openPaillierEncryptor(context, jointKey, 'office');
  const outputs = Array.from({ length: OUTPUTS }, () =>
    encryptor.encrypt([1n]).slice(0, key.context.parameters.outputBytes),
  );
  const holders = await Promise.all(
    seeds.map((seed, holder) => openPaillierKeyShare(context, seed, holder, jointKey)),
  );
  const shares = holders.map((holder) => holder.partialDecryptions(outputs));
  const combiner = openPaillierCombiner(context, jointKey);
  const [release = NaN, combine = NaN] = inTurns(
    [() => holders[1]?.partialDecryptions(outputs), () => combiner.combine(outputs, shares)],
    5,
  );
  return { release, combine };
}

/** Median milliseconds of each. */
function inTurns(runs: readonly (() => unknown)[], repetitions: number): number[] {
  const times = runs.map((): number[] => []);
  for (let i = 0; i < repetitions; i += 1) {
    for (const [which, run] of runs.entries()) {
      const start = performance.now();
      run();
      times[which]?.push(performance.now() - start);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[repetitions >> 1] ?? NaN);
}
