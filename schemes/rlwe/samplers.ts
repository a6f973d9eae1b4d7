/**
 * The distributions of the scheme, drawn from an extendable-output stream. All are exact (rejection, never a
 * biased reduction), so that the same stream gives the same polynomial on every machine.
 */
import type { Words } from './words.ts';
import type { Xof } from './xof.ts';

/** Errors are centred binomial with 2·21 coins: |e| ≤ 21, σ = √(21/2) ≈ 3.24, as in SEAL. */
export const ERROR_BOUND = 21;
const COIN_MASK = 2 ** ERROR_BOUND - 1;

/** Uniform modulo each prime: the words of one polynomial. */
export function uniformWords(xof: Xof, ringDegree: number, primes: readonly bigint[]): Words {
  const words = new BigUint64Array(ringDegree * primes.length);
  primes.forEach((prime, j) => {
    const mask = (1n << BigInt(prime.toString(2).length)) - 1n;
    for (let i = 0; i < ringDegree;) {
      const candidate = xof.read(8).readBigUInt64LE() & mask;
      if (candidate < prime) words[j * ringDegree + i++] = candidate;
    }
  });
  return words;
}

/** Uniform in {−1, 0, 1}: a byte modulo 3, where 255 = 3·85 is rejected. */
export function ternary(xof: Xof, ringDegree: number): Int8Array {
  const values = new Int8Array(ringDegree);
  for (let i = 0; i < ringDegree;) {
    const byte = xof.read(1)[0] ?? 255;
    if (byte < 255) values[i++] = (byte % 3) - 1;
  }
  return values;
}

/** Centred binomial: the heads of 21 coins less the heads of 21 others. */
export function centredBinomial(xof: Xof, ringDegree: number): Int8Array {
  return Int8Array.from({ length: ringDegree }, () => {
    const bytes = xof.read(6);
    return ones(bytes.readUIntLE(0, 3) & COIN_MASK) - ones(bytes.readUIntLE(3, 3) & COIN_MASK);
  });
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
      candidate = (candidate << 64n) | bytes.readBigUInt64LE(8 * lane);
    }
    candidate &= mask;
    if (candidate <= span) values.push(candidate - bound);
  }
  return values;
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
