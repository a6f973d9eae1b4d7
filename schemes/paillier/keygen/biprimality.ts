/**
 * Whether N = (Σ p_i)·(Σ q_i) is a product of two primes, without anybody knowing them (Boneh and Franklin,
 * J. ACM 48, 2001, section 3). With p ≡ q ≡ 3 (mod 4), p_1 ≡ q_1 ≡ 3 and all other p_i ≡ q_i ≡ 0 (mod 4), let
 *
 *     x_1 = (p_1 + q_1 − 6)/4,   x_i = (p_i + q_i)/4,   so that   (N − 5)/4 − Σ x_i = φ/4,  φ = N + 1 − p − q.
 *
 * One holder, whose turn it is, sends v_a = g^((N − 5)/4 − x_a), the others v_i = g^(x_i), and v_a = ±∏ v_i says
 * g^(φ/4) = ±1. For a base g of Jacobi symbol 1 that holds always where p and q are primes, and for at most half
 * of all bases where they are not, unless N is of the form of their step 4, which gcd(θ, N) = 1 rules out.
 *
 * The screen of all candidates takes g = h² with +1 for ±1: it never rejects a product of two primes, and needs no
 * Jacobi symbols. The proof takes 64 bases, so a wrong N passes with probability at most 2^−64.
 *
 * v_i says of x_i what a discrete logarithm says. Bases are hashed from N, fixed before.
 */
import { invalid } from '../../rlwe/validation.ts';
import { fromBytes, jacobi } from '../integers.ts';
import { openModulus } from '../modular.ts';
import type { CeremonyBinding } from './binding.ts';
import type { CandidatePart } from './candidate.ts';

export const ITERATIONS = 64;

/** g = h² mod N for the screen. */
export function screenBase(binding: CeremonyBinding, modulus: bigint): bigint {
  return (hashedBases(binding, modulus).next().value ?? 0n) ** 2n % modulus;
}

/** 64 bases of Jacobi symbol 1. */
export function proofBases(binding: CeremonyBinding, modulus: bigint): bigint[] {
  return hashedBases(binding, modulus)
    .filter((base) => jacobi(base, modulus) === 1)
    .take(ITERATIONS)
    .toArray();
}

/** Whose turn it is in a list of tests: the one exponentiation that is twice as long goes round. */
export const turnOf = (position: number, holders: number): number => position % holders;

/** v_i for one base. */
export function biprimalityShare(
  part: CandidatePart,
  modulus: bigint,
  base: bigint,
  roles: { readonly holder: number; readonly turn: number },
): bigint {
  const x = (part.p + part.q - (roles.holder === 0 ? 6n : 0n)) / 4n;
  const exponent = roles.holder === roles.turn ? (modulus - 5n) / 4n - x : x;
  return openModulus(modulus).power(base, exponent);
}

/** v_i out of a message. Throws CIPHERTEXT_INVALID unless it is a residue modulo N other than 0. */
export function readBiprimalityShare(
  body: Uint8Array,
  offset: number,
  width: number,
  modulus: bigint,
): bigint {
  const value = fromBytes(body.subarray(offset, offset + width));
  if (value > 0n && value < modulus) return value;
  throw invalid(
    'a share of the test for two prime factors',
    'range',
    'a value is not a residue other than 0',
  );
}

/** Whether v_a = ∏ v_i, for the screen, or ±∏ v_i. */
export function passes(
  modulus: bigint,
  shares: readonly bigint[],
  turn: number,
  signs: 'plus' | 'both',
): boolean {
  const others = shares.reduce((product, v, i) => (i === turn ? product : (product * v) % modulus), 1n);
  const own = shares[turn] ?? 0n;
  return own === others || (signs === 'both' && own === modulus - others);
}

/** Uniform modulo N but for 2^−128, and none of 0, 1 and −1. */
function* hashedBases(binding: CeremonyBinding, modulus: bigint): Generator<bigint, undefined> {
  const stream = binding.publicStream('biprimality-base', modulus);
  const bytes = Math.ceil(modulus.toString(2).length / 8) + 16;
  for (;;) {
    const base = fromBytes(stream.read(bytes)) % modulus;
    if (base > 1n && base < modulus - 1n) yield base;
  }
}
