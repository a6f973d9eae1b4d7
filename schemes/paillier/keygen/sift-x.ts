/**
 * What everybody throws out in public before the costly test: moduli with a prime factor up to 2^18.
 *
 * Up to 2^11 every prime is tried, on limbs of 32 bits in floating point: Σ limb_i·(2^(32·i) mod ℓ) stays below
 * 2^53. Beyond, P = ∏ℓ is reduced modulo groups of moduli at once, down a tree (Bernstein, How to find smooth parts
 * of integers, 2004), and gcd(P mod N, N) decides.
 */
import { primesBetween, type CandidateForm } from './candidate-form.ts';
import { lehmerGcd } from './lehmer-gcd.ts';

const SMALL_BOUND = 2 ** 11;
const LARGE_BOUND = 2 ** 18;
const LIMB_BITS = 32;
const LIMB_DIGITS = LIMB_BITS / 4;
/** Moduli reduced together: a power of two. */
const GROUP = 256;

/** Whether honest holders can have made this product: its size, N ≡ 1 (mod 4), no factor in M. */
export function isPlausible(form: CandidateForm, modulus: bigint): boolean {
  return (
    modulus >= form.floor ** 2n &&
    modulus < form.ceiling ** 2n &&
    modulus % 4n === 1n &&
    lehmerGcd(form.step, modulus % form.step) === 1n
  );
}

/** The positions of the moduli without a prime factor up to the bound. */
export function sift(form: CandidateForm, moduli: readonly bigint[]): number[] {
  const hasSmallFactor = smallFactorTest(form);
  const kept = moduli.flatMap((modulus, i) => (hasSmallFactor(modulus) ? [] : [i]));
  const product = productOf(primesBetween(SMALL_BOUND, LARGE_BOUND).map(BigInt));
  const survivors: number[] = [];
  for (let i = 0; i < kept.length; i += GROUP) {
    const group = kept.slice(i, i + GROUP);
    const remainders = remaindersOf(product, productTree(group.map((index) => moduli[index] ?? 1n)));
    group.forEach((index, j) => {
      if (lehmerGcd(moduli[index] ?? 1n, remainders[j] ?? 0n) === 1n) survivors.push(index);
    });
  }
  return survivors;
}

/** Whether a number below 2^(2l) has a prime factor beyond those in M and up to 2^11. */
function smallFactorTest(form: CandidateForm): (modulus: bigint) => boolean {
  const limbs = Math.ceil((2 * form.primeBits) / LIMB_BITS);
  const primes = primesBetween((form.sieved.at(-1) ?? 2) + 1, SMALL_BOUND);
  const powers = Float64Array.from(primes.flatMap((prime) => limbPowers(prime, limbs)));
  return (modulus) => {
    const digits = modulus.toString(16).padStart(LIMB_DIGITS * limbs, '0');
    const values = Float64Array.from({ length: limbs }, (_, i) =>
      parseInt(digits.slice(LIMB_DIGITS * (limbs - i - 1), LIMB_DIGITS * (limbs - i)), 16),
    );
    return primes.some((prime, row) => {
      let sum = 0;
      for (let i = 0; i < limbs; i += 1) sum += (values[i] ?? 0) * (powers[row * limbs + i] ?? 0);
      return sum % prime === 0;
    });
  };
}

function limbPowers(prime: number, limbs: number): number[] {
  const powers = [1];
  for (let i = 1; i < limbs; i += 1) powers.push(((powers[i - 1] ?? 0) * 2 ** LIMB_BITS) % prime);
  return powers;
}

interface ProductTree {
  readonly product: bigint;
  readonly halves?: readonly [ProductTree, ProductTree];
}

/** Of at least one factor. */
function productTree(factors: readonly bigint[]): ProductTree {
  if (factors.length === 1) return { product: factors[0] ?? 1n };
  const half = Math.ceil(factors.length / 2);
  const halves = [productTree(factors.slice(0, half)), productTree(factors.slice(half))] as const;
  return { product: halves[0].product * halves[1].product, halves };
}

/** value modulo each factor of the tree. */
function remaindersOf(value: bigint, { product, halves }: ProductTree): bigint[] {
  const rest = value % product;
  return halves ? halves.flatMap((half) => remaindersOf(rest, half)) : [rest];
}

function productOf(factors: readonly bigint[]): bigint {
  if (factors.length <= 8) return factors.reduce((product, factor) => product * factor, 1n);
  const half = factors.length >> 1;
  return productOf(factors.slice(0, half)) * productOf(factors.slice(half));
}
