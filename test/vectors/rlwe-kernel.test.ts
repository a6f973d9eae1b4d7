/** The kernel against SEAL, word for word, and against plain integers. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CiphertextReader, CiphertextTotal } from '../../schemes/rlwe/ciphertext-reader.ts';
import { contextShape } from '../../schemes/rlwe/threshold/engine.ts';
import { ciphertextShape } from '../../schemes/rlwe/threshold/levels.ts';
import { chooseBfvParameters } from '../../schemes/bfv/parameters.ts';
import { leaseContext } from '../../schemes/rlwe/context-cache.ts';
import { loadEngine } from '../../schemes/rlwe/engine.ts';
import { kernel } from '../../schemes/rlwe/kernel/kernel.ts';
import { Modulus } from '../../schemes/rlwe/kernel/modulus.ts';
import { NOT_ZERO, OUT_OF_RANGE } from '../../schemes/rlwe/kernel/vectors.ts';
import { primesBelow } from '../../schemes/rlwe/primes.ts';
import { Ring } from '../../schemes/rlwe/ring.ts';
import { uniformWords } from '../../schemes/rlwe/uniform-words.ts';
import { writeCiphertext } from '../../schemes/rlwe/wire.ts';
import type { Words } from '../../schemes/rlwe/words.ts';
import { Xof } from '../../schemes/rlwe/xof.ts';
import { SealRing } from '../fixtures/seal-ring.ts';

const engine = await loadEngine();
const digest = (words: Words): string => createHash('sha256').update(words).digest('hex');

/** The largest prime of a ring below 2^bits. */
function primeOf(bits: number, ringDegree: number): bigint {
  const [prime = 0n] = primesBelow(1n << BigInt(bits), 2n * BigInt(ringDegree)).take(1);
  return prime;
}

/** Polynomials where something could overflow, and random ones. */
function operands(ringDegree: number, primes: readonly bigint[]): Words[] {
  const filled = (of: (prime: bigint, i: number) => bigint): Words =>
    BigUint64Array.from({ length: ringDegree * primes.length }, (_, i) =>
      of(primes[Math.floor(i / ringDegree)] ?? 1n, i),
    );
  return [
    filled(() => 0n),
    filled((q) => q - 1n),
    filled((q, i) => (i % 2 === 0 ? q - 1n : 0n)),
    filled((q, i) => (i % ringDegree === 1 ? 1n : 0n) * (q - 1n)),
    uniformWords(new Xof('kernel', Buffer.from('a')), ringDegree, primes),
    uniformWords(new Xof('kernel', Buffer.from('b')), ringDegree, primes),
  ];
}

describe.each([
  [8192, [60, 59, 49, 38]],
  [16384, [60, 59, 54]],
  [4096, [31]],
])('N = %i', (ringDegree, bits) => {
  const primes = bits.map((b) => primeOf(b, ringDegree));
  using seal = new SealRing(engine, ringDegree, primes);
  using ours = new Ring(ringDegree, primes);
  const all = operands(ringDegree, primes);
  const pairs = all.map((a, i) => [a, all[(i + 1) % all.length] ?? a] as const);
  const results = [
    ...all.map((a) => ['toNtt', digest(ours.toNtt(a)), digest(seal.toNtt(a))] as const),
    ...all.map((a) => ['fromNtt', digest(ours.fromNtt(a)), digest(seal.fromNtt(a))] as const),
    ...pairs.flatMap(([a, b]) =>
      (['multiply', 'add', 'subtract'] as const).map(
        (how) => [how, digest(ours[how](a, b)), digest(seal[how](a, b))] as const,
      ),
    ),
    ...pairs.map(
      ([a, b]) =>
        ['multiplyAdd', digest(ours.multiplyAdd(a, b, a)), digest(seal.multiplyAdd(a, b, a))] as const,
    ),
  ];
  const two = new BigUint64Array([...(all[1] ?? []), ...(all[4] ?? [])]);
  const back = ours.fromNtt(ours.toNtt(two));

  test('the words of SEAL, from extremes too', () => {
    for (const [how, words, theirs] of results) expect(words, how).toBe(theirs);
    expect(digest(back)).toBe(digest(two));
  });
});

test('a product of short polynomials is the negacyclic convolution', () => {
  const [N, q] = [16, primeOf(60, 16)];
  using ring = new Ring(N, [q]);
  const a = BigUint64Array.from({ length: N }, (_, i) => q - BigInt(i * i));
  const b = BigUint64Array.from({ length: N }, (_, i) => BigInt(i + 3));
  const expected = new BigUint64Array(N);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      const sign = i + j < N ? 1n : q - 1n;
      expected[(i + j) % N] = ((expected[(i + j) % N] ?? 0n) + x * y * sign) % q;
    });
  });
  expect(ring.fromNtt(ring.multiply(ring.toNtt(a), ring.toNtt(b)))).toEqual(expected);
});

test('a small polynomial less a product is what its steps come to', () => {
  const [N, primes] = [8192, [60, 59, 38].map((bits) => primeOf(bits, 8192))] as const;
  using ring = new Ring(N, primes);
  const small = Int8Array.from({ length: N }, (_, i) => (i % 43) - 21);
  const all = operands(N, primes);
  all.forEach((a, i) => {
    const factor = all[(i + 1) % all.length] ?? a;
    const expected = ring.subtract(ring.liftToNtt(small), ring.multiply(a, factor));
    expect(digest(ring.liftLessProduct(small, a, factor))).toBe(digest(expected));
  });
});

test('quotients of factors are exact, for the smallest and the largest', () => {
  for (const bits of [18, 38, 60]) {
    const q = primeOf(bits, 8192);
    const modulus = new Modulus(8192, q);
    for (const table of [modulus.forwardTable, modulus.inverseTable]) {
      const words = kernel().words(table, 2 * 8192);
      for (let i = 0; i < 8192; i += 1) {
        const w = words[2 * i] ?? q;
        if (w >= q || words[2 * i + 1] !== (w << 64n) / q) expect.fail(`factor ${i} modulo ${q}`);
      }
    }
    modulus.release();
  }
});

test('words are judged by all 64 bits', () => {
  const [q, at] = [primeOf(60, 8192), kernel().allocate(64)];
  for (const [word, found] of [
    [0n, 0],
    [q - 1n, NOT_ZERO],
    [q, OUT_OF_RANGE | NOT_ZERO],
    [1n << 63n, OUT_OF_RANGE | NOT_ZERO],
    [(1n << 63n) + q, OUT_OF_RANGE | NOT_ZERO],
    [(1n << 64n) - 1n, OUT_OF_RANGE | NOT_ZERO],
  ] as const) {
    for (const place of [0, 1, 6, 7]) {
      kernel().words(at, 8).fill(0n)[place] = word;
      expect(kernel().call.check(at, 64, q), `${word} at ${place}`).toBe(found);
    }
  }
  kernel().release(at, 64);
});

test('what is given back is overwritten', () => {
  const at = kernel().allocate(4096);
  kernel().bytes(at, 4096).fill(7);
  kernel().release(at, 4096);
  expect(
    kernel()
      .bytes(at, 4096)
      .every((byte) => byte === 0),
  ).toBe(true);
});

describe('sums of ciphertexts', () => {
  const parameters = chooseBfvParameters({
    holders: 3,
    contributors: 40,
    decryptions: 1,
    magnitude: 1n << 40n,
  });
  const shape = ciphertextShape(parameters);
  const all = operands(shape.ringDegree, shape.primes);
  const inputs = Array.from({ length: 40 }, (_, i) =>
    writeCiphertext(shape, all[i % 2 === 0 ? 1 : 4] ?? new BigUint64Array(), all[i % 3 === 0 ? 5 : 1]),
  );

  test('are those of SEAL, bytes and all, where every word is as large as it may be', () => {
    using lease = leaseContext(engine, contextShape(parameters));
    using evaluator = new engine.Evaluator(lease.context);
    using total = new engine.Ciphertext();
    using next = new engine.Ciphertext();
    using reader = new CiphertextReader(shape);
    using ours = new CiphertextTotal(reader);
    inputs.forEach((bytes, i) => {
      (i === 0 ? total : next).loadFromArray(lease.context, bytes);
      if (i > 0) evaluator.addInplace(total, next);
      ours.add('an input', bytes);
      if (i % 13 === 0 || i === 39) {
        expect(
          Buffer.compare(ours.bytes('the sum'), total.saveToArray(engine.ComprModeType.none) as Uint8Array),
        ).toBe(0);
      }
    });
  });

  test('are closed for good: the memory may be that of another sum', () => {
    using reader = new CiphertextReader(shape);
    const [first, second] = [inputs[0] ?? new Uint8Array(), inputs[1] ?? new Uint8Array()];
    const closed = new CiphertextTotal(reader);
    closed.add('an input', first);
    closed[Symbol.dispose]();
    using other = new CiphertextTotal(reader);
    other.add('an input', second);
    const bytes = other.bytes('the sum');
    expect(() => {
      closed.add('an input', first);
    }).toThrow('the sum is closed');
    expect(() => closed.bytes('the sum')).toThrow('the sum is closed');
    closed[Symbol.dispose]();
    expect(Buffer.compare(other.bytes('the sum'), bytes)).toBe(0);
  });

  test('stand as they were after a refusal', () => {
    using reader = new CiphertextReader(shape);
    using sum = new CiphertextTotal(reader);
    const [first, second] = [inputs[0] ?? new Uint8Array(), inputs[1] ?? new Uint8Array()];
    sum.add('an input', first);
    const spoilt = second.slice().fill(0xff, -8);
    expect(() => {
      sum.add('an input', spoilt);
    }).toThrow('word range');
    expect(() => {
      sum.add('an input', second.slice().fill(0, 113 + 8 * 3 * 8192));
    }).toThrow('transparent');
    sum.add('an input', second);
    using other = new CiphertextTotal(reader);
    for (const bytes of [first, second]) other.add('an input', bytes);
    expect(Buffer.compare(sum.bytes('the sum'), other.bytes('the sum'))).toBe(0);
  });
});
