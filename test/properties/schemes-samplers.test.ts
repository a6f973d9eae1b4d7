import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { centredBinomial, ternary, uniformInterval } from '../../schemes/rlwe/samplers.ts';
import { uniformWords } from '../../schemes/rlwe/uniform-words.ts';
import { firstOutOfRange } from '../../schemes/rlwe/words.ts';
import { Xof } from '../../schemes/rlwe/xof.ts';

const N = 8192;
const stream = (name: string): Xof => new Xof('test', Buffer.from(name));

/** Pearson's statistic of counts against expected counts. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - (expected[i] ?? 0)) ** 2 / (expected[i] ?? 1), 0);
}

describe('samplers, on fixed streams', () => {
  test('ternary is uniform: χ² with 2 degrees of freedom below its 99.9 % point', () => {
    const values = ternary(stream('ternary'), 3 * N);
    const counts = [-1, 0, 1].map((v) => values.filter((x) => x === v).length);
    expect(counts.reduce((a, b) => a + b)).toBe(3 * N);
    expect(chiSquare(counts, [N, N, N])).toBeLessThan(13.8);
  });

  test('the error is binomial: bounded by 21, mean 0, variance 10.5, χ² over the centre', () => {
    const size = 8 * N;
    const values = centredBinomial(stream('error'), size);
    expect(values.every((x) => Math.abs(x) <= 21)).toBe(true);
    const mean = values.reduce((a, b) => a + b, 0) / size;
    const variance = values.reduce((a, b) => a + b * b, 0) / size - mean ** 2;
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(10.5 / size));
    expect(Math.abs(variance - 10.5)).toBeLessThan(0.25);
    const density = (x: number): number => binomial(42, 21 + x) / 2 ** 42;
    const centre = Array.from({ length: 15 }, (_, i) => i - 7);
    const counts = centre.map((v) => values.filter((x) => x === v).length);
    expect(
      chiSquare(
        counts,
        centre.map((v) => size * density(v)),
      ),
    ).toBeLessThan(37.7);
  });

  test('uniform words are below their primes and fill 16 bins evenly', () => {
    const primes = [1152921504606830593n, 274877562881n];
    const words = uniformWords(stream('words'), N, primes);
    expect(firstOutOfRange(words, N, primes)).toBe(-1);
    primes.forEach((prime, j) => {
      const counts = new Array<number>(16).fill(0);
      for (const word of words.subarray(j * N, (j + 1) * N)) {
        const bin = Number((16n * word) / prime);
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      expect(
        chiSquare(
          counts,
          counts.map(() => N / 16),
        ),
      ).toBeLessThan(37.7);
    });
  });

  test.each([1n, 2n ** 40n + 3n, 2n ** 92n + 12345n])('uniform in ±%i: range, ends and bins', (bound) => {
    const values = uniformInterval(stream('interval'), N, bound);
    expect(values.every((x) => x >= -bound && x <= bound)).toBe(true);
    const bins = 3n;
    const counts = [0, 0, 0];
    for (const x of values) {
      const bin = Number(((x + bound) * bins) / (2n * bound + 1n));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    expect(
      chiSquare(
        counts,
        counts.map(() => N / 3),
      ),
    ).toBeLessThan(13.8);
  });

  test('streams with other labels or inputs differ, and a stream does not depend on how it is read', () => {
    const whole = Buffer.from(stream('a').read(30_000));
    expect(stream('b').read(32)).not.toEqual(whole.subarray(0, 32));
    expect(new Xof('tes', Buffer.from('ta')).read(32)).not.toEqual(
      new Xof('test', Buffer.from('a')).read(32),
    );
    const xof = stream('a');
    const pieces = Buffer.concat(Array.from({ length: 30 }, () => Buffer.from(xof.read(1000))));
    expect(pieces).toEqual(whole);
  });

  test('a stream is the blocks of SHAKE256, whatever is read of it first', () => {
    const block = (i: number): Buffer => {
      const parts = [Buffer.from('test'), Buffer.from('blocks')].map((part) =>
        Buffer.concat([Buffer.from([0, 0, 0, part.length]), part]),
      );
      const input = Buffer.concat([...parts, Buffer.from([0, 0, 0, i])]);
      return createHash('shake256', { outputLength: 32768 }).update(input).digest();
    };
    const blocks = Buffer.concat([0, 1, 2, 3, 4].map(block));
    const count = fc.oneof(
      fc.integer({ min: 1, max: 32768 }),
      fc.constantFrom(1, 8, 8192, 16383, 16384, 16385, 18496, 24576, 32767, 32768),
    );
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 5 }), (counts) => {
        const xof = stream('blocks');
        let at = 0;
        for (const next of counts) {
          expect(Buffer.compare(xof.read(next), blocks.subarray(at, at + next))).toBe(0);
          at += next;
        }
      }),
    );
    expect(() => stream('blocks').read(32769)).toThrow('32768');
  });
});

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i += 1) result = (result * (n - k + i)) / i;
  return result;
}
