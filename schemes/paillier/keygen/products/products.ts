/**
 * The joint multiplication of the Paillier key ceremony: the K holders of a threshold RLWE key compute
 * (Σ_i x_i)·(Σ_j y_j), where x_i and y_i are known to holder i alone, and learn nothing but the result.
 *
 *     encrypt            holder i sends   Enc(x_i)                                    `holder-products.ts`
 *     sumEncryptions     everybody        Enc(x) = Σ_i Enc(x_i)                       here
 *     multiply           holder j sends   Enc(x)·y_j + a fresh encryption of zero     `holder-products.ts`
 *     sumProducts        everybody        Enc(x·y) = Σ_j of these                     here
 *     partialDecryption  holder i sends   its smudged share of the decryption         `holder-products.ts`
 *     open               everybody        x·y                                         here
 *
 * Once for 8192 integers at a time (`batch`: the moduli of the candidates), once for one pair of integers plus
 * an addend (`single`: W = φ·β + N·R). Both under one key, made in two rounds (`key.ts`). Private against K − 1
 * holders that follow the protocol, if the messages of every round are committed to before any is opened.
 *
 * Everything is a function of seeds and streams, so that a ceremony can be replayed. All methods block: they
 * are made for a worker thread. Bytes made by others are validated by the method that takes them, which throws
 * CIPHERTEXT_INVALID naming the check and the holder (`details.check`, `details.holder` from 0).
 */
import { batchProducts, type BatchProducts } from './batch.ts';
import { combineKey, type ProductKey } from './key.ts';
import type { ProductTask } from './plan.ts';
import { openSetting, type Setting } from './setting.ts';
import { singleProduct, type SingleProduct } from './single.ts';

/** What the public can do. */
export interface Products extends Disposable {
  readonly setting: Setting;
  readonly batch: BatchProducts;
  readonly single: SingleProduct;
  /** Bytes of each of the two messages of the key. */
  readonly keyMessageBytes: number;
  /**
   * The joint key, from the K messages of `keyContribution` and those of `keyTestShare`, in holder order.
   * Throws KEY_TEST_FAILED (`details.holder`, from 0) unless every test share belongs to its contribution.
   */
  jointKey(contributions: readonly Uint8Array[], testShares: readonly Uint8Array[]): ProductKey;
}

/**
 * `binding`: 32 bytes that say what the products are for: a digest of the task, its parameters and the attempt.
 * Throws TASK_IMPOSSIBLE where no parameters are large enough.
 */
export function openProducts(task: ProductTask, binding: Uint8Array): Products {
  const setting = openSetting(task, binding);
  return {
    setting,
    batch: batchProducts(setting),
    single: singleProduct(setting),
    keyMessageBytes: setting.keyMessageBytes,
    jointKey: (contributions, testShares) => combineKey(setting, contributions, testShares),
    [Symbol.dispose]: () => setting[Symbol.dispose](),
  };
}
