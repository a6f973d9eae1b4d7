/**
 * Sums of any size in slots of one size: a number is written in base B = 2^b with *balanced* digits,
 *
 *     v = Σ d_j·B^j,   −B/2 ≤ d_j < B/2,
 *
 * (Knuth, TAOCP vol. 2, §4.1). Each party splits its own sum; the slots add up digit by digit without carries,
 * and since recombination is linear, Σ_i v_i = Σ_j (Σ_i d_ij)·B^j. A digit sum over C parties is at most
 * C·B/2 in absolute value, so it is exact whenever C·B/2 is within what a slot may hold, (t − 1)/2.
 */

/** The number of bits of |x|. */
export const bits = (x: bigint): number => (x < 0n ? -x : x).toString(2).length;

/** The largest b with C·2^(b−1) ≤ slotLimit; digits need b ≥ 2. */
export const limbBitsFor = (contributors: bigint, slotLimit: bigint): number =>
  slotLimit < contributors ? 0 : bits(slotLimit / contributors);

/** B/2: the largest absolute value of a digit. */
export const limbBound = (limbBits: number): bigint => 1n << BigInt(limbBits - 1);

/**
 * The fewest digits that hold every v with |v| ≤ bound: the largest number of m balanced digits is
 * (B/2 − 1)·(B^m − 1)/(B − 1), which is smaller than the largest negative one.
 */
export function limbCount(bound: bigint, limbBits: number): number {
  const base = 1n << BigInt(limbBits);
  let reach = 0n;
  let count = 0;
  while (reach < bound) {
    reach = reach * base + base / 2n - 1n;
    count++;
  }
  return Math.max(1, count);
}

/** The `count` balanced digits of v, least significant first; one digit is v itself. */
export function splitLimbs(v: bigint, count: number, limbBits: number): bigint[] {
  if (count === 1) return [v];
  let rest = v;
  return Array.from({ length: count }, () => {
    const digit = BigInt.asIntN(limbBits, rest);
    rest = (rest - digit) >> BigInt(limbBits);
    return digit;
  });
}

/** Σ d_j·B^j, for digits that are themselves sums. */
export const joinLimbs = (digits: readonly bigint[], limbBits: number): bigint =>
  digits.reduceRight((sum, digit) => (sum << BigInt(limbBits)) + digit, 0n);
