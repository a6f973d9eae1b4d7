import { openBfvEncryptor } from './bfv/encryption.ts';
import { openBfvProductEncryptor } from './bfv/products/encryption.ts';
import { openCkksEncryptor } from './ckks/encryption.ts';
import { openPaillierEncryptor } from './paillier/encryption.ts';
import { byScheme, type Encryptor, type SchemeContext } from './scheme.ts';

/**
 * Opens encryption by a party under the joint key of a task. Throws CIPHERTEXT_INVALID where the key is malformed or
 * not one of this task, and TASK_IMPOSSIBLE where its parameters are unsound.
 */
export function openEncryptor(
  context: SchemeContext,
  jointKey: Uint8Array,
  party: string,
): Promise<Encryptor> {
  return byScheme(context, {
    bfv: (bfv) => openBfvEncryptor(bfv, jointKey),
    ckks: (ckks) => openCkksEncryptor(ckks, jointKey),
    bfvProducts: (products) => openBfvProductEncryptor(products, jointKey),
    paillier: (paillier) => openPaillierEncryptor(paillier, jointKey, party),
  });
}
