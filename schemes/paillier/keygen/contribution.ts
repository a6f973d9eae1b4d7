import { invalid } from '../../rlwe/validation.ts';
import type { Context } from '../binding.ts';
import { TAG_BYTES } from './binding.ts';

/**
 * Throws CIPHERTEXT_INVALID unless the bytes have a length that a message of the ceremony can have. Which round it is
 * for, and so its form, follows from the messages before it: `readMessages` checks that.
 */
export function validatePaillierContribution({ parameters }: Context, bytes: Uint8Array): void {
  if (bytes.length > TAG_BYTES && bytes.length <= parameters.contributionBytes) return;
  throw invalid(
    'a key ceremony message',
    'length',
    `${bytes.length} bytes where ${TAG_BYTES + 1} to ${parameters.contributionBytes} are expected`,
  );
}
