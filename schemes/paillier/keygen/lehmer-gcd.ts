/**
 * gcd(x, y) of two long public integers, three times as fast as Euclid's algorithm on them: most of its steps are done
 * on the leading digits of both, in floating point, and carried over as one linear map (Lehmer; Knuth, The Art of
 * Computer Programming 2, algorithm 4.5.2 L). The map has determinant ±1 whatever the quotients are, so one that the
 * leading digits get wrong costs time and not correctness.
 */
import { bitLength, gcd } from '../integers.ts';

/** Leading digits taken, and those that are left where the steps on them end. */
const LEADING_BITS = 50;
const LEAST_LEADING = 2 ** (LEADING_BITS / 2);

export function lehmerGcd(one: bigint, other: bigint): bigint {
  let [x, y] = one > other ? [one, other] : [other, one];
  let shift = bitLength(x) - LEADING_BITS;
  while (shift > 0 && y !== 0n) {
    let a = Number(x >> BigInt(shift));
    let b = Number(y >> BigInt(shift));
    // x ↦ A·x + B·y, y ↦ C·x + D·y. One by one: arrays here would take most of the time.
    let [A, B, C, D] = [1, 0, 0, 1];
    while (b > LEAST_LEADING) {
      const quotient = Math.floor(a / b);
      const rest = a - quotient * b;
      const restA = A - quotient * C;
      const restB = B - quotient * D;
      a = b;
      b = rest;
      A = C;
      C = restA;
      B = D;
      D = restB;
    }
    if (B === 0) {
      [x, y] = [y, x % y];
      shift = bitLength(x) - LEADING_BITS;
    } else {
      const next = BigInt(A) * x + BigInt(B) * y;
      const after = BigInt(C) * x + BigInt(D) * y;
      x = next < 0n ? -next : next;
      y = after < 0n ? -after : after;
      shift += Math.floor(Math.log2(a)) + 1 - LEADING_BITS;
    }
  }
  return gcd(x, y);
}
