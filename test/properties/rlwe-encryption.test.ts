/** Encryption in the kernel against plain integers, from given random bytes and at the extremes. */
import { randomBytes, randomFillSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { liftSum, productOf } from '../../schemes/rlwe/crt.ts';
import { kernel } from '../../schemes/rlwe/kernel/kernel.ts';
import { Modulus } from '../../schemes/rlwe/kernel/modulus.ts';
import { primesBelow } from '../../schemes/rlwe/primes.ts';
import { Ring } from '../../schemes/rlwe/ring.ts';
import { centredBinomial, ternary } from '../../schemes/rlwe/samplers.ts';
import { uniformWords } from '../../schemes/rlwe/uniform-words.ts';
import { Xof } from '../../schemes/rlwe/xof.ts';
import { ZeroEncryptor } from '../../schemes/rlwe/zero-encryption.ts';
import { openCommittee } from '../fixtures/schemes-committee.ts';

const N = 16;
const [q0 = 0n, q1 = 0n] = primesBelow(1n << 60n, 32n)
  .take(2)
  .toArray();
const [P = 0n] = primesBelow(1n << 38n, 32n).take(1);

/** Random bytes of which those of the ternary digits and of the two errors are given. */
const script = (...parts: readonly (readonly number[])[]): ((bytes: Uint8Array) => void) => {
  const rest = [...parts];
  return (bytes) => {
    const part = rest.shift() ?? [];
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = part[i % part.length] ?? 0;
  };
};

describe('an encryption of zero', () => {
  const primes = [q0, q1, P];
  const words = (label: string): BigUint64Array<ArrayBuffer> =>
    uniformWords(new Xof('test', Buffer.from(label)), N, primes);
  const largest = BigUint64Array.from({ length: 3 * N }, (_, i) => (primes[Math.floor(i / N)] ?? 1n) - 1n);
  const [plus, minus] = [
    [0xff, 0xff, 0xff, 0, 0, 0],
    [0, 0, 0, 0xff, 0xff, 0xff],
  ];

  test.each([
    [
      'random bytes',
      words('b'),
      words('a'),
      [...randomBytes(900)],
      [...randomBytes(96)],
      [...randomBytes(96)],
    ],
    ['a rejected byte now and then', words('b'), words('a'), [255, 0, 255, 2, 254, 128], plus, minus],
    ['the largest digits and errors', largest, words('a'), [2], plus, plus],
    ['the smallest', largest, largest, [0], minus, minus],
    ['nothing but errors', words('b'), words('a'), [1], minus, plus],
  ])('is ⌊(u·pk + e)/P⌉ from %s', (_, b, a, digits, first, second) => {
    using encryptor = new ZeroEncryptor({ ringDegree: N, primes, b, a }, script(digits, first, second));
    encryptor.encrypt();
    const made = kernel()
      .words(encryptor.words, 4 * N)
      .slice();

    const u = digits.length < N ? Array.from({ length: 40 }, () => digits).flat() : digits;
    const ternaryDigits = u.filter((byte) => byte < 255).map((byte) => BigInt((byte % 3) - 1));
    const heads = (bytes: readonly number[], at: number): number =>
      [0, 1, 2].reduce(
        (sum, k) => sum + ones((bytes[(at + k) % bytes.length] ?? 0) & (k === 2 ? 31 : 255)),
        0,
      );
    using ring = new Ring(N, primes);
    const [Q, q] = [productOf(primes), q0 * q1];
    [b, a].forEach((points, half) => {
      const errors = [first, second][half] ?? [];
      const key = liftSum([ring.fromNtt(points)], { ringDegree: N, primes });
      for (let i = 0; i < N; i += 1) {
        let x = BigInt(heads(errors, 6 * i) - heads(errors, 6 * i + 3));
        for (let j = 0; j < N; j += 1) {
          const term = (ternaryDigits[j] ?? 0n) * (key[(i - j + N) % N] ?? 0n);
          x += i >= j ? term : -term;
        }
        const positive = ((x % Q) + Q) % Q;
        const rounded = ((positive + P / 2n) / P) % q;
        expect(made[2 * half * N + i], `c_${half}, coefficient ${i}`).toBe(rounded % q0);
        expect(made[(2 * half + 1) * N + i]).toBe(rounded % q1);
      }
    });
  });

  test('takes other random bytes for each', () => {
    let asked = 0;
    using encryptor = new ZeroEncryptor({ ringDegree: N, primes, b: words('b'), a: words('a') }, (bytes) => {
      asked += bytes.length;
      randomFillSync(bytes);
    });
    encryptor.encrypt();
    const once = asked;
    const first = kernel()
      .words(encryptor.words, 4 * N)
      .slice();
    encryptor.encrypt();
    expect(asked).toBe(2 * once);
    expect(kernel().words(encryptor.words, 4 * N)).not.toEqual(first);
  });
});

const ones = (byte: number): number => byte.toString(2).replaceAll('0', '').length;

test('digits and errors are those that the samplers of keys draw from the same bytes', () => {
  const size = 4096;
  const stream = (): Xof => new Xof('kernel samplers');
  const room = kernel().allocate(6 * size + 8);
  const to = kernel().allocate(2 * size);
  kernel()
    .bytes(room, 6 * size)
    .set(stream().read(6 * size));
  kernel().call.centredBinomial(to, room, size);
  expect(Int8Array.from(kernel().bytes(to, size))).toEqual(centredBinomial(stream(), size));
  const kept = kernel().call.ternary(to, room, 2 * size);
  expect(kept).toBe(
    stream()
      .read(2 * size)
      .filter((byte) => byte < 255).length,
  );
  expect(Int8Array.from(kernel().bytes(to, size))).toEqual(ternary(stream(), size));
  kernel().release(room, 6 * size + 8);
  kernel().release(to, 2 * size);
});

test('what rounding adds to a message is exact, for q mod t small and large', () => {
  for (const bits of [17, 41, 60]) {
    const [t = 0n] = primesBelow(1n << BigInt(bits), 32n).take(1);
    const modulus = new Modulus(N, t);
    for (const r of [1n, 2n, t / 2n, t - 1n]) {
      const messages = [0n, 1n, t / 2n - 1n, t / 2n, t / 2n + 1n, t - 2n, t - 1n, t / 3n];
      const [from, to] = [kernel().allocate(64), kernel().allocate(64)];
      kernel().words(from, 8).set(messages);
      const { w, quotient } = modulus.factor(r);
      kernel().call.roundings(to, from, 8, t, w, quotient);
      expect([...kernel().words(to, 8)]).toEqual(messages.map((m) => (m * r + (t + 1n) / 2n) / t));
      for (const at of [from, to]) kernel().release(at, 64);
    }
    modulus.release();
  }
});

test('no value stays in the memory of the kernel', async () => {
  using committee = await openCommittee('wiped');
  const marker = 0x123456789an;
  const seen = (): boolean => {
    const end = kernel().allocate(64);
    kernel().release(end, 64);
    return Buffer.from(kernel().bytes(0, end)).includes(
      Buffer.from(BigUint64Array.of(marker, marker).buffer),
    );
  };
  committee.encryptor.encrypt(Array.from({ length: 8192 }, () => marker));
  expect(seen()).toBe(false);
  expect(() => committee.encryptor.encrypt([marker, marker, 1n << 62n])).toThrow('slot 2');
  expect(seen()).toBe(false);
});
