import { bindTo, type Binding as BindingOf } from '../binding.ts';
import type { SchemeContext } from '../scheme.ts';
import type { PaillierParameters } from './parameters.ts';

type MessageKind = 'joint-key' | 'plaintext-proof' | 'share-proof' | 'share-challenge';
type StreamKind = 'bases' | 'decryption-exponent' | 'share-weights' | 'share-nonce';

export type Binding = BindingOf<MessageKind, StreamKind>;
export type Context = SchemeContext<PaillierParameters>;

/** See `bindTo`. The key ceremony has a binding of its own. */
export function bind(context: Context): Binding {
  return bindTo(context);
}
