/** Real numbers told exactly, and rounded correctly: nearest, ties to even (IEEE 754-2019 §4.3.1). */
import { formatDecimal } from './decimal.ts';

/**
 * numerator/denominator, or with `root` the square root of that. The denominator is positive; a negative
 * number under a root stands for the negative root of its absolute value.
 */
export interface Exact {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly root: boolean;
}

/** numerator/denominator, for a denominator of either sign other than zero. */
export const quotient = (numerator: bigint, denominator: bigint): Exact =>
  denominator < 0n
    ? { numerator: -numerator, denominator: -denominator, root: false }
    : { numerator, denominator, root: false };

/** The decimal nearest to an exact number. */
export function roundExact({ numerator, denominator, root }: Exact, decimals: number): string {
  if (!root) return formatDecimal(divideHalfEven(numerator * 10n ** BigInt(decimals), denominator), decimals);
  const magnitude = sqrtHalfEven(abs(numerator) * 100n ** BigInt(decimals), denominator);
  return formatDecimal(numerator < 0n ? -magnitude : magnitude, decimals);
}

const abs = (x: bigint): bigint => (x < 0n ? -x : x);

/** numerator/denominator rounded half to even. Throws RangeError unless denominator > 0. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('the denominator must be positive');
  const magnitude = abs(numerator);
  const quotient = magnitude / denominator;
  const twiceRest = 2n * (magnitude % denominator);
  const up = twiceRest > denominator || (twiceRest === denominator && (quotient & 1n) === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return numerator < 0n ? -rounded : rounded;
}

/** ⌊√x⌋ by Newton's iteration from above, which descends to the root and stops (Cohen, GTM 138, alg. 1.7.1). */
export function floorSqrt(x: bigint): bigint {
  if (x < 2n) return x;
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** √(numerator/denominator) rounded half to even. Throws RangeError unless numerator ≥ 0 and denominator > 0. */
function sqrtHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (numerator < 0n || denominator <= 0n) throw new RangeError('no square root of a negative ratio');
  const root = floorSqrt(numerator / denominator);
  // √(a/b) against root + ½, squared: 4a against b·(2·root + 1)².
  const middle = denominator * (2n * root + 1n) ** 2n;
  const up = 4n * numerator > middle || (4n * numerator === middle && (root & 1n) === 1n);
  return up ? root + 1n : root;
}
