/** Ed25519 (RFC 8032) over raw keys: 32-byte public keys, 64-byte signatures. */
import { verifyEd25519 } from '#primitives';
import { hex } from './digest.ts';

/** Somebody who can sign. The key itself stays behind the function. */
export interface Signer {
  /** The party's name in the consortium document, or the origin of a log. */
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

// The encodings of y for the points of order 1, 2, 4 and 8 (libsodium, ge25519_has_small_order), sign bit clear.
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);
const KEY_BYTES = 32;

/** Whether the signature is valid for the message (RFC 8032 §5.1.7). False, never an error, for any bytes. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verifyEd25519(publicKey, message, signature);
}

/**
 * Whether a public key is a point of small order. Some verifiers take certain signatures under such a key for
 * valid for every message, others for none (RFC 8032 §5.1.7 allows both), so its owner could disown them all.
 */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = publicKey.slice();
  y[KEY_BYTES - 1] = (y[KEY_BYTES - 1] ?? 0) & 0x7f;
  return SMALL_ORDER.has(hex(y));
}
