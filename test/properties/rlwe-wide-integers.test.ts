/** Wide integers in the kernel against BigInt: what is drawn, its residues, and how large a polynomial is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernel } from '../../schemes/rlwe/kernel/kernel.ts';
import { productOf } from '../../schemes/rlwe/crt.ts';
import { primesBelow } from '../../schemes/rlwe/primes.ts';
import { Ring } from '../../schemes/rlwe/ring.ts';
import { uniformInterval } from '../../schemes/rlwe/samplers.ts';
import { uniformWords } from '../../schemes/rlwe/uniform-words.ts';
import { residues } from '../../schemes/rlwe/words.ts';
import { Xof } from '../../schemes/rlwe/xof.ts';
import { largestCoefficient } from '../fixtures/largest-coefficient.ts';

const N = 64;

const primeBelow = (bits: number): bigint => {
  const [prime = 0n] = primesBelow(1n << BigInt(bits), 2n * BigInt(N)).take(1);
  return prime;
};
/** Small primes before and after large ones. */
const BASES = [[60], [60, 59, 58, 38], [20, 60, 31, 59], [53, 52, 51]].map((bits) => bits.map(primeBelow));

/** Bounds of every length up to five words, with those next to powers of two. */
const bound = fc
  .tuple(fc.integer({ min: 0, max: 300 }), fc.bigInt({ min: -2n, max: 2n }), fc.bigInt(0n, 1n << 300n))
  .map(([bits, beside, below]) => {
    const power = 1n << BigInt(bits);
    const value = beside === 0n ? below % power : power + beside;
    return value < 0n ? 0n : value;
  });
const base = fc.constantFrom(...BASES);
const seed = fc.uint8Array({ minLength: 8, maxLength: 8 });

/** A stream that gives the same parts, all of one length, again and again. */
class Repeated extends Xof {
  readonly #parts: readonly Uint8Array[];
  #at = 0;

  constructor(parts: readonly Uint8Array[]) {
    super('repeated');
    this.#parts = parts;
  }

  override read(count: number): Uint8Array {
    const [{ length } = new Uint8Array()] = this.#parts;
    const parts = Array.from({ length: count / length }, () => this.#parts[this.#at++ % this.#parts.length]);
    return new Uint8Array(Buffer.concat(parts.map((part) => part ?? new Uint8Array())));
  }
}

describe('smudging', () => {
  test('is what BigInt draws from the stream, residue for residue, and takes as much of the stream', () => {
    fc.assert(
      fc.property(base, bound, seed, (primes, b, input) => {
        using ring = new Ring(N, primes);
        const [ours, plain] = [new Xof('wide', input), new Xof('wide', input)];
        const words = ring.uniformInterval(ours, b);
        expect(words).toEqual(residues(uniformInterval(plain, N, b), primes));
        expect([...ours.read(32)]).toEqual([...plain.read(32)]);
      }),
      { numRuns: 300 },
    );
  });

  test('at the size of a task: many reads of the stream, in the middle of one too', () => {
    const primes = [60, 59, 38].map((bits) => [...primesBelow(1n << BigInt(bits), 16384n).take(1)][0] ?? 0n);
    using ring = new Ring(8192, primes);
    for (const b of [(1n << 62n) + 1n, (1n << 100n) - 1n, (1n << 127n) + 5n]) {
      const [ours, plain] = [new Xof('wide', Buffer.from('large')), new Xof('wide', Buffer.from('large'))];
      for (const stream of [ours, plain]) stream.read(13);
      expect(ring.uniformInterval(ours, b)).toEqual(residues(uniformInterval(plain, 8192, b), primes));
    }
  });

  test('reaches both ends and rejects what is beyond, where a candidate is all ones or equal to the span', () => {
    using ring = new Ring(N, BASES[1] ?? []);
    for (const b of [1n, 2n, (1n << 63n) - 1n, 1n << 63n, (1n << 127n) - 1n, 1n << 127n]) {
      // 2·b and 2·b + 1 as candidates, in turns with 0: lanes with the most significant first, each little-endian.
      const lanes = Math.ceil((2n * b).toString(2).length / 64);
      const candidates = [2n * b, 0n, 2n * b + 1n, (1n << BigInt(64 * lanes)) - 1n];
      const bytes = candidates.map((value) =>
        Buffer.concat(
          Array.from({ length: lanes }, (_, lane) => {
            const word = Buffer.alloc(8);
            word.writeBigUInt64LE(BigInt.asUintN(64, value >> BigInt(64 * (lanes - 1 - lane))));
            return word;
          }),
        ),
      );
      const stream = new Repeated(bytes);
      const drawn = ring.uniformInterval(stream, b);
      expect(drawn, String(b)).toEqual(residues(uniformInterval(new Repeated(bytes), N, b), ring.primes));
      const kept = new Set(uniformInterval(new Repeated(bytes), N, b));
      expect(kept.has(b) && kept.has(-b)).toBe(true);
    }
  });

  test('leaves nothing of what was drawn in the memory of the kernel', () => {
    using ring = new Ring(N, BASES[1] ?? []);
    const words = ring.uniformInterval(new Xof('wide', Buffer.from('left')), (1n << 64n) - 3n);
    ring.wipe();
    const [first = 0n, second = 0n] = uniformInterval(
      new Xof('wide', Buffer.from('left')),
      2,
      (1n << 64n) - 3n,
    );
    const memory = new BigUint64Array(kernel().words(0, 1).buffer);
    for (const secret of [words[0], words[1], BigInt.asUintN(64, first + (1n << 64n) - 3n), second]) {
      expect(memory.includes(BigInt.asUintN(64, secret ?? 0n))).toBe(false);
    }
  });
});

describe('the bound of a polynomial', () => {
  const coefficients = fc.array(fc.bigInt(-(1n << 230n), 1n << 230n), { minLength: N, maxLength: N });

  test('is judged as BigInt judges it, next to the largest coefficient too', () => {
    fc.assert(
      fc.property(base, coefficients, fc.integer({ min: 0, max: 231 }), (primes, values, shift) => {
        using ring = new Ring(N, primes);
        const words = residues(
          values.map((value) => value >> BigInt(shift)),
          primes,
        );
        const largest = largestCoefficient(words, N, primes);
        const q = productOf(primes);
        for (const b of [largest, largest - 1n, largest + 1n, largest / 2n, 2n * largest, 0n, q / 2n, q]) {
          if (b < 0n) continue;
          expect(ring.isWithin(words, b), `${b} of ${largest}`).toBe(largest <= b);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('one coefficient beyond it by one, at any place and on either side, is found', () => {
    for (const primes of BASES) {
      using ring = new Ring(N, primes);
      const q = productOf(primes);
      for (const b of [0n, 1n, 21n, q / 5n, q / 2n - 1n]) {
        for (const place of [0, 1, N / 2, N - 1]) {
          for (const [value, fits] of [
            [b, true],
            [-b, true],
            [b + 1n, false],
            [-b - 1n, false],
          ] as const) {
            const values = new Array<bigint>(N).fill(0n);
            values[place] = value;
            expect(ring.isWithin(residues(values, primes), b), `${value} within ${b}`).toBe(fits);
          }
        }
      }
    }
  });

  test('is that of one polynomial: two, or a part of one, are no question', () => {
    using ring = new Ring(N, BASES[0] ?? []);
    for (const length of [2 * N, N / 2, 0]) {
      expect(() => ring.isWithin(new BigUint64Array(length), 1n)).toThrow('not one polynomial');
    }
  });
});

describe('a public polynomial', () => {
  /** The same draw in plain integers. */
  function drawn(xof: Xof, primes: readonly bigint[]): bigint[] {
    return primes.flatMap((prime) => {
      const words: bigint[] = [];
      const bits = prime.toString(2).length;
      while (words.length < N) {
        const bytes = Buffer.from(xof.read(8));
        const word = BigInt.asUintN(bits, bytes.readBigUInt64LE());
        if (word < prime) words.push(word);
      }
      return words;
    });
  }

  test('is what BigInt draws from the stream, and takes as much of it', () => {
    const sparse = [...BASES, [(1n << 62n) + 1n, 3n, (1n << 31n) + 11n, (1n << 63n) - 25n]];
    fc.assert(
      fc.property(fc.constantFrom(...sparse), seed, (primes, input) => {
        const [ours, plain] = [new Xof('uniform', input), new Xof('uniform', input)];
        expect([...uniformWords(ours, N, primes)]).toEqual(drawn(plain, primes));
        expect([...ours.read(32)]).toEqual([...plain.read(32)]);
      }),
    );
  });
});
