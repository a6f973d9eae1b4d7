/**
 * Primes for the number-theoretic transform: p ≡ 1 (mod 2N), so that Z_p has the 2N-th roots of unity.
 */

/** With these bases Miller–Rabin is a proof below 3.3·10^24: Sorenson and Webster, Math. Comp. 86 (2017). */
const WITNESSES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n];

/** base^exponent mod modulus, for exponent ≥ 0. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Whether n is prime: exact for n < 2^64, and no prime is ever missed. */
export function isPrime(n: bigint): boolean {
  if (n < 2n) return false;
  for (const p of WITNESSES) if (n % p === 0n) return n === p;
  let odd = n - 1n;
  let twos = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) twos += 1;
  return WITNESSES.every((witness) => passes(n, witness, odd, twos));
}

/** One round of Miller–Rabin, where n − 1 = odd·2^twos. */
function passes(n: bigint, witness: bigint, odd: bigint, twos: number): boolean {
  let x = power(witness, odd, n);
  if (x === 1n || x === n - 1n) return true;
  for (let i = 1; i < twos; i += 1) {
    x = (x * x) % n;
    if (x === n - 1n) return true;
  }
  return false;
}

/** The primes p ≡ residue (mod step) below a bound, largest first, for 0 < residue < step. */
export function* primesBelow(bound: bigint, step: bigint, residue = 1n): Generator<bigint, undefined> {
  for (let p = bound - 1n - ((bound - 1n - residue) % step); p > 1n; p -= step) if (isPrime(p)) yield p;
}

/** The smallest prime p ≡ 1 (mod step) above a bound. */
export function primeAbove(bound: bigint, step: bigint): bigint {
  let p = bound - (bound % step) + 1n;
  while (p <= bound || !isPrime(p)) p += step;
  return p;
}
