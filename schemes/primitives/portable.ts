/** The primitives in JavaScript alone. All of it is on public values: nothing here takes the same time for every input. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 as Sha256, sha512 } from '@noble/hashes/sha2.js';
import { shake256 as Shake256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { Primitives } from './contract.ts';

const { Point } = ed25519;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Characters for `btoa` at a time: arguments of a call are limited. */
const CHUNK = 8192;

export const sha256: Primitives['sha256'] = (...parts) => {
  const state = Sha256.create();
  for (const part of parts) state.update(part);
  return state.digest();
};

export const shake256: Primitives['shake256'] = (length, ...parts) => {
  const state = Shake256.create({ dkLen: length });
  for (const part of parts) state.update(part);
  return state.digest();
};

export const verifyEd25519: Primitives['verifyEd25519'] = (publicKey, message, signature) => {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const order = Point.Fn.ORDER;
  const r = signature.subarray(0, KEY_BYTES);
  const s = littleEndian(signature.subarray(KEY_BYTES));
  if (s >= order) return false;
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % order;
  try {
    const a = Point.fromBytes(publicKey, true);
    if (a.isSmallOrder() || Point.fromBytes(r, true).isSmallOrder()) return false;
    const expected = Point.BASE.multiplyUnsafe(s).add(a.negate().multiplyUnsafe(k)).toBytes();
    return expected.every((byte, i) => byte === r[i]);
  } catch {
    return false;
  }
};

export const encodeHex: Primitives['encodeHex'] = bytesToHex;

export const decodeHex: Primitives['decodeHex'] = (text) => {
  const pairs = text.match(/^(?:[0-9a-f]{2})*/i)?.[0] ?? '';
  return Uint8Array.from({ length: pairs.length / 2 }, (_, i) => parseInt(pairs.slice(2 * i, 2 * i + 2), 16));
};

export const encodeBase64: Primitives['encodeBase64'] = (bytes) => {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
};

export const decodeBase64: Primitives['decodeBase64'] = (text) => {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
};

/** Right to left, square and multiply. */
export const modularPower: Primitives['modularPower'] = (base, exponent, n) => {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % n;
    square = (square * square) % n;
  }
  return result;
};

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.toReversed())}`);
}
