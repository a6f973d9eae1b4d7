/** Ed25519 (RFC 8032) over raw keys: 32-byte seeds, 32-byte public keys, 64-byte signatures. */
import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { StrongroomError } from '../proto/errors.ts';
import { hex, unhex } from './digest.ts';

/** Somebody who can sign. The key itself stays behind the function. */
export interface Signer {
  /** The party's name in the consortium document, or the origin of a log. */
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

// RFC 8410 §7 and §4: all of the DER before the 32 bytes of the key is constant.
const PKCS8_PREFIX = unhex('302e020100300506032b657004220420');
const SPKI_PREFIX = unhex('302a300506032b6570032100');
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
const SIGNATURE_BYTES = 64;

/** A fresh private key: 32 random bytes (RFC 8032 §5.1.5). */
export function createSigningSeed(): Uint8Array {
  return new Uint8Array(randomBytes(KEY_BYTES));
}

/** The signer that holds this seed. Throws IDENTITY_INVALID unless the seed has 32 bytes. */
export function createSigner(name: string, seed: Uint8Array): Signer {
  if (seed.length !== KEY_BYTES) {
    throw new StrongroomError('IDENTITY_INVALID', `The signing key of ${name} does not have 32 bytes.`);
  }
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    name,
    publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX.length)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** Whether the signature is valid for the message (RFC 8032 §5.1.7). False, never an error, for any bytes. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const key = Buffer.concat([SPKI_PREFIX, publicKey]);
  return verify(null, message, { key, format: 'der', type: 'spki' }, signature);
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
