/** What ties every random choice and every message to one scheme, one task and one parameter set. */
import { decodeHex, sha256 } from '#primitives';
import { utf8 } from './primitives/bytes.ts';
import { StrongroomError } from '../proto/errors.ts';
import { lengthPrefixed, Xof } from './rlwe/xof.ts';
import type { SchemeContext } from './scheme.ts';

/** `M` names the public messages of a scheme, `S` its streams. */
export interface Binding<M extends string, S extends string> {
  /** 32 bytes that a message of this kind starts with; `about` narrows it down, e.g. to one ciphertext. */
  tag(kind: M, about?: Uint8Array): Uint8Array;
  /** A stream that depends on the task, the parameters and these inputs. */
  stream(kind: S, ...inputs: readonly Uint8Array[]): Xof;
}

export function bindTo<M extends string, S extends string>(context: SchemeContext): Binding<M, S> {
  if (!/^[0-9a-f]{64}$/.test(context.task)) {
    throw new StrongroomError('INTERNAL', 'the id of a task is 64 lower-case hexadecimal digits');
  }
  const domain = `strongroom/1/${context.parameters.scheme}/`;
  const task = decodeHex(context.task);
  const parameters = parametersDigest(context);
  return {
    tag: (kind, about = new Uint8Array()) =>
      sha256(lengthPrefixed(utf8(domain + kind), task, parameters, about)),
    stream: (kind, ...inputs) => new Xof(domain + kind, task, parameters, ...inputs),
  };
}

/** SHA-256 of the parameters as JSON, with their keys in alphabetical order. */
function parametersDigest({ parameters }: SchemeContext): Uint8Array {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(utf8(JSON.stringify(sorted)));
}
