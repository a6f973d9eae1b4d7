/**
 * The parameters of a threshold CKKS task (Cheon, Kim, Kim and Song, ASIACRYPT 2017). Pure; the same on every machine.
 *
 * A value is a real number v in [−1, 1], and stands as round(Δ·v) in one *coefficient* of the plaintext, Δ = 2^k. Sums
 * need no products, so nothing is gained by the canonical embedding, in which the noise of all N coefficients meets in
 * every slot; in coefficients the error of a value is the noise of one. Δ is as large as q has room for,
 *
 *     Δ + B < q/2,   B = B_ct + K·B_sm,
 *
 * and carries λ: B_sm is 2^(λ−1)·N·D·B_ct. A decrypted value is within B/Δ of the sum of what was encrypted. The bound
 * B_ct of `noise.ts` allows each ciphertext a rounding of 1/2 + 1/2t when it encodes, which is that of round(Δ·v) here.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { productOf } from '../rlwe/crt.ts';
import { POLYNOMIAL_TAG_BYTES } from '../rlwe/message.ts';
import { ciphertextNoiseBound, smudgingBoundFor } from '../rlwe/threshold/noise.ts';
import { dataPrimesFor, specialPrimeFor } from '../rlwe/threshold/prime-chain.ts';
import { countsFor, type RlweCounts, type RlweTask } from '../rlwe/threshold/task.ts';
import { ciphertextBytes } from '../rlwe/wire.ts';
import { sameParameters } from '../same-parameters.ts';

/** JSON-able; integers that may pass 2^53 are decimal strings. */
export interface CkksParameters extends RlweCounts {
  readonly scheme: 'ckks';
  /** The outputs of a task are sums. */
  readonly products?: undefined;
  /** It is what tells the moduli from those of BFV. */
  readonly plainModulus?: undefined;
  /** N: coefficients of a polynomial. */
  readonly ringDegree: number;
  /** Values of a ciphertext: N less the guard slots. */
  readonly slots: number;
  /** Their product is q. */
  readonly dataPrimes: readonly string[];
  /** P: used to encrypt, gone from every ciphertext. */
  readonly specialPrime: string;
  /** k: a value v stands as round(2^k·v). */
  readonly scaleBits: number;
  /** B_ct: noise of a sum, the rounding of the encoding included. */
  readonly noiseBound: string;
  /** B_sm: each holder adds noise uniform in ±B_sm to a partial decryption. */
  readonly smudgingBound: string;
  /** B = B_ct + K·B_sm: a decrypted value is within B/2^k of the true one. */
  readonly errorBound: string;
  /** ⌊log2(2^k/B)⌋: bits of a value that are above the error. */
  readonly precisionBits: number;
  /** Security of the encryption against classical computers, by the table of the standard (see `ROWS`). */
  readonly securityBits: 128;
  /** Sizes of what travels. Both messages of the key ceremony have the same size. */
  readonly contributionBytes: number;
  readonly jointKeyBytes: number;
  readonly ciphertextBytes: number;
  /** An output ciphertext: a sum is as long as what it is made of. */
  readonly outputBytes: number;
  readonly shareBytes: number;
}

interface Row {
  readonly ringDegree: number;
  readonly dataPrimes: number;
}

/**
 * Smallest first. With the special prime of 38 bits log2(q·P) is 158, 218, 278, 338 and 398; for 128-bit security with
 * ternary keys the Homomorphic Encryption Standard (2018, table 1) allows 218 at N = 8192 and 438 at 16384.
 */
const ROWS: readonly Row[] = [
  { ringDegree: 8192, dataPrimes: 2 },
  { ringDegree: 8192, dataPrimes: 3 },
  { ringDegree: 16384, dataPrimes: 4 },
  { ringDegree: 16384, dataPrimes: 5 },
  { ringDegree: 16384, dataPrimes: 6 },
];

/** Coefficients at the end of every ciphertext in which nothing is encoded: they show a wrong share. */
export const GUARD_SLOTS = 128;

/** With fewer bits of precision a row is not offered. With them, a wrong share passes with probability below 2^−1024. */
const LEAST_PRECISION = 10;

/**
 * The parameters that each row of the table offers for `slots` values of every contributor, cheapest first; the
 * number of decryptions follows from the slots. Throws TASK_IMPOSSIBLE where none has a bit to spare at this λ.
 */
export function ckksChoices(task: Omit<RlweTask, 'decryptions'>, slots: number): CkksParameters[] {
  const choices = ROWS.flatMap((row) => {
    const decryptions = Math.max(1, Math.ceil(slots / (row.ringDegree - GUARD_SLOTS)));
    const parameters = derive(row, countsFor({ ...task, decryptions }));
    return parameters.precisionBits >= LEAST_PRECISION ? [parameters] : [];
  });
  if (choices.length > 0) return choices;
  const { statisticalBits } = countsFor({ ...task, decryptions: 1 });
  throw impossible(
    `no parameters keep ${LEAST_PRECISION} bits of a value above the noise that hides a key share with ` +
      `${statisticalBits} statistical bits; the smallest change is to let security.statistical-bits be lower`,
  );
}

/**
 * Throws TASK_IMPOSSIBLE unless the parameters are exactly what this module derives from their own K, R, D, λ, N and
 * number of primes. So a plan made elsewhere cannot lower the smudging or smuggle in weak moduli.
 */
export function requireSoundCkks(parameters: CkksParameters): void {
  const { ringDegree, dataPrimes, decryptions } = parameters;
  const row = ROWS.find((r) => r.ringDegree === ringDegree && r.dataPrimes === dataPrimes.length);
  if (row === undefined) throw impossible('the parameters name a ring degree or moduli that no plan uses');
  const derived = derive(row, countsFor({ ...parameters, decryptions: decryptions - 1 }));
  if (derived.precisionBits < LEAST_PRECISION || !sameParameters(derived, parameters)) {
    throw impossible('the parameters are not those that follow from the size of the task');
  }
}

function derive({ ringDegree, dataPrimes }: Row, counts: RlweCounts): CkksParameters {
  const specialPrime = specialPrimeFor(ringDegree);
  const model = { ...counts, ringDegree, specialPrime };
  const primes = dataPrimesFor(ringDegree, dataPrimes);
  const noiseBound = ciphertextNoiseBound(model);
  const smudgingBound = smudgingBoundFor(model);
  const error = noiseBound + BigInt(counts.holders) * smudgingBound;
  const room = productOf(primes) / 2n - error;
  const scaleBits = room > 0n ? room.toString(2).length - 1 : 0;
  const ratio = (1n << BigInt(scaleBits)) / error;
  return {
    scheme: 'ckks',
    ringDegree,
    slots: ringDegree - GUARD_SLOTS,
    dataPrimes: primes.map(String),
    specialPrime: String(specialPrime),
    scaleBits,
    ...counts,
    noiseBound: String(noiseBound),
    smudgingBound: String(smudgingBound),
    errorBound: String(error),
    precisionBits: ratio > 0n ? ratio.toString(2).length - 1 : 0,
    securityBits: 128,
    contributionBytes: POLYNOMIAL_TAG_BYTES + 8 * ringDegree * (dataPrimes + 1),
    jointKeyBytes: ciphertextBytes(ringDegree, dataPrimes + 1),
    ciphertextBytes: ciphertextBytes(ringDegree, dataPrimes),
    outputBytes: ciphertextBytes(ringDegree, dataPrimes),
    shareBytes: POLYNOMIAL_TAG_BYTES + 8 * ringDegree * dataPrimes,
  };
}

function impossible(why: string): StrongroomError {
  return new StrongroomError('TASK_IMPOSSIBLE', why);
}
