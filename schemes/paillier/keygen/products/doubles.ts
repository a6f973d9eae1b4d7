/**
 * Arithmetic modulo primes below 2^53 on doubles: every integer up to 2^53 is one exactly, so conversions of
 * residues need no BigInt. Conversions only; the arithmetic of polynomials is the ring's.
 */
import type { Words } from '../../../rlwe/words.ts';

export const CHUNK_BITS = 24;
const CHUNK = 2 ** CHUNK_BITS;
const HALF = 2 ** 27;
/** Added and taken away again, it rounds |x| < 2^51 to the nearest integer. */
const ROUNDER = 1.5 * 2 ** 52;
const WORD_HALF = 2 ** 32;
/** Splits a double into two of 26 bits: Veltkamp; Dekker, Numerische Mathematik 18 (1971), section 5. */
const SPLITTER = HALF + 1;

/**
 * column·2^24 + chunks modulo p, 2^26 < p < 2^53, in place; residues are centred, |·| ≤ p/2 + 2^24. The quotient has
 * at most 24 bits, so both its products with the halves of p are exact; it is off by at most 1/2 and a trifle.
 */
export function shiftIn(column: Float64Array, chunks: Int32Array, p: number): void {
  const inverse = 1 / p;
  const high = Math.floor(p / HALF);
  const low = p % HALF;
  for (let i = 0; i < column.length; i += 1) {
    const shifted = (column[i] ?? 0) * CHUNK;
    const quotient = shifted * inverse + ROUNDER - ROUNDER;
    column[i] = shifted - quotient * high * HALF - quotient * low + (chunks[i] ?? 0);
  }
}

/**
 * a mod p for |a| < 2^53. The rounded quotient cannot reach the next integer: the true one stays 1/p below it, and
 * that is more than half a unit in its last place. No branch: the sign of a residue is a coin that no processor
 * predicts.
 */
export function reduce(a: number, p: number): number {
  return a - Math.floor(a / p) * p;
}

/** The same for many, as a new array. */
export function reduceAll(values: Float64Array, p: number): Float64Array {
  const residues = new Float64Array(values.length);
  for (let i = 0; i < residues.length; i += 1) residues[i] = reduce(values[i] ?? 0, p);
  return residues;
}

/** The representative of a modulo p in −p/2 ≤ · ≤ p/2, for 0 ≤ a < p < 2^51. */
export function centre(a: number, p: number): number {
  return a - (a / p + ROUNDER - ROUNDER) * p;
}

/** a·b mod p for |a| < p and 0 ≤ b < 2^50. The error of the rounded quotient is below 1, so |rest| < p. */
export function multiplyModulo(a: number, b: number, p: number): number {
  const product = a * b;
  const quotient = product / p + ROUNDER - ROUNDER;
  const multiple = quotient * p;
  return reduce(product - multiple + (roundedOff(a, b, product) - roundedOff(quotient, p, multiple)), p);
}

/** Multiplies all of a column, each |·| < p, with one factor 0 ≤ factor < 2^50 modulo p, in place. */
export function scale(column: Float64Array, factor: number, p: number): void {
  for (let i = 0; i < column.length; i += 1) column[i] = multiplyModulo(column[i] ?? 0, factor, p);
}

/** a·b − fl(a·b), exactly: Dekker's product. */
function roundedOff(a: number, b: number, product: number): number {
  const spreadA = SPLITTER * a;
  const highA = spreadA - (spreadA - a);
  const lowA = a - highA;
  const spreadB = SPLITTER * b;
  const highB = spreadB - (spreadB - b);
  const lowB = b - highB;
  return highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
}

/** The words from `offset` on as numbers; words are below 2^53. */
export function toNumbers(words: Words, offset: number, count: number): Float64Array {
  const halves = new Uint32Array(words.buffer, words.byteOffset + 8 * offset, 2 * count);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    numbers[i] = (halves[2 * i + 1] ?? 0) * WORD_HALF + (halves[2 * i] ?? 0);
  }
  return numbers;
}

/** Writes integers in 0 ≤ · < 2^53 as words from `offset` on. */
export function putNumbers(words: Words, offset: number, numbers: ArrayLike<number>): void {
  const halves = new Uint32Array(words.buffer, words.byteOffset + 8 * offset, 2 * numbers.length);
  for (let i = 0; i < numbers.length; i += 1) {
    const number = numbers[i] ?? 0;
    halves[2 * i] = number;
    halves[2 * i + 1] = number / WORD_HALF;
  }
}
