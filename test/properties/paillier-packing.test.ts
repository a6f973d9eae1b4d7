/** Several signed integers in one plaintext. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pack, unpack } from '../../schemes/paillier/packing.ts';
import { paillierSlots } from '../../schemes/paillier/parameters.ts';

const int32 = { slots: 37, slotBits: 54, magnitude: String(2n ** 51n - 1n) };
const most = 2n ** 51n - 1n;
const full = (value: bigint): bigint[] => Array.from({ length: 37 }, () => value);
const guardError = (slot: number): unknown =>
  expect.objectContaining({ code: 'SHARE_INVALID', details: { slot } });

describe('packing', () => {
  test('as many 32-bit values of 2^20 contributors as the field expects', () => {
    expect([2048, 3072].map((bits) => paillierSlots(bits, most))).toEqual([37, 56]);
  });

  test('gives back every vector, and sums of vectors', () => {
    const vector = fc.array(fc.bigInt({ min: -most / 2n, max: most / 2n }), { minLength: 37, maxLength: 37 });
    const property = fc.property(vector, vector, (a, b) => {
      expect(unpack(pack(a, int32), int32)).toEqual(a);
      expect(unpack(pack(a, int32) + pack(b, int32), int32)).toEqual(a.map((x, i) => x + (b[i] ?? 0n)));
    });
    fc.assert(property);
  });

  test('the extremes in all slots stay within half the modulus', () => {
    for (const value of [most, -most, 0n, -1n]) {
      const packed = pack(full(value), int32);
      expect(unpack(packed, int32)).toEqual(full(value));
      expect(packed < 1n << 2046n && packed > -(1n << 2046n)).toBe(true);
    }
    expect(unpack(pack([], int32), int32)).toEqual(full(0n));
    expect(unpack(pack(BigInt64Array.of(-1n, 2n), int32), int32).slice(0, 3)).toEqual([-1n, 2n, 0n]);
  });

  test('a slot beyond the magnitude, one guard bit, or something above the slots rejects', () => {
    const packed = pack(full(1n), int32);
    for (const slot of [0, 17, 36]) {
      const at = (bit: number): bigint => 1n << BigInt(54 * slot + bit);
      for (const bit of [51, 52]) expect(() => unpack(packed + at(bit), int32)).toThrow(guardError(slot));
      expect(() => unpack(packed - at(51) - at(2), int32)).toThrow(guardError(slot));
    }
    expect(() => unpack(packed + (1n << (37n * 54n)), int32)).toThrow(guardError(37));
    expect(() => unpack(packed - (1n << 2046n), int32)).toThrow(guardError(37));
  });

  test('values beyond the magnitude, and too many of them, are not packed', () => {
    expect(() => pack([0n, most + 1n], int32)).toThrow('slot 1');
    expect(() => pack([-most - 1n], int32)).toThrow('slot 0');
    expect(() => pack([...full(0n), 0n], int32)).toThrow('38 values');
  });
});
