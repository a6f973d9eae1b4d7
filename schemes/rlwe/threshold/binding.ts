import { bindTo, type Binding as BindingOf } from '../../binding.ts';
import type { SchemeContext } from '../../scheme.ts';

/** The public messages, and the private streams, of the scheme. */
type MessageKind =
  | 'key-contribution'
  | 'relinearisation-share'
  | 'key-test-share'
  | 'partial-decryption'
  | 'joint-key'
  | 'opened-seed';
type StreamKind =
  'common-reference' | 'secret' | 'ephemeral' | 'error' | 'smudging' | 'test-challenge' | 'test-values';

export type Binding = BindingOf<MessageKind, StreamKind>;

export function bind(context: SchemeContext): Binding {
  return bindTo(context);
}
