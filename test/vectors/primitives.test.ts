/** What Node's OpenSSL and the code for browsers say of the same inputs: every primitive twice. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import type { Primitives } from '../../schemes/primitives/contract.ts';
import * as node from '../../schemes/primitives/node.ts';
import * as portable from '../../schemes/primitives/portable.ts';

const BOTH: [string, Primitives][] = [
  ['node', node],
  ['portable', portable],
];
const LENGTHS = [0, 1, 2, 3, 55, 56, 63, 64, 65, 127, 128, 136, 137, 1000, 20_000];
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describe.for(BOTH)('%s', ([, primitives]) => {
  test('SHA-256 of "abc" (FIPS 180-2, B.1) and of its parts', () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    for (const parts of [['abc'], ['a', '', 'bc'], ['', 'abc']]) {
      expect(primitives.encodeHex(primitives.sha256(...parts.map(utf8)))).toBe(expected);
    }
  });

  test('SHAKE256 of the empty string (FIPS 202, NIST example values)', () => {
    const expected = '46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f';
    expect(primitives.encodeHex(primitives.shake256(32))).toBe(expected);
  });

  test('Ed25519, RFC 8032 §7.1 test 3', () => {
    const key = unhex('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025');
    const signature = unhex(
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    );
    expect(primitives.verifyEd25519(key, unhex('af82'), signature)).toBe(true);
    expect(primitives.verifyEd25519(key, unhex('af83'), signature)).toBe(false);
  });

  test('base64 and hexadecimal come back', () => {
    for (const length of LENGTHS) {
      const bytes = new Uint8Array(randomBytes(length));
      expect(primitives.decodeBase64(primitives.encodeBase64(bytes))).toEqual(bytes);
      expect(primitives.decodeHex(primitives.encodeHex(bytes))).toEqual(bytes);
      expect(primitives.encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(primitives.encodeHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
    }
  });

  test.for(['a', 'abc', '0g', 'zz', 'QUJD ', 'QUJ', 'QR==', 'Q===', '-_-_', '\u00e9\u4e2d', 'QUJD\n', '='])(
    'text %j that stands for nothing does not come back',
    (text) => {
      expect(primitives.encodeBase64(primitives.decodeBase64(text))).not.toBe(text);
      if (text !== 'abc') expect(primitives.encodeHex(primitives.decodeHex(text))).not.toBe(text);
    },
  );
});

describe('both say the same', () => {
  test('of digests of any length', () => {
    for (const length of LENGTHS) {
      const bytes = new Uint8Array(randomBytes(length));
      expect(portable.sha256(bytes)).toEqual(new Uint8Array(createHash('sha256').update(bytes).digest()));
      expect(portable.shake256(length + 1, bytes, bytes)).toEqual(node.shake256(length + 1, bytes, bytes));
    }
  });

  test('of powers modulo an odd number', () => {
    for (const bits of [512, 2048]) {
      const n = BigInt(`0x${randomBytes(bits / 8).toString('hex')}`) | 1n | (1n << BigInt(bits - 1));
      for (const exponent of [1n, 2n, 3n, BigInt(`0x${randomBytes(40).toString('hex')}`) + 1n, 2n * n + 5n]) {
        for (const base of [0n, 1n, 2n, n - 1n, BigInt(`0x${randomBytes(bits / 8).toString('hex')}`) % n]) {
          expect(portable.modularPower(base, exponent, n)).toBe(node.modularPower(base, exponent, n));
        }
      }
    }
  });

  test('of signatures, and of what is none', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(12));
    const message = new Uint8Array(randomBytes(100));
    const signature = new Uint8Array(sign(null, message, privateKey));
    const verdicts = (k: Uint8Array, m: Uint8Array, s: Uint8Array): boolean[] =>
      BOTH.map(([, { verifyEd25519 }]) => verifyEd25519(k, m, s));
    expect(verdicts(key, message, signature)).toEqual([true, true]);
    for (let i = 0; i < 64; i += 1) {
      expect(verdicts(key, message, flipped(signature, i))).toEqual([false, false]);
      expect(verdicts(flipped(key, i % 32), message, signature)).toEqual([false, false]);
    }
    for (const wrong of [signature.slice(1), new Uint8Array(65), new Uint8Array()]) {
      expect(verdicts(key, message, wrong)).toEqual([false, false]);
    }
    // S + order: the same point, and malleable (RFC 8032 §5.1.7 refuses it).
    const s =
      BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString('hex')}`) + ed25519.Point.Fn.ORDER;
    const high = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    expect(verdicts(key, message, new Uint8Array([...signature.slice(0, 32), ...high]))).toEqual([
      false,
      false,
    ]);
  });

  describe('at the edges where verifiers are known to differ (Chalkias, Garillot and Nikolaenko, SSR 2020)', () => {
    const { Point } = ed25519;
    const order8 = Point.fromBytes(
      unhex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
      true,
    );
    const torsion = Array.from({ length: 8 }, (_, i) =>
      i === 0 ? Point.ZERO : order8.multiplyUnsafe(BigInt(i)),
    );
    const little = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
    const scalar = (value: bigint): Uint8Array =>
      new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());

    /** A valid signature but for the cofactor: A = a·B + T_i, R = r·B + T_j, S = r + k·a. */
    function verdictsOn(a: bigint, i: number, r: bigint, j: number): boolean[] {
      const at = (base: bigint, twist: number): Uint8Array =>
        Point.BASE.multiplyUnsafe(base)
          .add(torsion[twist] ?? Point.ZERO)
          .toBytes();
      const [key, first, message] = [at(a, i), at(r, j), utf8(`${a} ${r}`)];
      const k = little(createHash('sha512').update(first).update(key).update(message).digest());
      const signature = new Uint8Array([...first, ...scalar((r + k * a) % Point.Fn.ORDER)]);
      return BOTH.map(([, { verifyEd25519 }]) => verifyEd25519(key, message, signature));
    }

    test('keys and commitments with a part of small order', () => {
      const verdicts: boolean[] = [];
      for (let i = 0; i < 8; i += 1) {
        for (let j = 0; j < 8; j += 1) {
          for (const a of [0n, 5n]) {
            for (const r of [0n, 3n]) {
              const [ours = false, theirs] = verdictsOn(a, i, r, j);
              expect([a, i, r, j, theirs]).toEqual([a, i, r, j, ours]);
              verdicts.push(ours);
            }
          }
        }
      }
      expect(new Set(verdicts).size).toBe(2);
    });

    test('encodings of y beyond the prime', () => {
      const p = 2n ** 255n - 19n;
      for (const y of [0n, 1n, 2n, 3n, p - 1n, p, p + 1n, p + 3n, p + 18n]) {
        for (const sign of [0n, 1n << 255n]) {
          const point = scalar(y + sign);
          for (const [key, r] of [
            [point, scalar(1n)],
            [scalar(9n), point],
            [point, point],
          ]) {
            for (const s of [0n, 1n]) {
              const signature = new Uint8Array([...(r ?? []), ...scalar(s)]);
              const both = BOTH.map(([, { verifyEd25519 }]) =>
                verifyEd25519(key ?? new Uint8Array(), utf8('m'), signature),
              );
              expect(both[1]).toBe(both[0]);
            }
          }
        }
      }
    });
  });
});

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
