import { openRlweHolderCeremony } from './rlwe/threshold/holder-ceremony.ts';
import { openRlweKeyShare } from './rlwe/threshold/key-share.ts';
import { openBfvProductHolderCeremony } from './bfv/products/holder-ceremony.ts';
import { openBfvProductKeyShare } from './bfv/products/key-share.ts';
import { openPaillierHolderCeremony } from './paillier/keygen/holder-ceremony.ts';
import { openPaillierKeyShare } from './paillier/key-share.ts';
import { byScheme, type HolderCeremony, type KeyShare, type SchemeContext } from './scheme.ts';

/**
 * Opens a key holder's part in the key ceremony; `holder` is its position in the task document. The ceremony keeps
 * what it expands from the seed until it is disposed of; the caller wipes the seed. Throws TASK_IMPOSSIBLE where the
 * parameters of the task are unsound: nobody makes a key holder hide less than the plan demands.
 */
export function openHolderCeremony(
  context: SchemeContext,
  seed: Uint8Array,
  holder: number,
): Promise<HolderCeremony> {
  return byScheme(context, {
    bfv: (bfv) => openRlweHolderCeremony(bfv, seed, holder),
    ckks: (ckks) => openRlweHolderCeremony(ckks, seed, holder),
    bfvProducts: (products) => openBfvProductHolderCeremony(products, seed, holder),
    paillier: (paillier) => openPaillierHolderCeremony(paillier, seed, holder),
  });
}

/**
 * Opens the share of the finished joint key that a seed stands for. The share keeps what it expands from the seed
 * until it is disposed of; the caller wipes the seed. Throws as `openHolderCeremony` does.
 */
export function openKeyShare(
  context: SchemeContext,
  seed: Uint8Array,
  holder: number,
  jointKey: Uint8Array,
): Promise<KeyShare> {
  return byScheme(context, {
    bfv: (bfv) => openRlweKeyShare(bfv, seed),
    ckks: (ckks) => openRlweKeyShare(ckks, seed),
    bfvProducts: (products) => openBfvProductKeyShare(products, seed),
    paillier: (paillier) => openPaillierKeyShare(paillier, seed, holder, jointKey),
  });
}
