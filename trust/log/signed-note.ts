/**
 * Signed notes (c2sp.org/signed-note): a text, an empty line, and signature lines
 * `— <key name> base64(key ID ‖ signature)`. Only Ed25519 (type 0x01) is signed and verified here; lines of
 * other types, such as witness cosignatures, stand beside it and are ignored.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { base64, equalBytes, sha256, unbase64 } from '../digest.ts';
import { type Signer, verifySignature } from '../ed25519.ts';

const ED25519 = Uint8Array.of(0x01);
const KEY_ID_BYTES = 4;
const MAX_NOTE_LENGTH = 100_000;
const LINE = /^— (?<name>[^\s+]+) (?<value>[A-Za-z0-9+/=]+)$/u;
// ASCII control characters other than newline are forbidden in a note.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f]/;

/** A note that at least one known key has signed. */
export interface Note {
  /** The signed text, with its final newline. */
  readonly text: string;
  /** The distinct names of the known keys that signed it. */
  readonly signers: readonly string[];
}

/** Key ID = SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4] (signed-note, "Ed25519 signatures"). */
function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(utf8(`${name}\n`), ED25519, publicKey).subarray(0, KEY_ID_BYTES);
}

/** The note of this text, which ends in a newline, signed once under the signer's name. */
export function signNote(text: string, signer: Signer): string {
  const value = Uint8Array.of(...keyId(signer.name, signer.publicKey), ...signer.sign(utf8(text)));
  return `${text}\n— ${signer.name} ${base64(value)}\n`;
}

/**
 * Verifies a note. `keys` maps key names to raw Ed25519 keys; a line whose name and key ID match none of them
 * is ignored. Throws DOCUMENT_INVALID for a malformed note, SIGNATURE_INVALID where a known key's line does
 * not verify, or no known key has signed.
 */
export function openNote(note: string, keys: ReadonlyMap<string, Uint8Array>): Note {
  if (note.length > MAX_NOTE_LENGTH || FORBIDDEN.test(note) || !note.isWellFormed()) throw malformed();
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw malformed();
  const text = note.slice(0, split + 1);
  const signers = new Set<string>();
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const { name, id, signature } = parseLine(line);
    const key = keys.get(name);
    if (key === undefined || !equalBytes(id, keyId(name, key))) continue;
    if (!verifySignature(key, utf8(text), signature)) {
      throw new StrongroomError('SIGNATURE_INVALID', `The signature of ${name} on a note does not verify.`);
    }
    signers.add(name);
  }
  if (signers.size === 0) {
    throw new StrongroomError('SIGNATURE_INVALID', 'The note carries no signature of a known key.');
  }
  return { text, signers: [...signers] };
}

function parseLine(line: string): { name: string; id: Uint8Array; signature: Uint8Array } {
  const { name, value } = LINE.exec(line)?.groups ?? {};
  if (name === undefined || value === undefined) throw malformed();
  const bytes = unbase64(value);
  if (bytes.length <= KEY_ID_BYTES) throw malformed();
  return { name, id: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function malformed(): StrongroomError {
  return new StrongroomError('DOCUMENT_INVALID', 'Not a signed note (c2sp.org/signed-note).');
}
