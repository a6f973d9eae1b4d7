/** Moduli that are not products of two primes, Boneh and Franklin, J. ACM 48 (2001), section 3, and their step 4. */
import { checkPrimeSync, generatePrimeSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isUsable } from '../../schemes/paillier/keygen/decryption-key-rounds.ts';
import { requireModulus } from '../../schemes/paillier/public-modulus.ts';
import { blumPrime, judge } from '../fixtures/paillier-biprimes.ts';

const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });

/** An odd composite that is 3 modulo 4. */
function blumComposite(bits: number): bigint {
  for (;;) {
    const n = prime(bits / 2) * prime(bits / 2);
    if (n % 4n === 3n) return n;
  }
}

/** At most half of all bases may pass; 48 of 64 do with probability below 10^−4 at one half. */
const MOST = 48;

describe('not products of two primes', () => {
  test.each([
    ['p·q·r', () => [blumPrime(264), blumComposite(264)]],
    ['p·q·r·s', () => [blumComposite(264), blumComposite(264)]],
    ['a power of a prime in one factor', () => [blumPrime(90) ** 3n, blumPrime(264)]],
    ['small factors in both', () => [103n * blumPrimeTimes(103n), blumPrime(264)]],
    ['a pseudoprime as a factor', () => [pseudoprime(), blumPrime(264)]],
  ] satisfies [string, () => [bigint, bigint]][])('%s', (_, make) => {
    for (let i = 0; i < 5; i += 1) {
      const [p, q] = make();
      expect([p % 4n, q % 4n]).toEqual([3n, 3n]);
      expect(checkPrimeSync(p) && checkPrimeSync(q)).toBe(false);
      expect(judge(p, q).proofs).toBeLessThan(MOST);
    }
  });

  test('the weak case: p = r^d with q ≡ 1 modulo r^(d−1) passes every iteration, and gcd(θ, N) refuses it', () => {
    const r = blumPrime(64);
    const p = r ** 3n;
    let k = (1n << 200n) + 1n;
    while (!checkPrimeSync(2n * r ** 2n * k + 1n)) k += 2n;
    const q = 2n * r ** 2n * k + 1n;
    const n = p * q;
    // φ as the holders take it is N + 1 − p − q; W = φ·β + N·R for any β and R.
    const opened = (n + 1n - p - q) * 12345678901234567891n + n * 987654321n;
    expect(q % r ** 2n).toBe(1n);
    expect(judge(p, q)).toEqual({ screen: true, proofs: 64, of: 64 });
    expect(isUsable(opened, n, 3, 60)).toBe(false);
  });

  test('p = q passes the test, and is refused as a power', () => {
    const p = blumPrime(1024);
    expect(() => {
      requireModulus(p * p, 2048);
    }).toThrow(/length|perfect power/);
  });
});

describe('θ', () => {
  const [p, q] = [blumPrime(260), blumPrime(260)];
  const n = p * q;

  test('with a factor in common with the modulus is refused, and so is 0', () => {
    expect(isUsable(p * 17n + n * 5n, n, 3, 60)).toBe(false);
    expect(isUsable(n * 5n, n, 3, 60)).toBe(false);
    expect(isUsable(17n + n * 5n, n, 3, 60)).toBe(true);
  });

  test('W out of range is refused', () => {
    expect(isUsable(0n, n, 3, 60)).toBe(false);
    expect(isUsable(-17n, n, 3, 60)).toBe(false);
    expect(isUsable(((9n * n ** 2n) << 60n) + 3n * n ** 2n + 1n, n, 3, 60)).toBe(false);
  });
});

function blumPrimeTimes(factor: bigint): bigint {
  for (;;) {
    const candidate = prime(249);
    if ((candidate * factor) % 4n === 3n) return candidate;
  }
}

/** r·(2r − 1) with two primes: (r·(2r − 1) − 1)/(r − 1) is whole, so many bases call it a prime. */
function pseudoprime(): bigint {
  for (;;) {
    const r = blumPrime(128);
    if (checkPrimeSync(2n * r - 1n)) return r * (2n * r - 1n);
  }
}
