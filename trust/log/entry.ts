/**
 * What stands in the log: the SHA-256 of a signed envelope, 32 bytes, and not the envelope itself.
 *
 * The envelope travels beside the log, to those who may read it. An entry of fixed size fits the entry bundles
 * of c2sp.org/tlog-tiles, which hold at most 65,535 bytes for each, and a monitor of that ecosystem follows the
 * log without learning what the documents say.
 */
import { sha256 } from '../digest.ts';
import { leafHash } from './merkle.ts';

/** The entry of the log for this envelope, over its exact bytes. */
export function entryOf(envelope: Uint8Array): Uint8Array {
  return sha256(envelope);
}

/** The leaf of that entry: SHA-256(0x00 ‖ SHA-256(envelope)), RFC 6962 §2.1. */
export function leafOf(envelope: Uint8Array): Uint8Array {
  return leafHash(entryOf(envelope));
}
