/** Ed25519 private keys (RFC 8032): 32-byte seeds, and the signers that hold them. */
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { StrongroomError } from '../proto/errors.ts';
import type { Signer } from './ed25519.ts';

// RFC 8410 §7: all of the DER before the 32 bytes of the key is constant.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** What stands before the key in a SubjectPublicKeyInfo (RFC 8410 §4). */
const SPKI_PREFIX_BYTES = 12;
const SEED_BYTES = 32;

/** A fresh private key: 32 random bytes (RFC 8032 §5.1.5). */
export function createSigningSeed(): Uint8Array {
  return new Uint8Array(randomBytes(SEED_BYTES));
}

/** The signer that holds this seed. Throws IDENTITY_INVALID unless the seed has 32 bytes. */
export function createSigner(name: string, seed: Uint8Array): Signer {
  if (seed.length !== SEED_BYTES) {
    throw new StrongroomError('IDENTITY_INVALID', `The signing key of ${name} does not have 32 bytes.`);
  }
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    name,
    publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}
