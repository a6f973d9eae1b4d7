/** (Σ value_i)·(Σ factor_j) + Σ addend_j for one set of large integers, as polynomials of digits (`masking.ts`). */
import { Exchange } from './exchange.ts';
import { resultLength, valueOf } from './masking.ts';
import type { Setting } from './setting.ts';

/** There is one in a ceremony, so its messages need no number. */
export const NOTHING = new Uint8Array();

/** One product with an addend: (Σ value_i)·(Σ factor_j) + Σ addend_j. */
export interface SingleProduct {
  /** |value| and |factor| stay below 2 to this. */
  readonly valueBits: number;
  /** |addend| stays below 2 to this. */
  readonly addendBits: number;
  readonly messageBytes: number;
  readonly shareBytes: number;
  sumEncryptions(messages: readonly Uint8Array[]): Uint8Array;
  sumProducts(messages: readonly Uint8Array[]): Uint8Array;
  /** The result, signed. Throws SHARE_INVALID where the shares do not decrypt within the noise of the plan. */
  open(sum: Uint8Array, shares: readonly Uint8Array[]): bigint;
}

export function singleProduct(setting: Setting): SingleProduct {
  const exchange = new Exchange(setting, 'single');
  const { valueBits, addendBits } = setting.plan;
  const length = resultLength(setting.plan);
  return {
    valueBits,
    addendBits,
    messageBytes: exchange.messageBytes,
    shareBytes: exchange.shareBytes,
    sumEncryptions: (messages) => exchange.sum('encryption', NOTHING, messages),
    sumProducts: (messages) => exchange.sum('product', NOTHING, messages),
    open: (sum, shares) => {
      const scaled = exchange.open(NOTHING, sum, shares).map((column) => column.subarray(0, length));
      const T = exchange.modulus;
      return valueOf(exchange.combine(scaled).map((c) => (2n * c > T ? c - T : c)));
    },
  };
}
