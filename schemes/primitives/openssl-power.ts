/**
 * Modular exponentiation by OpenSSL, the only place where secret exponents are used.
 *
 * `node:crypto` has no such function of its own. But a Diffie–Hellman private key (RFC 2631 parameters p and g,
 * exponent x) that is imported without its public half makes OpenSSL compute that half, g^x mod p, by
 * BN_mod_exp_mont_consttime: Montgomery multiplication, fixed windows, table entries gathered without
 * secret-dependent addresses. Here p is any odd modulus, g any base and x any exponent. What experiment and source
 * (crypto/dh/dh_key.c, crypto/bn/bn_exp.c of OpenSSL 3) say:
 *
 * - Time depends on the number of 64-bit words of the exponent, not on its bits. A uniform exponent is a word short
 *   with probability 2^−64, so no padding is needed; exponents of different bounds are told apart by their time.
 * - Moduli have 512 to 10,000 bits and are odd. p is never tested for primality, unlike in `createDiffieHellman`,
 *   whose constructor costs up to 75 ms a modulus and whose `computeSecret` refuses the bases 0, 1 and −1.
 * - An exponent may be longer than the modulus, and must be above 0.
 * - A call blocks: 2.3 ms for 2048-bit modulus and exponent, 17 ms for 4096 and 4224, in proportion between.
 *   Heavy use belongs in a worker thread.
 * - The copies of the exponent in buffers are overwritten; OpenSSL clears its own. A BigInt cannot be cleared.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Primitives } from './contract.ts';

/** INTEGER 0, the version of PKCS #8 (RFC 5208, section 5). */
const VERSION = Buffer.from('020100', 'hex');
/** OBJECT IDENTIFIER dhKeyAgreement (PKCS #3, section 10). */
const DH_KEY_AGREEMENT = Buffer.from('06092a864886f70d010301', 'hex');
const [INTEGER, OCTET_STRING, SEQUENCE] = [0x02, 0x04, 0x30];

/** g^x mod p: PrivateKeyInfo (RFC 5208, section 5) in, SubjectPublicKeyInfo (RFC 5280, section 4.1) out. */
export const modularPower: Primitives['modularPower'] = (g, x, n) => {
  const p = derInteger(n);
  const secret = derInteger(x);
  const algorithm = der(SEQUENCE, DH_KEY_AGREEMENT, der(SEQUENCE, p, derInteger(g)));
  const privateKey = der(OCTET_STRING, secret);
  const pkcs8 = der(SEQUENCE, VERSION, algorithm, privateKey);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const bitString = content(content(spki, 0), algorithm.length);
  const result = BigInt(`0x${content(bitString.subarray(1), 0).toString('hex')}`);
  for (const buffer of [secret, privateKey, pkcs8, spki]) buffer.fill(0);
  return result;
};

/** A value of DER (ITU-T X.690) of fewer than 65,536 bytes. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), ...parts]);
}

/** A leading zero byte keeps it positive. */
function derInteger(a: bigint): Buffer {
  const hex = a.toString(16);
  const bytes = Buffer.from(`00${hex.length % 2 === 0 ? '' : '0'}${hex}`, 'hex');
  const encoded = der(INTEGER, (bytes[1] ?? 0) < 0x80 ? bytes.subarray(1) : bytes);
  bytes.fill(0);
  return encoded;
}

/** What the DER value at an offset holds. */
function content(buffer: Buffer, offset: number): Buffer {
  const first = buffer[offset + 1] ?? 0;
  if (first < 128) return buffer.subarray(offset + 2, offset + 2 + first);
  const start = offset + 2 + (first - 128);
  return buffer.subarray(start, start + buffer.readUIntBE(offset + 2, first - 128));
}
