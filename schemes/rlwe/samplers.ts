/**
 * The distributions of the scheme, drawn from an extendable-output stream. All are exact (rejection, never a
 * biased reduction), so that the same stream gives the same polynomial on every machine.
 */
import type { Xof } from './xof.ts';

/** Errors are centred binomial with 2·21 coins: |e| ≤ 21, σ = √(21/2) ≈ 3.24, as in SEAL. */
export const ERROR_BOUND = 21;
const COIN_MASK = 2 ** ERROR_BOUND - 1;
const COIN_BYTES = 6;
/** Errors drawn with one read of the stream. */
const ERRORS_A_READ = 4096;

/** Uniform in {−1, 0, 1}: a byte modulo 3, where 255 = 3·85 is rejected. */
export function ternary(xof: Xof, ringDegree: number): Int8Array {
  const values = new Int8Array(ringDegree);
  for (let i = 0; i < ringDegree;) {
    for (const byte of xof.read(Math.min(ringDegree - i, 32768)))
      if (byte < 255) values[i++] = (byte % 3) - 1;
  }
  return values;
}

/** Centred binomial: the heads of 21 coins less the heads of 21 others. */
export function centredBinomial(xof: Xof, ringDegree: number): Int8Array {
  const values = new Int8Array(ringDegree);
  for (let from = 0; from < ringDegree; from += ERRORS_A_READ) {
    const count = Math.min(ringDegree - from, ERRORS_A_READ);
    const bytes = xof.read(COIN_BYTES * count);
    for (let i = 0; i < count; i += 1) {
      values[from + i] = heads(bytes, COIN_BYTES * i) - heads(bytes, COIN_BYTES * i + 3);
    }
  }
  return values;
}

/** Uniform in {−bound, …, bound}, for bounds of any size. */
export function uniformInterval(xof: Xof, ringDegree: number, bound: bigint): bigint[] {
  const span = 2n * bound;
  const bits = span.toString(2).length;
  const mask = (1n << BigInt(bits)) - 1n;
  const lanes = Math.ceil(bits / 64);
  const values: bigint[] = [];
  while (values.length < ringDegree) {
    const bytes = xof.read(8 * lanes);
    let candidate = 0n;
    for (let lane = 0; lane < lanes; lane += 1) {
      candidate = (candidate << 64n) | littleEndian64(bytes, 8 * lane);
    }
    candidate &= mask;
    if (candidate <= span) values.push(candidate - bound);
  }
  return values;
}

/** 64 bits from `at` on. */
function littleEndian64(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true);
}

/** The ones among the low 21 of the 24 bits from `at` on, counted in pairs, fours and bytes. */
function heads(bytes: Uint8Array, at: number): number {
  const word = ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) & COIN_MASK;
  const pairs = word - ((word >> 1) & 0x555555);
  const fours = (pairs & 0x333333) + ((pairs >> 2) & 0x333333);
  const counts = (fours + (fours >> 4)) & 0x0f0f0f;
  return (counts + (counts >> 8) + (counts >> 16)) & 0x3f;
}
