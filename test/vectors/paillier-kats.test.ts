/** Known answers: ISO/IEC 18033-6 as Intel's IPCL tests it, and the small constants of python-paillier. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openPaillierCombiner } from '../../schemes/paillier/combination.ts';
import { bitLength, byteLength, toBytes } from '../../schemes/paillier/integers.ts';
import { openModulus, type Modulus } from '../../schemes/paillier/modular.ts';
import { fullPower, mask } from '../../schemes/paillier/randomness.ts';
import { power } from '../../schemes/rlwe/primes.ts';
import { dealKey } from '../../bench/work/dealt-paillier-key.ts';
import { openHolders } from '../fixtures/paillier-key.ts';

const file = new URL('../../../shared/vectors/paillier-kats.json', import.meta.url);
type Vector = Record<string, string | number>;
const vectors = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as Record<'iso18033_6_ipcl' | 'phe_small', Vector>)
  : undefined;

/** OpenSSL has no moduli as short as those of the small constants. */
const smallRing = (value: bigint): Modulus => ({
  value,
  bytes: byteLength(bitLength(value)),
  power: (base, exponent) => power(base, exponent, value),
});

function encrypt(ring: Modulus, n: bigint, m: bigint, r: bigint): bigint {
  return mask(n, m, fullPower({ modulus: n, ring }, r));
}

describe.skipIf(!vectors)('Paillier known answers (skipped where ../shared/vectors is absent)', () => {
  const of = (set: Vector | undefined, name: string): bigint => BigInt(set?.[name] ?? '');
  const iso = (name: string): bigint => of(vectors?.iso18033_6_ipcl, name);
  const small = (name: string): bigint => of(vectors?.phe_small, name);

  test('ISO/IEC 18033-6: encryption with given randomness, and the product', () => {
    const n = iso('p') * iso('q');
    const ring = openModulus(n * n);
    expect(encrypt(ring, n, iso('m0'), iso('r0'))).toBe(iso('c0'));
    expect(encrypt(ring, n, iso('m1'), iso('r1'))).toBe(iso('c1'));
    expect((iso('c0') * iso('c1')) % ring.value).toBe(iso('c0c1'));
    expect(iso('m0') + iso('m1')).toBe(iso('msum'));
  });

  test('ISO/IEC 18033-6: threshold decryption with a key dealt from its primes', async () => {
    const task = { magnitude: (1n << 129n) - 1n, decryptions: 3 };
    const key = dealKey('iso 18033-6', task, { p: iso('p'), q: iso('q') });
    const outputs = ['c0', 'c1', 'c0c1'].map((name) => new Uint8Array(toBytes(iso(name), 512)));
    const shares = (await openHolders(key)).map((holder) => holder.partialDecryptions(outputs));
    const combiner = openPaillierCombiner(key.context, key.jointKey);
    const values = combiner.combine(outputs, shares).map((slots) => slots[0]);
    expect(values).toEqual([iso('m0'), iso('m1'), iso('msum')]);
  });

  test('python-paillier: small constants', () => {
    const n = small('n');
    expect(small('p') * small('q')).toBe(n);
    expect(encrypt(smallRing(n * n), n, small('m'), small('r'))).toBe(small('c'));
    expect(encrypt(smallRing(n * n), n, 1n, 1n)).toBe(small('enc(1,r=1)'));
  });
});
