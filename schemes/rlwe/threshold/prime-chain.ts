/**
 * The moduli of a BFV or CKKS parameter set, all primes ≡ 1 (mod 2N) of at most 60 bits (SEAL's limit).
 *
 * With a plain modulus t, as BFV has it, the last data prime is chosen so that their product is q ≡ 1 (mod t), where there is room for such a prime.
 * SEAL adds round(q·m/t) = m·⌊q/t⌋ + ⌊(m·(q mod t) + (t + 1)/2)/t⌋ by a bit-serial division, and with
 * q mod t = 1 that division ends at once: a third of the whole encryption is saved.
 */
import { power, primesBelow } from '../primes.ts';

/** Data primes lie in (2^59, 2^60). */
const DATA_LIMIT = 1n << 60n;
const DATA_FLOOR = 1n << 59n;
/** The special prime only has to dwarf the key noise: see `noise.ts`, part 2. */
const SPECIAL_LIMIT = 1n << 38n;

/** The product of `count` data primes is above 2 to this power, whatever t is. */
export const dataBitsAtLeast = (count: number): number => 60 * count - 2;

/** P: the largest prime ≡ 1 (mod 2N) below 2^38. */
export function specialPrimeFor(ringDegree: number): bigint {
  return first(primesBelow(SPECIAL_LIMIT, 2n * BigInt(ringDegree)));
}

/** `count` ≥ 2 distinct data primes, for plain modulus t < 2^60 where there is one, none of them t. */
export function dataPrimesFor(ringDegree: number, count: number, t?: bigint): bigint[] {
  const step = 2n * BigInt(ringDegree);
  const plain = (): IteratorObject<bigint> => primesBelow(DATA_LIMIT, step).filter((prime) => prime !== t);
  if (t === undefined || step * t >= DATA_FLOOR) return plain().take(count).toArray();
  const fixed = plain()
    .take(count - 2)
    .toArray();
  const chains = plain()
    .drop(count - 2)
    .map((prime) => withLastPrime([...fixed, prime], step, t));
  return first(chains.filter((chain) => chain.length === count));
}

/** The chain and the largest new data prime p ≡ 1 (mod 2N) with p·∏chain ≡ 1 (mod t), where there is one. */
function withLastPrime(chain: readonly bigint[], step: bigint, t: bigint): bigint[] {
  const product = chain.reduce((a, b) => (a * b) % t, 1n);
  const inverse = power(product, t - 2n, t);
  const residue = 1n + step * (((inverse - 1n + t) * power(step, t - 2n, t)) % t);
  for (const prime of primesBelow(DATA_LIMIT, step * t, residue)) {
    if (prime < DATA_FLOOR) break;
    if (prime !== t && !chain.includes(prime)) return [...chain, prime];
  }
  return [...chain];
}

function first<T>(items: Iterable<T>): T {
  for (const item of items) return item;
  throw new RangeError('no such prime');
}
