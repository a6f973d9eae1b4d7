/** A checkpoint with nothing on it but the log's own signature, so that every byte of it is verified. */
import { StrongroomError } from '../../proto/errors.ts';
import type { LogIdentity } from '../log/checkpoint.ts';
import { openNote } from '../log/signed-note.ts';

/** Leaves out every signature line but the one of the log. Throws SIGNATURE_INVALID where the log has not signed. */
export function stripCosignatures(note: string, log: LogIdentity): string {
  const { text } = openNote(note, log.keys);
  const own = note
    .slice(text.length + 1, -1)
    .split('\n')
    .map((line) => `${text}\n${line}\n`)
    .find((candidate) => isSigned(candidate, log));
  if (own !== undefined) return own;
  throw new StrongroomError('SIGNATURE_INVALID', 'The log has not signed this checkpoint.');
}

function isSigned(note: string, log: LogIdentity): boolean {
  try {
    openNote(note, log.keys);
    return true;
  } catch (error) {
    if (error instanceof StrongroomError) return false;
    throw error;
  }
}

/** The note itself. Throws SIGNATURE_INVALID or DOCUMENT_INVALID where it holds anything that is not verified. */
export function bareCheckpoint(note: string, log: LogIdentity): string {
  if (stripCosignatures(note, log) === note) return note;
  throw new StrongroomError(
    'DOCUMENT_INVALID',
    'Signatures that prove nothing here stand on the checkpoint.',
  );
}
