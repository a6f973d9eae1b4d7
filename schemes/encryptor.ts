import { openBfvEncryptor } from './bfv/encryption.ts';
import type { Encryptor, SchemeContext } from './scheme.ts';

/**
 * Opens encryption under the joint key of a task. Throws CIPHERTEXT_INVALID where the key is malformed or not one
 * of this task, and TASK_IMPOSSIBLE where its parameters are unsound.
 */
export function openEncryptor(context: SchemeContext, jointKey: Uint8Array): Promise<Encryptor> {
  return openBfvEncryptor(context, jointKey);
}
