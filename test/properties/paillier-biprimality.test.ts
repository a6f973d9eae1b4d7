import { describe, expect, test } from 'vitest';
import { blumPrime, judge } from '../fixtures/paillier-biprimes.ts';

describe('the distributed test for two prime factors', () => {
  test.each([3, 4, 7])('accepts every product of two primes, with %i holders', (holders) => {
    for (let i = 0; i < 8; i += 1) {
      const [p, q] = [blumPrime(260), blumPrime(260)];
      expect(judge(p, q, holders)).toEqual({ screen: true, proofs: 64, of: 64 });
    }
  });

  test('accepts factors of different length too', () => {
    expect(judge(blumPrime(300), blumPrime(212)).proofs).toBe(64);
  });
});
