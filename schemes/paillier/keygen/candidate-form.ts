import { integerRoot } from '../integers.ts';

/**
 * What the candidates p = Σ p_i and q = Σ q_i look like. With l = |N|/2 and M = 4·∏ of the odd primes up to a bound,
 *
 *     p_1 = lowest + (a unit modulo M, 3 modulo 4) + M·k_1,   p_i = M·k_i for i > 1,   0 ≤ k_i < B,
 *
 * so that p ≡ 3 (mod 4) has no prime factor up to the bound and lies in [⌈√2·2^(l−1)⌉, 2^l): N = p·q has exactly
 * 2l bits. The units of p and q modulo an odd prime ℓ are chosen together, and never both 1: gcd(p − 1, q − 1) has
 * no odd factor ℓ up to the bound, as the short exponent of encryption wants it (Damgård, Jurik, Nielsen 2010,
 * section 4). A larger one divides both with probability 1/(ℓ − 1)²: below 0.2 % for all of them together, and
 * then h_s generates a subgroup of index ℓ, of an order that is still beyond reach.
 *
 * Holder 1 alone knows p and q modulo M, chosen by itself. All holders but one, holder 1 among them, know besides
 * about log2(K) + 2 of the leading bits of p, so |M| + log2(K) + 2 bits of l. Factoring N takes l/2 of them in
 * polynomial time (Coppersmith, EUROCRYPT '96), and guessing those that are missing costs 2 to their number. M stays
 * below 2^(l/4), which leaves l/4 − log2(K) − 2 to guess: 252 at 2048 bits and three holders.
 */
export interface CandidateForm {
  /** l. */
  readonly primeBits: number;
  /** The odd primes in M. */
  readonly sieved: readonly number[];
  /** M. */
  readonly step: bigint;
  /** A multiple of M, the least p_1 but for its residue. */
  readonly lowest: bigint;
  /** B. */
  readonly multiples: bigint;
  /** ⌈√2·2^(l−1)⌉ and 2^l: floor ≤ p < ceiling. */
  readonly floor: bigint;
  readonly ceiling: bigint;
}

export function candidateForm(modulusBits: number, holders: number): CandidateForm {
  const primeBits = modulusBits / 2;
  const { sieved, step } = sieveFor(primeBits);
  const floor = integerRoot(1n << BigInt(2 * primeBits - 1), 2) + 1n;
  const ceiling = 1n << BigInt(primeBits);
  const lowest = floor + step - 1n - ((floor + step - 1n) % step);
  const multiples = (ceiling - floor - step) / (BigInt(holders) * step);
  return { primeBits, sieved, step, lowest, multiples, floor, ceiling };
}

/**
 * How many pairs are tried on average. A number around x without a prime factor in M is prime with probability
 * 1/(ln x·∏(1 − 1/ℓ)), the product over 2 and the odd primes of M.
 */
export function expectedCandidates(modulusBits: number): number {
  const primeBits = modulusBits / 2;
  const { sieved } = sieveFor(primeBits);
  const units = sieved.reduce((product, prime) => product * (1 - 1 / prime), 1 / 2);
  const mean = primeBits * Math.LN2 + Math.log((1 + Math.SQRT1_2) / 2);
  return Math.round((mean * units) ** 2);
}

/** The primes from `from` to `to`. */
export function primesBetween(from: number, to: number): number[] {
  const composite = new Uint8Array(to + 1);
  const primes: number[] = [];
  for (let n = 2; n <= to; n += 1) {
    if (composite[n] === 1) continue;
    if (n >= from) primes.push(n);
    for (let multiple = n * n; multiple <= to; multiple += n) composite[multiple] = 1;
  }
  return primes;
}

/** As many odd primes as M < 2^(l/4) has room for. */
function sieveFor(primeBits: number): { readonly sieved: number[]; readonly step: bigint } {
  const limit = 1n << BigInt(primeBits / 4);
  const sieved: number[] = [];
  let step = 4n;
  for (const prime of primesBetween(3, primeBits)) {
    if (step * BigInt(prime) >= limit) break;
    step *= BigInt(prime);
    sieved.push(prime);
  }
  return { sieved, step };
}
