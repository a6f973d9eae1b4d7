/**
 * 8192 products at once: the integers modulo each plaintext prime t_k are the values of a polynomial at the points
 * of the transform modulo t_k, so that the product of polynomials is the product slot by slot.
 */
import { putNumbers, toNumbers } from './doubles.ts';
import { Exchange } from './exchange.ts';
import type { Setting } from './setting.ts';

/** Products of 8192 pairs; `batch` counts the batches of the ceremony, from 0. */
export interface BatchProducts {
  readonly slots: number;
  /** Bytes of a message of `encrypt` and `multiply`, and of both sums. */
  readonly messageBytes: number;
  /** Bytes of a message of `partialDecryption`. */
  readonly shareBytes: number;
  /** Σ_i of the K messages of `encrypt`, in holder order. */
  sumEncryptions(batch: number, messages: readonly Uint8Array[]): Uint8Array;
  /** Σ_j of the K messages of `multiply`, in holder order. */
  sumProducts(batch: number, messages: readonly Uint8Array[]): Uint8Array;
  /**
   * The products, each modulo a public T > 2^|N|, 0 ≤ · < T. Takes the result of `sumProducts` and the K messages
   * of `partialDecryption`. Throws SHARE_INVALID where the shares do not decrypt within the noise of the plan.
   */
  open(batch: number, sum: Uint8Array, shares: readonly Uint8Array[]): bigint[];
}

export function batchProducts(setting: Setting): BatchProducts {
  const exchange = new Exchange(setting, 'batch');
  return {
    slots: setting.plan.ringDegree,
    messageBytes: exchange.messageBytes,
    shareBytes: exchange.shareBytes,
    sumEncryptions: (batch, messages) => exchange.sum('encryption', batchNumber(batch), messages),
    sumProducts: (batch, messages) => exchange.sum('product', batchNumber(batch), messages),
    open: (batch, sum, shares) => {
      const polynomials = exchange.open(batchNumber(batch), sum, shares);
      const slots = polynomials.map((coefficients, k) =>
        toSlots(setting, exchange.primes[k] ?? 0n, coefficients),
      );
      return exchange.combine(slots);
    },
  };
}

/** What a message of a batch is about. */
export function batchNumber(batch: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(batch);
  return bytes;
}

/** The polynomial modulo t with these values at the points. */
export function fromSlots(setting: Setting, t: bigint, values: Float64Array): Float64Array {
  const ring = setting.plainRing(t);
  return transformed(values, (words) => ring.fromNtt(words));
}

/** The values at the points of a polynomial modulo t. */
function toSlots(setting: Setting, t: bigint, coefficients: Float64Array): Float64Array {
  const ring = setting.plainRing(t);
  return transformed(coefficients, (words) => ring.toNtt(words));
}

function transformed(
  numbers: Float64Array,
  transform: (words: BigUint64Array<ArrayBuffer>) => BigUint64Array<ArrayBuffer>,
): Float64Array {
  const words = new BigUint64Array(numbers.length);
  putNumbers(words, 0, numbers);
  const result = transform(words);
  const values = toNumbers(result, 0, numbers.length);
  words.fill(0n);
  result.fill(0n);
  return values;
}
