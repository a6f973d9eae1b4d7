/**
 * Sums as real numbers in [−1, 1], as ckks encrypts them: a sum is divided by the power of two 2^c above the largest
 * that the schema allows, whatever its size, and stands at the scale Δ = 2^k of the parameters,
 *
 *     y = round(x·2^(k − c)).
 *
 * With |noise| ≤ B after decryption, rounding to the nearest integer gives x̂ with |x̂ − x| ≤ ⌊B·2^(c − k) + 1/2⌋: sums are
 * integers in units of the last declared decimal of their columns. Where that is 0, the sum is exact.
 */
import type { CkksParameters } from '../schemes/ckks/parameters.ts';
import { bits } from './limbs.ts';
import type { MomentLayout } from './layout.ts';

type Scale = Pick<CkksParameters, 'scaleBits' | 'errorBound'>;
type Bounded = Pick<MomentLayout, 'totalBound'>;

/** k − c. */
const shiftOf = ({ totalBound }: Bounded, { scaleBits }: Scale): number =>
  scaleBits - bits(BigInt(totalBound));

/** x·2^shift, to the nearest integer. */
function shifted(x: bigint, shift: number): bigint {
  if (shift >= 0) return x << BigInt(shift);
  return (x + (1n << BigInt(-shift - 1))) >> BigInt(-shift);
}

/** The integer that stands for a sum. */
export const encodeSum = (sum: bigint, moment: Bounded, scale: Scale): bigint =>
  shifted(sum, shiftOf(moment, scale));

/** The sum nearest to a decrypted value. */
export const decodeSum = (value: bigint, moment: Bounded, scale: Scale): bigint =>
  shifted(value, -shiftOf(moment, scale));

/** The largest |x̂ − x|. */
export function sumErrorOf(moment: Bounded, scale: Scale): bigint {
  const shift = shiftOf(moment, scale);
  const error = BigInt(scale.errorBound);
  if (shift <= 0) return error << BigInt(-shift);
  return (2n * error + (1n << BigInt(shift))) >> BigInt(shift + 1);
}
