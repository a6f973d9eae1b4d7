/** What a key holder does in the joint multiplication (`products.ts` has the protocol). */
import { StrongroomError } from '../../../../proto/errors.ts';
import { holderBatchProducts, type HolderBatchProducts } from './holder-batch.ts';
import { holderSingleProduct, type HolderSingleProduct } from './holder-single.ts';
import { expandSecret, keyContribution, keyTestShare } from './key.ts';
import type { Products } from './products.ts';

/** Dispose of it to wipe the secret; the `Products` that it came from must live as long. */
export interface HolderProducts extends Disposable {
  readonly batch: HolderBatchProducts;
  readonly single: HolderSingleProduct;
  /** First message of the key: b_i = e_i − a·s_i. */
  keyContribution(): Uint8Array;
  /** Second message of the key: the smudged decryption of the zero that the key itself is. */
  keyTestShare(): Uint8Array;
}

const SEED_BYTES = 32;

/** `seed`: 32 bytes from which the holder's key share and smudging are expanded; copied. */
export function openHolderProducts({ setting }: Products, seed: Uint8Array): HolderProducts {
  if (seed.length !== SEED_BYTES) {
    throw new StrongroomError('INTERNAL', `the seed of a holder's products has ${SEED_BYTES} bytes`);
  }
  const secret = expandSecret(setting, seed);
  return {
    batch: holderBatchProducts(setting, secret),
    single: holderSingleProduct(setting, secret),
    keyContribution: () => keyContribution(setting, secret),
    keyTestShare: () => keyTestShare(setting, secret),
    [Symbol.dispose]: () => {
      secret.seed.fill(0);
      secret.share.fill(0n);
    },
  };
}
