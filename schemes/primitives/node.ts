/** The primitives by OpenSSL and `Buffer`. */
import { createHash, hash, verify } from 'node:crypto';
import type { Primitives } from './contract.ts';

export { modularPower } from './openssl-power.ts';

// RFC 8410 §4: all of the DER before the 32 bytes of the key is constant.
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export const sha256: Primitives['sha256'] = (...parts) => {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return plain(hash('sha256', only, 'buffer'));
  const state = createHash('sha256');
  for (const part of parts) state.update(part);
  return plain(state.digest());
};

export const shake256: Primitives['shake256'] = (length, ...parts) => {
  const state = createHash('shake256', { outputLength: length });
  for (const part of parts) state.update(part);
  const digest = state.digest();
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
};

export const verifyEd25519: Primitives['verifyEd25519'] = (publicKey, message, signature) => {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const key = Buffer.concat([SPKI_PREFIX, publicKey]);
  return verify(null, message, { key, format: 'der', type: 'spki' }, signature);
};

export const encodeHex: Primitives['encodeHex'] = (bytes) => view(bytes).toString('hex');

export const decodeHex: Primitives['decodeHex'] = (text) => {
  const bytes = new Uint8Array(text.length >> 1);
  return bytes.subarray(0, view(bytes).write(text, 'hex'));
};

export const encodeBase64: Primitives['encodeBase64'] = (bytes) => view(bytes).toString('base64');

export const decodeBase64: Primitives['decodeBase64'] = (text) => plain(Buffer.from(text, 'base64'));

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// A Buffer compares, prints and slices unlike other byte arrays, and node-seal refuses it.
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}
