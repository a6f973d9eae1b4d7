/**
 * ∏ base_i^exponent_i for public bases and short public exponents ≥ 0. A few by OpenSSL, one by one; many by buckets
 * (Pippenger, FOCS 1976; as in Bernstein, Doumen, Lange and Oosterwijk, INDOCRYPT 2012): in each window of w bits the
 * bases with the same digit are multiplied together, and Σ digit·bucket is a sum of suffix sums. Not for secrets: the
 * time of the latter says what they are.
 */
import { bitLength } from './integers.ts';
import type { Modulus } from './modular.ts';

/** From here on buckets are faster, though a product in BigInt takes four times as long as in OpenSSL. */
const MANY = 96;

export function multiPower(bases: readonly bigint[], exponents: readonly bigint[], ring: Modulus): bigint {
  return bases.length < MANY
    ? bases.reduce((all, base, i) => (all * ring.power(base, exponents[i] ?? 0n)) % ring.value, 1n)
    : byBuckets(bases, exponents, ring.value);
}

function byBuckets(bases: readonly bigint[], exponents: readonly bigint[], modulus: bigint): bigint {
  const bits = exponents.reduce((most, exponent) => Math.max(most, bitLength(exponent)), 0);
  const window = windowFor(bases.length);
  let result = 1n;
  for (let from = window * (Math.ceil(bits / window) - 1); from >= 0; from -= window) {
    if (result !== 1n) for (let i = 0; i < window; i += 1) result = (result * result) % modulus;
    result = (result * windowProduct(bases, exponents, from, window, modulus)) % modulus;
  }
  return result;
}

/** ∏ base_i^digit_i for the digits of w bits that start at bit `from`. */
function windowProduct(
  bases: readonly bigint[],
  exponents: readonly bigint[],
  from: number,
  window: number,
  modulus: bigint,
): bigint {
  const buckets: (bigint | undefined)[] = new Array<undefined>(2 ** window).fill(undefined);
  bases.forEach((base, i) => {
    const digit = Number(BigInt.asUintN(window, (exponents[i] ?? 0n) >> BigInt(from)));
    if (digit === 0) return;
    const bucket = buckets[digit];
    buckets[digit] = bucket === undefined ? base : (bucket * base) % modulus;
  });
  let suffix: bigint | undefined;
  let product = 1n;
  for (let digit = buckets.length - 1; digit > 0; digit -= 1) {
    const bucket = buckets[digit];
    if (bucket !== undefined) suffix = suffix === undefined ? bucket : (suffix * bucket) % modulus;
    if (suffix !== undefined) product = (product * suffix) % modulus;
  }
  return product;
}

/** Minimises (n + 2^(w+1))/w, the products for each bit. */
function windowFor(count: number): number {
  let best = 1;
  for (let w = 2; w <= 12; w += 1) {
    if ((count + 2 ** (w + 1)) / w < (count + 2 ** (best + 1)) / best) best = w;
  }
  return best;
}
