/** A message of the ceremony: 32 bytes of tag, which says for which task, round, batch and holder it is, and a body. */
import { StrongroomError } from '../../../proto/errors.ts';
import { attributed } from '../../attributed.ts';
import { invalid, requireLength } from '../../rlwe/validation.ts';
import { TAG_BYTES, type CeremonyBinding } from './binding.ts';
import type { CeremonySetting, Round } from './round.ts';

export function writeMessage(
  binding: CeremonyBinding,
  round: Round,
  holder: number,
  body: Uint8Array,
): Uint8Array {
  if (body.length !== round.bodyBytes) {
    throw new StrongroomError('INTERNAL', `a message of the round "${round.name}" has an unexpected length`);
  }
  return new Uint8Array(Buffer.concat([binding.tag(round.name, round.batch, holder), body]));
}

/**
 * The bodies, in holder order. Throws CIPHERTEXT_INVALID, naming the holder (`details.holder`), where one has another
 * length, was made for anything else, or says the same as that of a holder before it.
 */
export function readMessages(
  { plan, binding }: CeremonySetting,
  round: Round,
  messages: readonly Uint8Array[],
): Uint8Array[] {
  const what = `a message of the round "${round.name}"`;
  if (messages.length !== plan.holders) {
    throw invalid(
      'the key ceremony',
      'number of messages',
      `${messages.length} of ${plan.holders} key holders`,
    );
  }
  return messages.map((message, holder) =>
    attributed(holder, () => {
      requireLength(what, message, TAG_BYTES + round.bodyBytes);
      const body = message.subarray(TAG_BYTES);
      const tag = binding.tag(round.name, round.batch, holder);
      if (Buffer.compare(message.subarray(0, TAG_BYTES), tag) !== 0) {
        throw invalid(what, 'tag', 'it was made for another round, task, parameter set or key holder');
      }
      const before = messages.slice(0, holder).map((other) => other.subarray(TAG_BYTES));
      if (before.some((other) => Buffer.compare(other, body) === 0)) {
        throw invalid(what, 'duplicate', 'it says the same as another key holder');
      }
      return body;
    }),
  );
}
