/** What anybody can check of N, whoever made it. */
import { isPrime, primesBelow } from '../rlwe/primes.ts';
import { invalid } from '../rlwe/validation.ts';
import { bitLength, gcd, integerRoot } from './integers.ts';

const WHAT = 'the Paillier modulus';
/** Factors below this are looked for. */
const FACTOR_BITS = 20;

/**
 * Throws CIPHERTEXT_INVALID naming the check, unless N has exactly `bits` bits and N ≡ 1 (mod 4), as with p ≡ q ≡ 3,
 * has no factor below 2^20 and is neither a prime nor a perfect power.
 */
export function requireModulus(n: bigint, bits: number): void {
  if (n < 0n || bitLength(n) !== bits) throw invalid(WHAT, 'length', `it must have exactly ${bits} bits`);
  if ((n & 1n) === 0n) throw invalid(WHAT, 'even', 'it must be odd');
  if ((n & 3n) !== 1n) throw invalid(WHAT, 'residue', 'the product of two primes ≡ 3 is 1 modulo 4');
  if (gcd(smallPrimes() % n, n) !== 1n) throw invalid(WHAT, 'small factor', `one below 2^${FACTOR_BITS}`);
  if (isPrime(n)) throw invalid(WHAT, 'prime', 'it must be a product of two primes');
  if (isPerfectPower(n)) throw invalid(WHAT, 'perfect power', 'its primes must be different');
}

/** Whether n = x^k for some k > 1, where n has no factor below 2^20. */
function isPerfectPower(n: bigint): boolean {
  const most = BigInt(Math.floor(bitLength(n) / FACTOR_BITS) + 1);
  const degrees = [2n, ...primesBelow(most + 1n, 2n)].filter((k) => k <= most);
  return degrees.some((k) => integerRoot(n, Number(k)) ** k === n);
}

let product: bigint | undefined;

/** ∏ of the primes below 2^20, made once: 1.5 million bits. */
function smallPrimes(): bigint {
  product ??= productOf(primesUpTo(2 ** FACTOR_BITS));
  return product;
}

function primesUpTo(limit: number): bigint[] {
  const composite = new Uint8Array(limit);
  const primes: bigint[] = [];
  for (let i = 2; i < limit; i += 1) {
    if (composite[i] === 1) continue;
    primes.push(BigInt(i));
    for (let j = i * i; j < limit; j += i) composite[j] = 1;
  }
  return primes;
}

/** Halves of about the same size multiply fastest. */
function productOf(factors: readonly bigint[]): bigint {
  if (factors.length <= 2) return factors.reduce((a, b) => a * b, 1n);
  const half = factors.length >> 1;
  return productOf(factors.slice(0, half)) * productOf(factors.slice(half));
}
