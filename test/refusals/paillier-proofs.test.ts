/** Input ciphertexts that must not enter a sum, and the published defects that they mount. */
import { generatePrimeSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openPaillierEncryptor, rerandomise } from '../../schemes/paillier/encryption.ts';
import { openPaillierEvaluator } from '../../schemes/paillier/evaluator.ts';
import { bitLength, fromBytes, toBytes } from '../../schemes/paillier/integers.ts';
import { openJointKey, type PaillierJointKey } from '../../schemes/paillier/joint-key.ts';
import { openPaillierCombiner } from '../../schemes/paillier/combination.ts';
import { proveKnowledge, type Opening } from '../../schemes/paillier/plaintext-proof.ts';
import { drawRandomness, mask } from '../../schemes/paillier/randomness.ts';
import type { Evaluator } from '../../schemes/scheme.ts';
import { dealKey, type DealtKey } from '../../bench/work/dealt-paillier-key.ts';
import { encryptFor, openHolders } from '../fixtures/paillier-key.ts';

let dealt: DealtKey;
let key: PaillierJointKey;
let evaluator: Evaluator;
let mine: Uint8Array;

beforeAll(async () => {
  dealt = dealKey('proofs', { contributors: 120 });
  key = openJointKey(dealt.context, dealt.jointKey);
  evaluator = await openPaillierEvaluator(dealt.context, dealt.jointKey);
  [mine = new Uint8Array()] = await encryptFor(dealt, 'mine', [[1n, -2n]]);
});

const refused = (check: string, party = 'mine'): unknown =>
  expect.objectContaining({ code: 'CIPHERTEXT_INVALID', details: { check, party } });
const NOT_KNOWN = 'plaintext proof';

/** The bytes with one bit changed. */
function altered(bytes: Uint8Array, index: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

/** Above q, so that the responses modulo p·q stay in range, and as long as q in the product with p. */
function anotherPrime(): bigint {
  for (;;) {
    const q = generatePrimeSync(1024, { add: 4n, rem: 3n, bigint: true });
    if (q > dealt.primes.q && bitLength(dealt.primes.p * q) === 2048) return q;
  }
}

/** An input ciphertext with an honest proof for a chosen opening. */
function inputOf(party: string, opening: Opening, sign: 1n | -1n = 1n): Uint8Array {
  const c = mask(key.modulus, opening.plaintext, opening.randomness);
  const bytes = toBytes(sign === 1n ? c : key.ring.value - c, 512);
  return new Uint8Array(Buffer.concat([bytes, proveKnowledge(key, party, bytes, opening)]));
}

describe('a proof of plaintext knowledge', () => {
  test('holds for its party, task and key', () => {
    evaluator.validateInput(mine, 'mine');
  });

  test('of another party is refused: nobody hands in what somebody else encrypted', () => {
    expect(() => evaluator.validateInput(mine, 'yours')).toThrow(refused(NOT_KNOWN, 'yours'));
  });

  test('does not stretch to a re-randomised copy of another ciphertext, nor to a multiple of it', () => {
    const c = fromBytes(mine.subarray(0, 512));
    for (const copy of [rerandomise(key, c), (c * c) % key.ring.value]) {
      const bytes = mine.slice();
      bytes.set(toBytes(copy, 512));
      expect(() => evaluator.validateInput(bytes, 'mine')).toThrow(refused(NOT_KNOWN));
    }
  });

  test('for another task, or another key of the same task, is refused', async () => {
    const others = [
      dealKey('another task', { contributors: 120 }),
      dealKey('proofs', { contributors: 120 }, { p: dealt.primes.p, q: anotherPrime() }),
    ];
    for (const other of others) {
      using elsewhere = await openPaillierEvaluator(other.context, other.jointKey);
      expect(() => elsewhere.validateInput(mine, 'mine')).toThrow(refused(NOT_KNOWN));
    }
  });

  test.each([0, 511, 520, 1023, 1030, 1279, 1290, 1440])('with byte %i changed is refused', (index) => {
    expect(() => evaluator.validateInput(altered(mine, index), 'mine')).toThrow(
      expect.objectContaining({ code: 'CIPHERTEXT_INVALID' }),
    );
  });

  test('with a response of N or more is refused: one opening has one proof', () => {
    const bytes = mine.slice();
    bytes.set(toBytes(key.modulus, 256), 1024);
    expect(() => evaluator.validateInput(bytes, 'mine')).toThrow(refused('range'));
  });

  test('in a batch of 120 with one bad, that party is named, wherever it stands', async () => {
    const inputs = await Promise.all(
      Array.from({ length: 120 }, async (_, i) => {
        const [bytes = mine] = await encryptFor(dealt, `office ${i}`, [[BigInt(i)]]);
        return bytes;
      }),
    );
    for (const bad of [0, 23, 119]) {
      using sum = evaluator.sum();
      for (const [i, bytes] of inputs.entries())
        sum.add(i === bad ? altered(bytes, 1100) : bytes, `office ${i}`);
      expect(() => sum.bytes()).toThrow(refused(NOT_KNOWN, `office ${bad}`));
      expect(() => sum.bytes()).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    }
  });
});

describe('what has been verified before', () => {
  test('counts for the party and the bytes that were verified, and no others', () => {
    const bytes = inputOf('theirs', { plaintext: 5n, randomness: drawRandomness(key) });
    evaluator.validateInput(bytes, 'theirs');
    for (const [of, party] of [
      [bytes, 'mine'],
      [altered(bytes, 1100), 'theirs'],
    ] as const) {
      using sum = evaluator.sum();
      sum.add(of, party);
      expect(() => sum.bytes()).toThrow(refused(NOT_KNOWN, party));
    }
    using sum = evaluator.sum();
    sum.add(bytes, 'theirs');
    expect(fromBytes(sum.bytes())).toBe(fromBytes(bytes.subarray(0, 512)));
  });

  test('what was refused is verified again', () => {
    const bytes = altered(mine, 1100);
    expect(() => evaluator.validateInput(bytes, 'mine')).toThrow(refused(NOT_KNOWN));
    using sum = evaluator.sum();
    sum.add(bytes, 'mine');
    expect(() => sum.bytes()).toThrow(refused(NOT_KNOWN, 'mine'));
  });
});

describe('a ciphertext', () => {
  test.each([
    ['range', 'that is 0', () => 0n],
    ['unit', 'that is 1', () => 1n],
    ['range', 'that is N²', () => key.ring.value],
    ['range', 'of ones', () => (1n << 4096n) - 1n],
    ['coprime', 'with a factor of N', () => 4n * dealt.primes.p],
    ['coprime', 'that is N', () => key.modulus],
    ['unit', 'that is −1', () => key.ring.value - 1n],
  ])('%s: one %s is refused', (check, _, make) => {
    const bytes = mine.slice();
    bytes.set(toBytes(make(), 512));
    expect(() => evaluator.validateInput(bytes, 'mine')).toThrow(refused(check));
    using sum = evaluator.sum();
    expect(() => {
      sum.add(bytes, 'mine');
      sum.bytes();
    }).toThrow(refused(check));
  });

  test('without randomness is refused even with a proof that holds', () => {
    const bytes = inputOf('mine', { plaintext: 5n, randomness: { exponent: 0n, unit: 1n, log: 0n } });
    expect(fromBytes(bytes.subarray(0, 512))).toBe(1n + 5n * key.modulus);
    expect(() => evaluator.validateInput(bytes, 'mine')).toThrow(refused('unit'));
  });

  test('too short, too long or without its proof is refused', () => {
    for (const bytes of [
      mine.subarray(1),
      Buffer.concat([mine, mine]),
      mine.subarray(0, 512),
      new Uint8Array(),
    ]) {
      expect(() => evaluator.validateInput(bytes, 'mine')).toThrow(refused('length'));
    }
  });

  test('enters a sum once', () => {
    using sum = evaluator.sum();
    sum.add(mine, 'mine');
    expect(() => sum.add(mine, 'mine')).toThrow(
      expect.objectContaining({
        code: 'CIPHERTEXT_INVALID',
        message: expect.stringContaining('duplicate') as string,
      }),
    );
    const again = mine.slice();
    again[1300] = 9;
    expect(() => sum.add(again, 'yours')).toThrow('duplicate');
  });

  test('of −1 times an encryption has the same plaintext, alone and in a batch', async () => {
    // Half of all challenges are even, and make the sign vanish by themselves.
    const inputs = Array.from({ length: 8 }, () =>
      inputOf('mine', { plaintext: 9n, randomness: drawRandomness(key) }, -1n),
    );
    for (const bytes of inputs) evaluator.validateInput(bytes, 'mine');
    using sum = evaluator.sum();
    for (const bytes of inputs) sum.add(bytes, 'mine');
    const output = sum.bytes();
    const shares = (await openHolders(dealt)).map((holder) => holder.partialDecryptions([output]));
    const combiner = openPaillierCombiner(dealt.context, dealt.jointKey);
    expect(combiner.combine([output], shares)[0]?.slice(0, 2)).toEqual([72n, 0n]);
  });

  test('beyond the number of the plan is refused', async () => {
    const small = dealKey('quota', { contributors: 2 });
    using elsewhere = await openPaillierEvaluator(small.context, small.jointKey);
    using sum = elsewhere.sum();
    using encryptor = await openPaillierEncryptor(small.context, small.jointKey, 'office');
    for (const value of [1n, 2n]) sum.add(encryptor.encrypt([value]), 'office');
    expect(() => sum.add(encryptor.encrypt([3n]), 'office')).toThrow(
      expect.objectContaining({ code: 'QUOTA_EXCEEDED' }),
    );
  });

  test('of a value that the plan does not allow is not made', async () => {
    using encryptor = await openPaillierEncryptor(dealt.context, dealt.jointKey, 'mine');
    expect(() => encryptor.encrypt([1n << 40n])).toThrow('slot 0');
  });
});
