import { power } from './primes.ts';
import type { Words } from './words.ts';

/** The x in [0, ∏ moduli) with these residues, for distinct primes (Chinese remainder theorem). */
export function chineseRemainder(residues: readonly bigint[], moduli: readonly bigint[]): bigint {
  const product = productOf(moduli);
  const sum = moduli.reduce((total, modulus, j) => {
    const others = product / modulus;
    return total + others * (((residues[j] ?? 0n) * power(others, modulus - 2n, modulus)) % modulus);
  }, 0n);
  return sum % product;
}

/** q, the product of the primes. */
export function productOf(primes: readonly bigint[]): bigint {
  return primes.reduce((product, prime) => product * prime, 1n);
}

/**
 * The coefficients, in 0 … q − 1, of a sum of polynomials in coefficient form (Chinese remainder theorem):
 *
 *     x = Σ_j (x mod p_j)·u_j mod q,   u_j = (q/p_j)·((q/p_j)^(−1) mod p_j).
 */
export function liftSum(
  terms: readonly Words[],
  { ringDegree, primes }: { readonly ringDegree: number; readonly primes: readonly bigint[] },
): bigint[] {
  const q = productOf(primes);
  const units = primes.map((prime) => (q / prime) * power(q / prime, prime - 2n, prime));
  return Array.from({ length: ringDegree }, (_, i) => {
    let x = 0n;
    units.forEach((unit, j) => {
      const residue = terms.reduce((sum, words) => sum + (words[j * ringDegree + i] ?? 0n), 0n);
      x += unit * residue;
    });
    return x % q;
  });
}

/** max |x_i|, with every x_i of 0 … q − 1 taken as the representative in (−q/2, q/2]. */
export function largestMagnitude(coefficients: readonly bigint[], q: bigint): bigint {
  return coefficients.reduce((largest, x) => {
    const magnitude = 2n * x > q ? q - x : x;
    return magnitude > largest ? magnitude : largest;
  }, 0n);
}
