/** Roots of unity modulo a prime, and the order in which transforms use their powers. */
import { power } from './primes.ts';

/** The smallest primitive root of unity of an order that is a power of two, modulo a prime p ≡ 1 (mod order). */
export function smallestRoot(order: number, prime: bigint): bigint {
  let candidate = 2n;
  let root = power(candidate, (prime - 1n) / BigInt(order), prime);
  while (power(root, BigInt(order / 2), prime) !== prime - 1n) {
    candidate += 1n;
    root = power(candidate, (prime - 1n) / BigInt(order), prime);
  }
  // The primitive roots are the odd powers of one of them.
  const square = (root * root) % prime;
  let smallest = root;
  for (let k = 1; k < order / 2; k += 1) {
    root = (root * square) % prime;
    if (root < smallest) smallest = root;
  }
  return smallest;
}

/** The number whose `bits` binary digits are those of `index` in reverse. */
export function reversed(index: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) result = (result << 1) | ((index >> bit) & 1);
  return result;
}
