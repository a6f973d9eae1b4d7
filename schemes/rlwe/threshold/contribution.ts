/** What can be told of a message of the key ceremony by itself. */
import { invalid } from '../validation.ts';
import type { Words } from '../words.ts';
import type { RlweParameters, SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from './binding.ts';
import { readContribution } from './joint-key.ts';
import { readTestShare } from './key-test.ts';

/** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed message of this round. */
export function validateRlweContribution(
  context: SchemeContext<RlweParameters>,
  round: number,
  bytes: Uint8Array,
): void {
  readRlweContribution(bind(context), context.parameters, round, bytes);
}

/** The polynomial of a message of this round. Throws CIPHERTEXT_INVALID. */
export function readRlweContribution(
  binding: Binding,
  parameters: RlweParameters,
  round: number,
  bytes: Uint8Array,
): Words {
  if (round === 0) return readContribution(binding, parameters, bytes);
  if (round === 1) return readTestShare(binding, parameters, bytes);
  throw invalid('a key ceremony message', 'round', `there is no round ${round}, only 0 and 1`);
}
