/**
 * Checkpoints of the log (c2sp.org/tlog-checkpoint): signed notes of three lines, origin, size and root.
 *
 * The log's key name is its origin. Extension lines are refused: no auditor could check what they say.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { base64, unbase64 } from '../digest.ts';
import type { Signer } from '../ed25519.ts';
import { openNote, parseNote, signNote } from './signed-note.ts';

/** The head of a log at one size. */
export interface Checkpoint {
  /** The log's unique name, a schema-less URL such as `strongroom/wages`. */
  readonly origin: string;
  readonly size: number;
  /** RFC 6962 root hash, 32 bytes. */
  readonly root: Uint8Array;
}

/** How a log is recognised: its origin, and the raw Ed25519 keys that may sign for it, by key name. */
export interface LogIdentity {
  readonly origin: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

const TEXT = /^(?<origin>[^\n]+)\n(?<size>0|[1-9][0-9]{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n$/;

/** The signed note of a checkpoint. The signer is the log's operator; the key name is the origin. */
export function signCheckpoint({ origin, size, root }: Checkpoint, signer: Signer): string {
  return signNote(`${origin}\n${size}\n${base64(root)}\n`, { ...signer, name: origin });
}

/**
 * Verifies and reads a checkpoint of the log with this origin.
 * Throws SIGNATURE_INVALID unless one of `keys` signed it, DOCUMENT_INVALID where it is malformed or belongs
 * to another log.
 */
export function openCheckpoint(
  note: string,
  origin: string,
  keys: ReadonlyMap<string, Uint8Array>,
): Checkpoint {
  openNote(note, keys);
  const checkpoint = readCheckpoint(note);
  if (checkpoint.origin === origin) return checkpoint;
  throw new StrongroomError('DOCUMENT_INVALID', `A checkpoint of ${origin} is expected, not of another log.`);
}

/** A checkpoint as it stands, no signature verified. Throws DOCUMENT_INVALID. */
export function readCheckpoint(note: string): Checkpoint {
  const { text } = parseNote(note);
  const { origin: named, size, root } = TEXT.exec(text)?.groups ?? {};
  if (
    named === undefined ||
    size === undefined ||
    root === undefined ||
    !Number.isSafeInteger(Number(size))
  ) {
    throw new StrongroomError('DOCUMENT_INVALID', 'Not a checkpoint (c2sp.org/tlog-checkpoint).');
  }
  return { origin: named, size: Number(size), root: unbase64(root) };
}
