/**
 * The parameters of a threshold BFV task, chosen from its size so that decryption is exact and every share
 * hides its key: B_ct + K·B_sm < q/2t with a bit to spare (`noise.ts`). Pure; the same on every machine.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { sameParameters } from '../same-parameters.ts';
import { isPrime, primeAbove, primesBelow } from '../rlwe/primes.ts';
import { ciphertextBytes } from '../rlwe/wire.ts';
import { POLYNOMIAL_TAG_BYTES } from '../rlwe/message.ts';
import { ciphertextNoiseBound, decryptionNoiseBound, smudgingBoundFor } from '../rlwe/threshold/noise.ts';
import {
  countsFor,
  DEFAULT_STATISTICAL_BITS,
  RANGES,
  type RlweCounts,
  type RlweTask,
} from '../rlwe/threshold/task.ts';
import { dataBitsAtLeast, dataPrimesFor, specialPrimeFor } from '../rlwe/threshold/prime-chain.ts';

/** JSON-able; integers that may pass 2^53 are decimal strings. */
export interface BfvParameters extends RlweCounts {
  readonly scheme: 'bfv';
  /** Absent: the outputs of the task are sums (see `products/parameters.ts`). */
  readonly products?: undefined;
  /** N: coefficients of a polynomial, and values of a ciphertext. */
  readonly ringDegree: number;
  /** Values of a ciphertext: N. */
  readonly slots: number;
  /** Their product is q. */
  readonly dataPrimes: readonly string[];
  /** P: used to encrypt, gone from every ciphertext. */
  readonly specialPrime: string;
  /** t: values are integers in ±(t − 1)/2, added modulo t. */
  readonly plainModulus: string;
  /** B_ct: noise of a sum. */
  readonly noiseBound: string;
  /** B_sm: each holder adds noise uniform in ±B_sm to a partial decryption. */
  readonly smudgingBound: string;
  /** Security of the encryption against classical computers, by the table of the standard (see `ROWS`). */
  readonly securityBits: 128;
  /** ⌊log2 of (q/2t)/(B_ct + K·B_sm)⌋, at least 1: a wrong share then passes with probability below 2^−N. */
  readonly marginBits: number;
  /** Sizes of what travels. Both messages of the key ceremony have the same size. */
  readonly contributionBytes: number;
  readonly jointKeyBytes: number;
  readonly ciphertextBytes: number;
  /** An output ciphertext: a sum is as long as what it is made of. */
  readonly outputBytes: number;
  readonly shareBytes: number;
}

/** What one ciphertext can do at one price. */
export interface BfvChoice {
  readonly ringDegree: number;
  readonly ciphertextBytes: number;
  /** The largest |sum| that a slot may reach. */
  readonly magnitude: bigint;
}

interface Row {
  readonly ringDegree: number;
  readonly dataPrimes: number;
}

/**
 * Smallest first. With the special prime of 38 bits log2(q·P) is 158, 218 and 278; for 128-bit security with
 * ternary keys the Homomorphic Encryption Standard (2018, table 1) allows 218 at N = 8192 and 438 at 16384.
 * N = 4096 allows 109, which leaves nothing for values once a key share is hidden with λ = 60.
 */
const ROWS: readonly Row[] = [
  { ringDegree: 8192, dataPrimes: 2 },
  { ringDegree: 8192, dataPrimes: 3 },
  { ringDegree: 16384, dataPrimes: 4 },
];

/** SEAL's limit for t. */
const PLAIN_MODULUS_LIMIT = 1n << 60n;

/** What t must stay below for the noise to stay below q/4t. */
function plainModulusLimit(row: Row, counts: RlweCounts): bigint {
  const room =
    (1n << BigInt(dataBitsAtLeast(row.dataPrimes))) / (4n * decryptionNoiseBound(modelOf(row, counts)));
  return room < PLAIN_MODULUS_LIMIT ? room : PLAIN_MODULUS_LIMIT;
}

/** What each row of the table offers this task, cheapest first; rows that cannot hold even ±1 are left out. */
export function bfvChoices(task: RlweTask): BfvChoice[] {
  const counts = countsFor(task);
  return ROWS.flatMap((row) => {
    const magnitude = largestMagnitude(row, counts);
    const bytes = ciphertextBytes(row.ringDegree, row.dataPrimes);
    return magnitude > 0n ? [{ ringDegree: row.ringDegree, ciphertextBytes: bytes, magnitude }] : [];
  });
}

/**
 * The cheapest parameters under which sums of at most `contributors` ciphertexts, with no slot of a sum beyond
 * ±`magnitude`, decrypt exactly. t is the smallest batching prime (t ≡ 1 mod 2N) above 2·magnitude.
 * Throws TASK_IMPOSSIBLE, with the numbers and the smallest change that helps, where no row of the table does.
 */
export function chooseBfvParameters(task: RlweTask & { readonly magnitude: bigint }): BfvParameters {
  const counts = countsFor(task);
  if (task.magnitude < 1n) throw impossible('the largest sum of a slot must be at least 1');
  const row = ROWS.find((candidate) => largestMagnitude(candidate, counts) >= task.magnitude);
  if (!row) throw impossible(shortfall(task.magnitude, task));
  const plainModulus = primeAbove(2n * task.magnitude, 2n * BigInt(row.ringDegree));
  return derive(row, counts, plainModulus);
}

/**
 * Throws TASK_IMPOSSIBLE unless the parameters are exactly what this module derives from their own K, R, D, λ,
 * N and t. So a plan made elsewhere cannot lower the smudging or smuggle in weak moduli.
 */
export function requireSoundBfv(parameters: BfvParameters): void {
  const { holders, contributors, decryptions, statisticalBits, ringDegree, dataPrimes } = parameters;
  const row = ROWS.find((r) => r.ringDegree === ringDegree && r.dataPrimes === dataPrimes.length);
  const t = /^\d{1,19}$/.test(parameters.plainModulus) ? BigInt(parameters.plainModulus) : 0n;
  if (!row || t % (2n * BigInt(ringDegree)) !== 1n || !isPrime(t)) {
    throw impossible('the parameters name a ring degree, moduli or plain modulus that no plan uses');
  }
  const counts = countsFor({ holders, contributors, decryptions: decryptions - 1, statisticalBits });
  if (t >= plainModulusLimit(row, counts) || !sameParameters(derive(row, counts, t), parameters)) {
    throw impossible('the parameters are not those that follow from the size of the task');
  }
}

function modelOf(row: Row, counts: RlweCounts): Parameters<typeof decryptionNoiseBound>[0] {
  return { ...counts, ringDegree: row.ringDegree, specialPrime: specialPrimeFor(row.ringDegree) };
}

/** (t − 1)/2 for the largest batching prime that the row has room for; 0 where there is none. */
function largestMagnitude(row: Row, counts: RlweCounts): bigint {
  const step = 2n * BigInt(row.ringDegree);
  for (const t of primesBelow(plainModulusLimit(row, counts), step)) return (t - 1n) / 2n;
  return 0n;
}

function derive(row: Row, counts: RlweCounts, t: bigint): BfvParameters {
  const { ringDegree } = row;
  const model = modelOf(row, counts);
  const primes = dataPrimesFor(ringDegree, row.dataPrimes, t);
  const q = primes.reduce((product, prime) => product * prime, 1n);
  const room = q / (2n * t * decryptionNoiseBound(model));
  return {
    scheme: 'bfv',
    ringDegree,
    slots: ringDegree,
    dataPrimes: primes.map(String),
    specialPrime: String(model.specialPrime),
    plainModulus: String(t),
    ...counts,
    noiseBound: String(ciphertextNoiseBound(model)),
    smudgingBound: String(smudgingBoundFor(model)),
    securityBits: 128,
    marginBits: room.toString(2).length - 1,
    contributionBytes: POLYNOMIAL_TAG_BYTES + 8 * ringDegree * (primes.length + 1),
    jointKeyBytes: ciphertextBytes(ringDegree, primes.length + 1),
    ciphertextBytes: ciphertextBytes(ringDegree, primes.length),
    outputBytes: ciphertextBytes(ringDegree, primes.length),
    shareBytes: POLYNOMIAL_TAG_BYTES + 8 * ringDegree * primes.length,
  };
}

function shortfall(magnitude: bigint, task: RlweTask): string {
  const { holders, contributors, decryptions, statisticalBits = DEFAULT_STATISTICAL_BITS } = task;
  const asked =
    `a slot must hold sums up to ${magnitude} with ${holders} key holders, ${contributors} contributors, ` +
    `${decryptions} output ciphertexts and ${statisticalBits} statistical bits`;
  const most = bfvChoices(task).reduce((max, { magnitude: m }) => (m > max ? m : max), 0n);
  if (most > 0n)
    return `${asked}; at most ${most} fits: split each value into limbs whose sums stay within it`;
  for (let bits = statisticalBits - 1; bits >= RANGES.statisticalBits[0]; bits -= 1) {
    const choices = bfvChoices({ ...task, statisticalBits: bits });
    if (choices.some((choice) => choice.magnitude >= magnitude))
      return `${asked}; ${bits} statistical bits would fit`;
  }
  return `${asked}; the task has to become smaller`;
}

function impossible(why: string): StrongroomError {
  return new StrongroomError('TASK_IMPOSSIBLE', why);
}
