/** What ties every random choice and every message to one task and one parameter set. */
import { createHash } from 'node:crypto';
import { StrongroomError } from '../../proto/errors.ts';
import { lengthPrefixed, Xof } from '../rlwe/xof.ts';
import type { SchemeContext } from '../scheme.ts';

const DOMAIN = 'strongroom/1/bfv/';

/** The public messages, and the private streams, of the scheme. */
type MessageKind = 'key-contribution' | 'key-test-share' | 'partial-decryption';
type StreamKind = 'common-reference' | 'secret' | 'error' | 'smudging';

export interface Binding {
  /** 32 bytes that a message of this kind starts with; `about` narrows it down, e.g. to one ciphertext. */
  tag(kind: MessageKind, about?: Uint8Array): Uint8Array;
  /** A stream that depends on the task, the parameters and these inputs. */
  stream(kind: StreamKind, ...inputs: readonly Uint8Array[]): Xof;
}

export function bind(context: SchemeContext): Binding {
  if (!/^[0-9a-f]{64}$/.test(context.task)) {
    throw new StrongroomError('INTERNAL', 'the id of a task is 64 lower-case hexadecimal digits');
  }
  const task = Buffer.from(context.task, 'hex');
  const parameters = parametersDigest(context);
  return {
    tag: (kind, about = new Uint8Array()) =>
      sha256(lengthPrefixed(Buffer.from(DOMAIN + kind), task, parameters, about)),
    stream: (kind, ...inputs) => new Xof(DOMAIN + kind, task, parameters, ...inputs),
  };
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** SHA-256 of the parameters as JSON, with their keys in alphabetical order. */
function parametersDigest({ parameters }: SchemeContext): Uint8Array {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(Buffer.from(JSON.stringify(sorted)));
}
