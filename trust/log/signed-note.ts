/**
 * Signed notes (c2sp.org/signed-note): a text, an empty line, and signature lines
 * `— <key name> base64(key ID ‖ signature)`. `signNote` and `openNote` know Ed25519 (type 0x01) and ignore lines
 * of other types; those of witnesses (type 0x04) are read by `cosignature.ts`.
 */
import { utf8 } from '../../schemes/primitives/bytes.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { base64, equalBytes, sha256, unbase64 } from '../digest.ts';
import { type Signer, verifySignature } from '../ed25519.ts';

const ED25519 = 0x01;
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

/** A signature line: what stands in it, nothing of it verified. */
interface SignatureLine {
  readonly name: string;
  /** The first bytes of a digest of the key, by which a reader finds it. */
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

/** Key ID = SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4] (signed-note, "Signature types"). */
function keyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey).subarray(0, KEY_ID_BYTES);
}

/** The line of a signature of this type, with its newline. */
export function signatureLine(
  { name, publicKey }: Pick<Signer, 'name' | 'publicKey'>,
  type: number,
  signature: Uint8Array,
): string {
  return writeLine({ name, id: keyId(name, type, publicKey), signature });
}

function writeLine({ name, id, signature }: SignatureLine): string {
  return `— ${name} ${base64(Uint8Array.of(...id, ...signature))}\n`;
}

/** The note of this text, which ends in a newline, signed once under the signer's name. */
export function signNote(text: string, signer: Signer): string {
  return `${text}\n${signatureLine(signer, ED25519, signer.sign(utf8(text)))}`;
}

/** A note as it stands, nothing of it verified. Throws DOCUMENT_INVALID. */
export function parseNote(note: string): { text: string; lines: SignatureLine[] } {
  if (note.length > MAX_NOTE_LENGTH || FORBIDDEN.test(note) || !note.isWellFormed()) throw malformed();
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw malformed();
  return {
    text: note.slice(0, split + 1),
    lines: note
      .slice(split + 2, -1)
      .split('\n')
      .map(parseLine),
  };
}

/** Those of a note's signature lines that stand under these key names, nothing of them verified. */
export function linesUnder(note: string, names: readonly string[]): string {
  const kept = parseNote(note).lines.filter(({ name }) => names.includes(name));
  return kept.map(writeLine).join('');
}

/** The lines that known keys have signed with this type of signature, each with its key. `keys` is by key name. */
export function linesOf(
  lines: readonly SignatureLine[],
  type: number,
  keys: ReadonlyMap<string, Uint8Array>,
): (SignatureLine & { key: Uint8Array })[] {
  return lines.flatMap((line) => {
    const key = keys.get(line.name);
    return key !== undefined && equalBytes(line.id, keyId(line.name, type, key)) ? [{ ...line, key }] : [];
  });
}

/**
 * Verifies a note. `keys` maps key names to raw Ed25519 keys; a line whose name and key ID match none of them
 * is ignored. Throws DOCUMENT_INVALID for a malformed note, SIGNATURE_INVALID where a known key's line does
 * not verify, or no known key has signed.
 */
export function openNote(note: string, keys: ReadonlyMap<string, Uint8Array>): Note {
  const { text, lines } = parseNote(note);
  const signers = new Set<string>();
  for (const { name, key, signature } of linesOf(lines, ED25519, keys)) {
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

function parseLine(line: string): SignatureLine {
  const { name, value } = LINE.exec(line)?.groups ?? {};
  if (name === undefined || value === undefined) throw malformed();
  const bytes = unbase64(value);
  if (bytes.length <= KEY_ID_BYTES) throw malformed();
  return { name, id: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

function malformed(): StrongroomError {
  return new StrongroomError('DOCUMENT_INVALID', 'Not a signed note (c2sp.org/signed-note).');
}
