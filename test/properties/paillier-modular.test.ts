/** Arithmetic: modular exponentiation against a plain one in BigInt, and the integers around it. */
import { generatePrimeSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FixedBase } from '../../schemes/paillier/fixed-base.ts';
import {
  bitLength,
  centred,
  fromBytes,
  gcd,
  integerRoot,
  inverse,
  jacobi,
  modulo,
  toBytes,
} from '../../schemes/paillier/integers.ts';
import { openModulus } from '../../schemes/paillier/modular.ts';
import { multiPower } from '../../schemes/paillier/multi-power.ts';
import { power } from '../../schemes/rlwe/primes.ts';
import { PRIMES } from '../../bench/work/dealt-paillier-key.ts';

const oddOf = (bits: number): bigint => fromBytes(randomBytes(bits / 8)) | 1n | (1n << BigInt(bits - 1));
const natural = (bits: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });

describe('exponentiation by OpenSSL', () => {
  test('is that of BigInt, for moduli of 512 bits and more, exponents shorter and longer than the modulus', () => {
    for (const bits of [512, 520, 1016, 2048, 4096]) {
      const modulus = openModulus(oddOf(bits));
      const property = fc.property(natural(bits + 64), natural(256), (base, exponent) => {
        expect(modulus.power(base, exponent)).toBe(power(base, exponent, modulus.value));
      });
      fc.assert(property, { numRuns: 10 });
    }
    const modulus = openModulus(oddOf(512));
    const long = fromBytes(randomBytes(700));
    expect(modulus.power(3n, long)).toBe(power(3n, long, modulus.value));
  });

  test('takes every base and every exponent', () => {
    const { p, q } = PRIMES[2048];
    const modulus = openModulus(p * q);
    const n = modulus.value;
    const cases = [
      [0n, 5n],
      [1n, 5n],
      [n - 1n, 5n],
      [n - 1n, 4n],
      [-2n, 3n],
      [n, 2n],
      [n + 2n, 3n],
      [p, 2n],
      [7n, 0n],
      [7n, 1n],
    ] as const;
    for (const [base, exponent] of cases)
      expect(modulus.power(base, exponent)).toBe(modulo(base ** exponent, n));
    expect(openModulus(n * n).power(n, 2n)).toBe(0n);
  });

  test('an exponent below 0 inverts the base, where it has an inverse', () => {
    const { p, q } = PRIMES[2048];
    const modulus = openModulus(p * q);
    expect((modulus.power(7n, -300n) * modulus.power(7n, 300n)) % modulus.value).toBe(1n);
    expect(() => modulus.power(p, -1n)).toThrow(RangeError);
  });

  test('refuses even moduli and those that OpenSSL does not take', () => {
    for (const modulus of [0n, -7n, 15n, 1n << 600n, (1n << 510n) + 1n, (1n << 10_000n) + 1n]) {
      expect(() => openModulus(modulus)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    }
    expect(openModulus((1n << 9_999n) + 1n).power(2n, 10n)).toBe(1024n);
  });
});

describe('fixed-base powers', () => {
  test('are those of OpenSSL, before the table is made and after', () => {
    const prime = (): bigint => generatePrimeSync(256, { bigint: true });
    const n = prime() * prime();
    const ring = openModulus(n * n);
    const base = ring.power(5n, n);
    const fixed = new FixedBase(n, ring, base, 40);
    const offset = (bytes: number): bigint => (256n ** BigInt(bytes) - 1n) / 255n;
    for (let i = 0; i < 300; i += 1) {
      const bytes = i % 2 === 0 ? 40 : 32;
      const { exponent, unit, log } = fixed.draw(bytes);
      expect(exponent >= offset(bytes) && exponent < offset(bytes) + 256n ** BigInt(bytes)).toBe(true);
      expect((unit * (1n + log * n)) % ring.value).toBe(ring.power(base, exponent));
    }
    expect(() => fixed.draw(41)).toThrow(RangeError);
  });
});

test('products of powers are those of single powers', () => {
  const ring = openModulus(oddOf(512));
  const pair = fc.tuple(natural(512), natural(90));
  const pairs = fc.oneof(fc.array(pair, { maxLength: 5 }), fc.array(pair, { minLength: 96, maxLength: 130 }));
  const property = fc.property(pairs, (list) => {
    const [bases, exponents] = [list.map(([base]) => base), list.map(([, exponent]) => exponent)];
    const expected = list.reduce((all, [base, e]) => (all * power(base, e, ring.value)) % ring.value, 1n);
    expect(multiPower(bases, exponents, ring)).toBe(expected);
  });
  fc.assert(property, { numRuns: 30 });
});

describe('integers', () => {
  test('gcd and inverse', () => {
    const property = fc.property(natural(300), fc.bigInt({ min: 2n, max: 1n << 300n }), (a, n) => {
      const common = gcd(a, n);
      expect(a % common === 0n && n % common === 0n).toBe(true);
      if (common === 1n) expect((inverse(a, n) * a) % n).toBe(1n % n);
      else expect(() => inverse(a, n)).toThrow(RangeError);
    });
    fc.assert(property);
  });

  test('the Jacobi symbol is the product of the Legendre symbols', () => {
    const legendre = (a: bigint, p: bigint): number => {
      const x = power(modulo(a, p), (p - 1n) / 2n, p);
      return x === p - 1n ? -1 : Number(x);
    };
    const [p, q] = [1_000_003n, 998_244_353n];
    fc.assert(
      fc.property(fc.bigInt(), (a) => {
        expect(jacobi(a, p * q)).toBe(legendre(a, p) * legendre(a, q));
      }),
    );
    expect(jacobi(p, p * q)).toBe(0);
  });

  test('bytes of a fixed width, and nothing that does not fit', () => {
    fc.assert(
      fc.property(natural(80), (a) => {
        expect(toBytes(a, 10)).toHaveLength(10);
        expect(fromBytes(toBytes(a, 10))).toBe(a);
        expect(bitLength(a)).toBe(a === 0n ? 0 : a.toString(2).length);
      }),
    );
    expect(() => toBytes(256n, 1)).toThrow(RangeError);
    expect(() => toBytes(-1n, 4)).toThrow(RangeError);
    expect(fromBytes(new Uint8Array())).toBe(0n);
  });

  test('roots and representatives', () => {
    fc.assert(
      fc.property(natural(700), fc.integer({ min: 2, max: 60 }), (a, k) => {
        const root = integerRoot(a, k);
        expect(root ** BigInt(k) <= a && a < (root + 1n) ** BigInt(k)).toBe(true);
      }),
    );
    expect([4n, -4n, 3n, 7n].map((a) => centred(a, 7n))).toEqual([-3n, 3n, 3n, 0n]);
  });
});
