/** The refusal of decrypted sums that no valid records have. */
import { StrongroomError } from '../proto/errors.ts';

/** `what` names the sum, and never its value. */
export const implausible = (what: string): StrongroomError =>
  new StrongroomError(
    'CIPHERTEXT_INVALID',
    `A decrypted ${what} cannot come from tables of the declared schema: an input party ` +
      'encrypted something else, so there is no result',
    { details: { check: 'plausible' } },
  );
