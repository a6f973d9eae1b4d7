/**
 * Cosignatures of checkpoints (c2sp.org/tlog-cosignature, type 0x04, Ed25519): a witness says that, of this log,
 * this is the largest tree that it was shown, and that it extends every tree that it has cosigned before.
 *
 * A witness signs with the signing key of its card. Its documents are signed over "DSSEv1 …" and its cosignatures
 * over "cosignature/v1\n…", so that neither can stand for the other; a party is one cosigner, under one name.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { type Signer, verifySignature } from '../ed25519.ts';
import { type Checkpoint, type LogIdentity, openCheckpoint } from './checkpoint.ts';
import { linesOf, linesUnder, parseNote, signatureLine } from './signed-note.ts';

const COSIGNATURE = 0x04;
const TIME_BYTES = 8;

/** Raw Ed25519 keys of witnesses, by the party's name. */
export type WitnessKeys = ReadonlyMap<string, Uint8Array>;

/** A checkpoint that the log has signed, with the parties whose cosignatures on it verify. */
export interface CosignedCheckpoint extends Checkpoint {
  readonly witnesses: readonly string[];
}

/** The key name of a witness of the log with this origin. */
function witnessName(origin: string, party: string): string {
  return `${origin}/${party}`;
}

/**
 * The signature line of a cosignature by the party that is the signer, at a time in seconds since the epoch:
 * key ID ‖ time (64 bits, big-endian) ‖ Ed25519("cosignature/v1\n" ‖ "time <time>\n" ‖ text of the note).
 * Throws DOCUMENT_INVALID where `note` is not a signed note.
 */
export function cosignatureLine(note: string, origin: string, signer: Signer, time: number): string {
  const { text } = parseNote(note);
  const value = new Uint8Array(TIME_BYTES + 64);
  new DataView(value.buffer).setBigUint64(0, BigInt(time));
  value.set(signer.sign(message(text, BigInt(time))), TIME_BYTES);
  return signatureLine({ ...signer, name: witnessName(origin, signer.name) }, COSIGNATURE, value);
}

/**
 * Verifies a checkpoint and the cosignatures on it; those of parties that are not in `keys` are ignored.
 * Throws as `openCheckpoint` does, and SIGNATURE_INVALID where a cosignature of a known party does not verify.
 */
export function openCosigned(note: string, log: LogIdentity, keys: WitnessKeys): CosignedCheckpoint {
  const checkpoint = openCheckpoint(note, log.origin, log.keys);
  const parties = new Map([...keys.keys()].map((party) => [witnessName(log.origin, party), party]));
  const byName = new Map([...keys].map(([party, key]) => [witnessName(log.origin, party), key]));
  const { text, lines } = parseNote(note);
  const witnesses = linesOf(lines, COSIGNATURE, byName).map(({ name, key, signature }) => {
    const party = parties.get(name) ?? name;
    if (!verifies(text, key, signature)) {
      throw new StrongroomError('SIGNATURE_INVALID', `The cosignature of ${party} does not verify.`, {
        details: { party },
      });
    }
    return party;
  });
  return { ...checkpoint, witnesses: [...new Set(witnesses)] };
}

/** Throws NOT_WITNESSED unless every one of these parties has cosigned the checkpoint. */
export function requireWitnesses({ size, witnesses }: CosignedCheckpoint, parties: readonly string[]): void {
  const missing = parties.filter((party) => !witnesses.includes(party));
  if (missing.length === 0) return;
  throw new StrongroomError(
    'NOT_WITNESSED',
    `The log of ${size} entries is not cosigned by ${missing.join(', ')}.`,
  );
}

/** The signature lines of these parties' cosignatures on a note. */
export function cosignaturesOf(note: string, origin: string, parties: readonly string[]): string {
  return linesUnder(
    note,
    parties.map((party) => witnessName(origin, party)),
  );
}

/** The note with the log's signature and the cosignatures of these parties, and no other line. */
export function cosignedBy(note: string, origin: string, parties: readonly string[]): string {
  return `${parseNote(note).text}\n${linesUnder(note, [origin])}${cosignaturesOf(note, origin, parties)}`;
}

function verifies(text: string, key: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length <= TIME_BYTES) return false;
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  // A time of 2^63 or more is refused by the format.
  if (time >= 1n << 63n) return false;
  return verifySignature(key, message(text, time), signature.subarray(TIME_BYTES));
}

function message(text: string, time: bigint): Uint8Array {
  return new TextEncoder().encode(`cosignature/v1\ntime ${time}\n${text}`);
}
