import { power } from './primes.ts';
import type { Words } from './words.ts';

/** The x in [0, ∏ moduli) with these residues, for distinct primes (Chinese remainder theorem). */
export function chineseRemainder(residues: readonly bigint[], moduli: readonly bigint[]): bigint {
  const product = moduli.reduce((all, modulus) => all * modulus, 1n);
  const sum = moduli.reduce((total, modulus, j) => {
    const others = product / modulus;
    return total + others * (((residues[j] ?? 0n) * power(others, modulus - 2n, modulus)) % modulus);
  }, 0n);
  return sum % product;
}

/**
 * ‖x‖∞ of one polynomial in coefficient form: the largest |x_i| with every x_i taken as the representative in
 * (−q/2, q/2], q the product of the primes (Chinese remainder theorem).
 */
export function largestCoefficient(words: Words, ringDegree: number, primes: readonly bigint[]): bigint {
  const q = primes.reduce((product, prime) => product * prime, 1n);
  const basis = primes.map((prime) => {
    const others = q / prime;
    return others * power(others, prime - 2n, prime);
  });
  let largest = 0n;
  for (let i = 0; i < ringDegree; i += 1) {
    let x = 0n;
    basis.forEach((unit, j) => (x += unit * (words[j * ringDegree + i] ?? 0n)));
    x %= q;
    if (2n * x > q) x = q - x;
    if (x > largest) largest = x;
  }
  return largest;
}
