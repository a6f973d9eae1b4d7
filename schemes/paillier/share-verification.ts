/** The check of what one key holder released, by the output party or by any controller. */
import { StrongroomError } from '../../proto/errors.ts';
import { attributed } from '../attributed.ts';
import type { Context } from './binding.ts';
import { readElements } from './elements.ts';
import { openJointKey, type PaillierJointKey } from './joint-key.ts';
import { verifySharesProof } from './share-proof.ts';

/**
 * Throws SHARE_INVALID, or CIPHERTEXT_INVALID for bytes out of range, with `details.holder`, unless these are right
 * partial decryptions of the outputs by this holder, counted from 0, and a proof of that.
 */
export function verifyPaillierShares(
  context: Context,
  jointKey: Uint8Array,
  outputs: readonly Uint8Array[],
  holder: number,
  shares: readonly Uint8Array[],
): void {
  const key = openJointKey(context, jointKey);
  readShares(key, readOutputs(key, outputs), holder, shares);
}

/** The ciphertexts c_i. Throws CIPHERTEXT_INVALID. */
export function readOutputs(key: PaillierJointKey, outputs: readonly Uint8Array[]): bigint[] {
  const { outputBytes } = key.context.parameters;
  return readElements('the output ciphertext', outputs, key.modulus, outputBytes);
}

/** The partial decryptions s_i, once they are proved. */
export function readShares(
  key: PaillierJointKey,
  ciphertexts: readonly bigint[],
  holder: number,
  messages: readonly Uint8Array[],
): bigint[] {
  return attributed(holder, () => {
    const proof = messages.at(-1);
    if (proof === undefined || messages.length !== ciphertexts.length + 1) {
      throw new StrongroomError(
        'SHARE_INVALID',
        `${messages.length} messages where ${ciphertexts.length} partial decryptions and a proof are expected`,
      );
    }
    const { shareBytes } = key.context.parameters;
    const shares = readElements('a partial decryption', messages.slice(0, -1), key.modulus, shareBytes);
    verifySharesProof(key, { holder, ciphertexts, shares }, proof);
    return shares;
  });
}
