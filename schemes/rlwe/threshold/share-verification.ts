/** The check of what one key holder released, as far as it can go without a proof: its form. */
import { StrongroomError } from '../../../proto/errors.ts';
import { attributed } from '../../attributed.ts';
import { parseCiphertext } from '../validation.ts';
import type { RlweParameters, SchemeContext } from '../../scheme.ts';
import { bind } from './binding.ts';
import { ciphertextShape } from './levels.ts';
import { readShare } from './share-message.ts';

/**
 * Throws SHARE_INVALID, or CIPHERTEXT_INVALID for malformed bytes, with `details.holder`, unless these have the form of
 * partial decryptions of the outputs, one for each, made for this task. Nothing shows that they are right.
 */
export function requireRlweShareForm(
  context: SchemeContext<RlweParameters>,
  outputs: readonly Uint8Array[],
  holder: number,
  shares: readonly Uint8Array[],
): void {
  const { parameters } = context;
  const binding = bind(context);
  attributed(holder, () => {
    if (shares.length !== outputs.length) {
      throw new StrongroomError(
        'SHARE_INVALID',
        `${shares.length} messages where ${outputs.length} partial decryptions are expected`,
      );
    }
    outputs.forEach((output, i) => {
      const [, c1] = parseCiphertext('the output ciphertext', ciphertextShape(parameters), output);
      readShare(binding, parameters, c1, shares[i] ?? new Uint8Array());
    });
  });
}
