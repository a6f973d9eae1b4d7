/** Parameters that no plan makes, and joint keys that must not be used. */
import { generatePrimeSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { bitLength } from '../../schemes/paillier/integers.ts';
import { encodeJointKey, openJointKey, type PaillierJointKey } from '../../schemes/paillier/joint-key.ts';
import { openPaillierKeyShare } from '../../schemes/paillier/key-share.ts';
import { choosePaillierParameters, requireSound } from '../../schemes/paillier/parameters.ts';
import { requireModulus } from '../../schemes/paillier/public-modulus.ts';
import { dealKey, PRIMES, seed, type DealtKey } from '../../bench/work/dealt-paillier-key.ts';

const check = (name: string): unknown =>
  expect.objectContaining({ code: 'CIPHERTEXT_INVALID', details: { check: name } });
const code = (name: string): unknown => expect.objectContaining({ code: name });

describe('parameters', () => {
  const { parameters } = dealKey('parameters').context;

  test('are those that follow from the task, and nothing else', () => {
    requireSound(parameters);
    expect(() => requireSound({ ...parameters, slots: parameters.slots + 1 })).toThrow(
      code('TASK_IMPOSSIBLE'),
    );
    expect(() => requireSound({ ...parameters, statisticalBits: 40 })).toThrow(code('TASK_IMPOSSIBLE'));
    expect(() => requireSound({ ...parameters, statisticalBits: 60 })).toThrow(code('TASK_IMPOSSIBLE'));
    expect(() => requireSound({ ...parameters, modulusBits: 1024 as 2048 })).toThrow(code('TASK_IMPOSSIBLE'));
    expect(() => requireSound({ ...parameters, magnitude: '-1' })).toThrow(code('TASK_IMPOSSIBLE'));
    expect(() => requireSound({ ...parameters, shareProofBytes: 33 })).toThrow(code('TASK_IMPOSSIBLE'));
  });

  test('say what does not fit', () => {
    const task = { ...parameters, magnitude: 1n };
    expect(() => choosePaillierParameters({ ...task, holders: 2 })).toThrow('the smallest change is 3');
    expect(() => choosePaillierParameters({ ...task, magnitude: 0n })).toThrow('do not fit');
    expect(() => choosePaillierParameters({ ...task, magnitude: 1n << 2045n })).toThrow('2048 bits');
    expect(choosePaillierParameters({ ...task, magnitude: (1n << 2045n) - 1n }).slots).toBe(1);
    expect(choosePaillierParameters({ ...task, modulusBits: 3072 }).securityBits).toBe(128);
  });
});

describe('a modulus', () => {
  const { p, q } = PRIMES[2048];
  const primeOf = (bits: number, residue: bigint): bigint =>
    generatePrimeSync(bits, { add: 4n, rem: residue, bigint: true });

  test('of two large primes ≡ 3 is taken', () => {
    requireModulus(p * q, 2048);
  });

  test.each([
    ['length', 'of the wrong length', () => p * p * q],
    ['length', 'with a leading zero bit', () => (p * q) >> 1n],
    ['even', 'that is even', () => p * q - 1n],
    ['residue', 'of a prime that is 1 modulo 4', () => fullLength(() => p * primeOf(1024, 1n))],
    ['small factor', 'with a factor below 2^20', () => smallFactor(1_048_573n)],
    ['small factor', 'that is a multiple of 3', () => smallFactor(3n)],
    ['prime', 'that is a prime', () => fullLength(() => primeOf(2048, 1n))],
    ['perfect power', 'that is a square', () => p * p],
    ['perfect power', 'that is a fourth power', () => fullLength(() => primeOf(512, 3n) ** 4n)],
    ['perfect power', 'that is a seventeenth power', () => fullLength(() => primeOf(121, 1n) ** 17n)],
  ])('%s: one %s is refused', (name, _, make) => {
    expect(() => requireModulus(make(), 2048)).toThrow(check(name));
  });

  function smallFactor(factor: bigint): bigint {
    const least = (1n << 2047n) / factor + 1n;
    // factor·cofactor ≡ 1 (mod 4), since both are ≡ factor.
    const cofactor = least - (least % 4n) + 4n + (factor % 4n);
    return factor * cofactor;
  }

  /** Primes with a given residue may come with a leading bit of 0. */
  function fullLength(make: () => bigint): bigint {
    for (;;) {
      const n = make();
      if (bitLength(n) === 2048) return n;
    }
  }
});

describe('a joint key', () => {
  let dealt: DealtKey;
  let key: PaillierJointKey;

  beforeAll(() => {
    dealt = dealKey('joint key');
    key = openJointKey(dealt.context, dealt.jointKey);
  });

  const open = (changes: Partial<PaillierJointKey>): PaillierJointKey =>
    openJointKey(dealt.context, encodeJointKey(dealt.context, { ...key, ...changes }));
  const withFirst = (vk: bigint): { verificationKeys: bigint[] } => ({
    verificationKeys: [vk, ...key.verificationKeys.slice(1)],
  });

  test('is read as it was written, and once', () => {
    expect(encodeJointKey(dealt.context, key)).toEqual(dealt.jointKey);
    expect(openJointKey(dealt.context, dealt.jointKey.slice())).toBe(key);
  });

  test('of another length, task or parameter set is refused', () => {
    const { context, jointKey } = dealt;
    expect(() => openJointKey(context, jointKey.subarray(1))).toThrow(check('length'));
    expect(() => openJointKey({ ...context, task: '00'.repeat(32) }, jointKey)).toThrow(check('tag'));
    const { context: other } = dealKey('joint key', { contributors: 11 });
    expect(() => openJointKey(other, jointKey)).toThrow(check('tag'));
  });

  test('with another modulus is refused', () => {
    expect(() => open({ modulus: key.modulus - 2n })).toThrow(check('residue'));
    expect(() => open({ modulus: dealt.primes.p ** 2n })).toThrow(check('perfect power'));
  });

  test('whose θ has a factor in common with N is refused: it could not decrypt, and shows the factor', () => {
    const { p } = dealt.primes;
    expect(() => open({ opened: key.opened - (key.opened % p) })).toThrow(check('theta'));
    expect(() => open({ opened: 0n })).toThrow(check('theta'));
  });

  test.each([
    ['range', 'that is 0', () => 0n],
    ['range', 'that is N²', () => key.ring.value],
    ['coprime', 'with a factor of N', () => dealt.primes.p],
    ['unit', 'that is 1', () => 1n],
    ['unit', 'that is 1 + 5N', () => 1n + 5n * key.modulus],
    ['unit', 'that is −1', () => key.ring.value - 1n],
  ])('%s: a verification key %s is refused', (name, _, make) => {
    expect(() => open(withFirst(make()))).toThrow(check(name));
  });

  test('that does not decrypt its own base is refused', () => {
    const [first = 0n, second = 0n] = key.verificationKeys;
    expect(() => open({ opened: key.opened + 1n })).toThrow(code('KEY_TEST_FAILED'));
    expect(() => open(withFirst((first * first) % key.ring.value))).toThrow(code('KEY_TEST_FAILED'));
    expect(() => open(withFirst(second))).toThrow(code('KEY_TEST_FAILED'));
  });

  test('is not that of a holder with another seed, or in another place', async () => {
    const { context, seeds, jointKey } = dealt;
    const [first = seed('')] = seeds;
    await expect(openPaillierKeyShare(context, seed('stranger'), 0, jointKey)).rejects.toThrow(
      code('JOINT_KEY_MISMATCH'),
    );
    await expect(openPaillierKeyShare(context, first, 1, jointKey)).rejects.toThrow(
      code('JOINT_KEY_MISMATCH'),
    );
    await expect(openPaillierKeyShare(context, first.subarray(1), 0, jointKey)).rejects.toThrow('32 bytes');
  });
});
