/**
 * The parameters of a threshold BFV task whose outputs are inner products of encrypted columns (`layout.ts`): depth 1,
 * one relinearisation key, no rotations. Chosen so that decryption is exact and every share hides its key:
 * B_ct + K·B_sm < q/2t (`noise.ts`) with 40 bits to spare. Pure; the same on every machine.
 *
 * Values beyond one plain modulus (SEAL: t < 2^60) are computed modulo several, t_1 … t_L, with one ciphertext for each
 * in the place of one, under one key, and put together by the Chinese remainder theorem. The alternative, limbs, would
 * need all products of limbs of one factor with limbs of the other: L² multiplications instead of L.
 *
 * The ring degree is 16384. At 8192 the standard allows 218 bits, of which a product, λ = 60 and the spare 40 bits leave
 * fewer than ten for values; at 32768 a ciphertext of the same values is no smaller and SEAL no faster.
 */
import { StrongroomError } from '../../../proto/errors.ts';
import { sameParameters } from '../../same-parameters.ts';
import { messageBytes, POLYNOMIAL_TAG_BYTES } from '../../rlwe/message.ts';
import { primeAbove, primesBelow } from '../../rlwe/primes.ts';
import { ERROR_BOUND } from '../../rlwe/samplers.ts';
import { ciphertextBytes } from '../../rlwe/wire.ts';
import type { BfvModuli } from '../../rlwe/threshold/levels.ts';
import { dataPrimesFor } from '../../rlwe/threshold/prime-chain.ts';
import {
  inputsOf,
  layOutProducts,
  chunksOf,
  productOutputs,
  type ProductLayout,
  type ProductShape,
} from './layout.ts';
import { productNoiseBound } from './noise.ts';

/** JSON-able; integers that may pass 2^53 are decimal strings. */
export interface BfvProductParameters {
  readonly scheme: 'bfv';
  /** Which columns are multiplied, how they are laid out, and which coefficients are ever opened. */
  readonly products: ProductLayout;
  /** N. */
  readonly ringDegree: number;
  /** Values of an input ciphertext: the N coefficients of a polynomial. */
  readonly slots: number;
  /** Their product is q. */
  readonly dataPrimes: readonly string[];
  /** P: used to encrypt and to relinearise, gone from every ciphertext. */
  readonly specialPrime: string;
  /** t_1 … t_L: values are integers in ±(∏t_l − 1)/2, computed modulo each. */
  readonly plainModuli: readonly string[];
  /** The largest |value| and |inner product| of the task. */
  readonly magnitude: string;
  /** K. */
  readonly holders: number;
  /** D: what each holder decrypts under this key, in coefficients: L for each opened inner product, and the key test. */
  readonly decryptions: number;
  /** λ: all that is opened says about the keys at most 2^−λ (statistical distance) more than the results do. */
  readonly statisticalBits: number;
  /** B_ct: noise of an output. */
  readonly noiseBound: string;
  /** B_sm: each holder adds noise uniform in ±B_sm to each coefficient that it decrypts partially. */
  readonly smudgingBound: string;
  /** What hides the errors of a holder's messages in the key ceremony when they are tested (`key-test.ts`). */
  readonly testSmudgingBound: string;
  /** Security of the encryption against classical computers, by the table of the standard. */
  readonly securityBits: 128;
  /** ⌊log2 of (q/2t)/(B_ct + K·B_sm)⌋: a coefficient with a wrong share passes with probability 2^−marginBits. */
  readonly marginBits: number;
  /** Sizes of what travels: the largest message of the key ceremony, and all messages of one holder. */
  readonly contributionBytes: number;
  readonly ceremonyBytes: number;
  /** The joint public key and the relinearisation key. */
  readonly jointKeyBytes: number;
  readonly ciphertextBytes: number;
  readonly outputBytes: number;
  /** The partial decryptions of all outputs by one holder. */
  readonly sharesBytes: number;
}

/** What a task asks of its parameters. */
export interface BfvProductTask extends ProductShape {
  /** K, from 3 to 255. */
  readonly holders: number;
  /** The largest |value| of a column, and the largest |inner product| that is opened. */
  readonly magnitude: bigint;
  /** λ, from 40 to 128; 60 unless said otherwise. */
  readonly statisticalBits?: number;
}

const RING_DEGREE = 16384;
/** 4 to 6 data primes of 60 bits and a special one of 59: at most 419 of the 438 bits of the standard (table 1). */
const DATA_PRIMES = [4, 5, 6];
const SPECIAL_LIMIT = 1n << 59n;
const PLAIN_MODULUS_LIMIT = 1n << 60n;
const MOST_PLAIN_MODULI = 4;
/** One coefficient is opened where a sum opens N: a single one must tell a wrong share. */
const GUARD_BITS = 40;
const DEFAULT_STATISTICAL_BITS = 60;
/** Coefficients of the test product that are opened in the key ceremony, for each plain modulus. */
const TEST_COEFFICIENTS = 4;
export const TESTED: readonly number[] = Array.from({ length: TEST_COEFFICIENTS }, (_, m) => m);
/** The scalars with which the messages of the key ceremony are weighed in their test are in [1, 2^16]. */
export const TEST_SCALAR_BITS = 16;

const RANGES = { holders: [3, 255], records: [1, 10_000_000], statisticalBits: [40, 128] } as const;

/**
 * The cheapest parameters (ciphertext bytes for a value) under which all inner products of the task decrypt exactly.
 * Throws TASK_IMPOSSIBLE, with the numbers and the smallest change that helps, where there are none.
 */
export function chooseBfvProductParameters(task: BfvProductTask): BfvProductParameters {
  const { statisticalBits = DEFAULT_STATISTICAL_BITS } = task;
  requireRanges({ ...task, statisticalBits });
  const chosen = choose({ ...task, statisticalBits });
  if (chosen) return chosen;
  throw impossible(shortfall({ ...task, statisticalBits }));
}

/** Throws TASK_IMPOSSIBLE unless the parameters are exactly what this module derives from the task that they state. */
export function requireSoundProducts(parameters: BfvProductParameters): void {
  const { products, holders, statisticalBits, magnitude } = parameters;
  const { records, blocks, grids } = products;
  const stated = /^\d{1,200}$/.test(magnitude) ? BigInt(magnitude) : 0n;
  const task = { records, blocks, grids, holders, statisticalBits, magnitude: stated };
  if (sameParameters(chooseBfvProductParameters(task), parameters)) return;
  throw impossible('the parameters are not those that follow from the size of the task');
}

type Task = Required<BfvProductTask>;

/** What computes modulo t_l: the same moduli of ciphertexts and keys for each. */
export function lanesOf({
  ringDegree,
  dataPrimes,
  specialPrime,
  plainModuli,
}: BfvProductParameters): BfvModuli[] {
  return plainModuli.map((plainModulus) => ({ ringDegree, dataPrimes, specialPrime, plainModulus }));
}

/** That of t_1, for what is the same in all: keys. */
export function firstLane({ plainModuli, ...rest }: BfvProductParameters): BfvModuli {
  return { ...rest, plainModulus: plainModuli[0] ?? '' };
}

function choose(task: Task): BfvProductParameters | undefined {
  const layout = layOutProducts(task, RING_DEGREE);
  const rows = Array.from({ length: MOST_PLAIN_MODULI }, (_, i) =>
    DATA_PRIMES.map((dataPrimes) => ({ plainModuli: i + 1, dataPrimes })),
  );
  const cost = (row: { plainModuli: number; dataPrimes: number }): number => row.plainModuli * row.dataPrimes;
  for (const row of rows.flat().sort((a, b) => cost(a) - cost(b))) {
    const derived = derive(task, layout, plainModuliFor(task.magnitude, row.plainModuli), row.dataPrimes);
    if (derived) return derived;
  }
  return undefined;
}

/** The smallest primes above the `count`-th root of 2·magnitude: their product is above 2·magnitude. */
function plainModuliFor(magnitude: bigint, count: number): bigint[] {
  const moduli: bigint[] = [];
  let last = root(2n * magnitude, BigInt(count));
  while (moduli.length < count) moduli.push((last = primeAbove(last, 2n)));
  return moduli;
}

/** The smallest integer ≥ 2 whose `degree`-th power is at least n. */
function root(n: bigint, degree: bigint): bigint {
  let [low, high] = [2n, 2n];
  while (high ** degree < n) high *= 2n;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (middle ** degree < n) low = middle + 1n;
    else high = middle;
  }
  return low;
}

function derive(
  task: Task,
  layout: ProductLayout,
  plainModuli: readonly bigint[],
  count: number,
): BfvProductParameters | undefined {
  const { holders, statisticalBits } = task;
  const ringDegree = RING_DEGREE;
  const largest = plainModuli.at(-1) ?? 0n;
  if (largest >= PLAIN_MODULUS_LIMIT) return undefined;
  const dataPrimes = dataPrimesFor(ringDegree, count, largest);
  if (plainModuli.some((t) => dataPrimes.includes(t))) return undefined;
  const [specialPrime = 0n] = primesBelow(SPECIAL_LIMIT, 2n * BigInt(ringDegree)).take(1);
  const outputs = productOutputs(layout).map(({ coefficients }) => coefficients.length);
  const opened = plainModuli.length * outputs.reduce((sum, coefficients) => sum + coefficients, 0);
  const tested = plainModuli.length * TEST_COEFFICIENTS;
  const decryptions = opened + tested;
  const noiseBound = productNoiseBound({
    ringDegree,
    dataPrimes,
    specialPrime,
    plainModulus: largest,
    holders,
    terms: chunksOf(layout, layout.records),
    inputs: plainModuli.length * inputsOf(layout),
  });
  const smudgingBound = (1n << BigInt(statisticalBits)) * BigInt(decryptions) * noiseBound;
  const q = dataPrimes.reduce((product, prime) => product * prime, 1n);
  const room = q / (2n * largest * (noiseBound + BigInt(holders) * smudgingBound));
  const marginBits = room.toString(2).length - 1;
  if (room === 0n || marginBits < GUARD_BITS) return undefined;
  const polynomial = 8 * ringDegree * (count + 1);
  const messages = ceremonyMessages(count, polynomial, messageBytes(count * tested));
  return {
    scheme: 'bfv',
    products: layout,
    ringDegree,
    slots: ringDegree,
    dataPrimes: dataPrimes.map(String),
    specialPrime: String(specialPrime),
    plainModuli: plainModuli.map(String),
    magnitude: String(task.magnitude),
    holders,
    decryptions,
    statisticalBits,
    noiseBound: String(noiseBound),
    smudgingBound: String(smudgingBound),
    testSmudgingBound: String(testSmudging(ringDegree, count, statisticalBits)),
    securityBits: 128,
    marginBits,
    contributionBytes: Math.max(...messages),
    ceremonyBytes: messages.reduce((sum, bytes) => sum + bytes, 0),
    jointKeyBytes: ciphertextBytes(ringDegree, count + 1) + POLYNOMIAL_TAG_BYTES + 2 * count * polynomial,
    ciphertextBytes: plainModuli.length * ciphertextBytes(ringDegree, count),
    outputBytes: plainModuli.length * ciphertextBytes(ringDegree, count),
    sharesBytes: outputs.reduce((sum, n) => sum + messageBytes(count * plainModuli.length * n), 0),
  };
}

/** b_i, h_0 and h_1; h; the test of both, and the opened coefficients of the test product (`ceremony.ts`). */
function ceremonyMessages(count: number, polynomial: number, testShare: number): number[] {
  return [(1 + 2 * count) * polynomial, count * polynomial, polynomial + testShare].map(
    (bytes) => POLYNOMIAL_TAG_BYTES + bytes,
  );
}

/** 2^λ·N·B for the error B of 1 + 3k weighed messages: half of 2^−λ goes here, half to the decryptions. */
function testSmudging(ringDegree: number, count: number, statisticalBits: number): bigint {
  const error = BigInt(ERROR_BOUND * (1 + 3 * count)) << BigInt(TEST_SCALAR_BITS);
  return (1n << BigInt(statisticalBits)) * BigInt(ringDegree) * error;
}

function requireRanges(task: Task): void {
  if (task.magnitude < 1n) throw impossible('the largest inner product must be at least 1');
  for (const name of ['holders', 'records', 'statisticalBits'] as const) {
    const [least, most] = RANGES[name];
    const value = task[name];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw impossible(`${name} is ${value}; the smallest change is ${value < least ? least : most}`);
  }
}

/** The largest power of two that fits, by bisection: λ hardly matters where four plain moduli are not enough. */
function shortfall(task: Task): string {
  let [fits, fails] = [0, task.magnitude.toString(2).length];
  while (fails - fits > 1) {
    const bits = Math.floor((fits + fails) / 2);
    if (choose({ ...task, magnitude: 1n << BigInt(bits) })) fits = bits;
    else fails = bits;
  }
  return (
    `inner products up to ${task.magnitude} over ${task.records} records with ${task.holders} key holders and ` +
    `${task.statisticalBits} statistical bits do not fit; up to 2^${fits} would: fewer decimals, or smaller ranges`
  );
}

function impossible(why: string): StrongroomError {
  return new StrongroomError('TASK_IMPOSSIBLE', why);
}
