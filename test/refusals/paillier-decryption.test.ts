/** Wrong, missing and foreign partial decryptions, the proofs about them, and what must not be decrypted. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openPaillierCombiner } from '../../schemes/paillier/combination.ts';
import { decryptionExponent } from '../../schemes/paillier/decryption-exponent.ts';
import { openPaillierEncryptor } from '../../schemes/paillier/encryption.ts';
import { bitLength, fromBytes, toBytes } from '../../schemes/paillier/integers.ts';
import { openJointKey, type PaillierJointKey } from '../../schemes/paillier/joint-key.ts';
import { exponentBits } from '../../schemes/paillier/parameters.ts';
import { drawRandomness, mask } from '../../schemes/paillier/randomness.ts';
import { proveShares } from '../../schemes/paillier/share-proof.ts';
import { verifyPaillierShares } from '../../schemes/paillier/share-verification.ts';
import type { Combiner, KeyShare } from '../../schemes/scheme.ts';
import { dealKey, seed, type DealtKey } from '../../bench/work/dealt-paillier-key.ts';
import { openHolders, sumOf } from '../fixtures/paillier-key.ts';

const OUTPUTS = 50;
let dealt: DealtKey;
let key: PaillierJointKey;
let holders: KeyShare[];
let outputs: Uint8Array[];
let shares: Uint8Array[][];
let combiner: Combiner;

beforeAll(async () => {
  dealt = dealKey('decryption', { decryptions: OUTPUTS });
  key = openJointKey(dealt.context, dealt.jointKey);
  holders = await openHolders(dealt);
  using encryptor = await openPaillierEncryptor(dealt.context, dealt.jointKey, 'office');
  outputs = Array.from({ length: OUTPUTS }, (_, i) => encryptor.encrypt([BigInt(i)]).slice(0, 512));
  shares = holders.map((holder) => holder.partialDecryptions(outputs));
  combiner = openPaillierCombiner(dealt.context, dealt.jointKey);
});

const refused = (holder: number, check = 'proof', code = 'SHARE_INVALID'): unknown =>
  expect.objectContaining({ code, details: { holder, check } });

/** The shares with one message of one holder replaced. */
function replaced(holder: number, index: number, bytes: Uint8Array): Uint8Array[][] {
  return shares.map((messages, h) => (h === holder ? messages.with(index, bytes) : messages));
}

const messageOf = (holder: number, index: number): Uint8Array =>
  shares[holder]?.at(index) ?? new Uint8Array();
const times = (holder: number, index: number, factor: bigint): Uint8Array =>
  new Uint8Array(toBytes((fromBytes(messageOf(holder, index)) * factor) % key.ring.value, 512));

/** What a holder knows. */
function secretOf(holder: number): { seed: Uint8Array; exponent: bigint } {
  const bytes = dealt.seeds[holder] ?? seed('');
  return { seed: bytes, exponent: decryptionExponent(dealt.context, bytes, holder, key) };
}

describe('partial decryptions', () => {
  test('combine where all are right, and any of them can be checked by anybody', () => {
    expect(combiner.combine(outputs, shares).map(([first]) => first)).toEqual(
      outputs.map((_, i) => BigInt(i)),
    );
    for (const [holder, messages] of shares.entries()) {
      verifyPaillierShares(dealt.context, dealt.jointKey, outputs, holder, messages);
    }
  });

  test.each([0, 1, 2])('one wrong share of holder %i among 50 is refused and names it', (holder) => {
    for (const index of [0, 31, OUTPUTS - 1]) {
      // The first shifts the plaintext, the second is what a holder with another key would send.
      for (const bytes of [times(holder, index, 1n + key.modulus), times(holder, index, 4n)]) {
        expect(() => combiner.combine(outputs, replaced(holder, index, bytes))).toThrow(refused(holder));
      }
    }
  });

  test('two wrong shares that cancel out in the product of all are refused, with a proof made for them', () => {
    const wrong = (shares[1] ?? []).slice(0, OUTPUTS);
    wrong[3] = times(1, 3, 4n);
    wrong[4] = times(1, 4, key.ring.power(4n, -1n));
    const statement = { holder: 1, ciphertexts: outputs.map(fromBytes), shares: wrong.map(fromBytes) };
    const messages = [...wrong, proveShares(key, statement, secretOf(1))];
    expect(() => combiner.combine(outputs, shares.with(1, messages))).toThrow(refused(1));
  });

  test.each([
    ['range', 'that is 0', () => 0n],
    ['range', 'that is N²', () => key.ring.value],
    ['coprime', 'with a factor of N', () => dealt.primes.q],
    ['unit', 'that is 1', () => 1n],
  ])('%s: one %s is refused and names its holder', (check, _, make) => {
    const wrong = replaced(2, 7, new Uint8Array(toBytes(make(), 512)));
    expect(() => combiner.combine(outputs, wrong)).toThrow(refused(2, check, 'CIPHERTEXT_INVALID'));
  });

  test('of K − 1 holders, of one holder twice, too few or too many are refused', () => {
    expect(() => combiner.combine(outputs, shares.slice(1))).toThrow('2 of 3 key holders');
    const twice = [shares[0] ?? [], shares[0] ?? [], shares[2] ?? []];
    expect(() => combiner.combine(outputs, twice)).toThrow(refused(1));
    const counts = [shares[0]?.slice(1) ?? [], [], [...(shares[0] ?? []), messageOf(0, 0)]];
    for (const messages of counts) {
      expect(() => combiner.combine(outputs, shares.with(0, messages))).toThrow(
        expect.objectContaining({ code: 'SHARE_INVALID', details: { holder: 0 } }),
      );
    }
  });
});

describe('a proof of partial decryptions', () => {
  test('is for its holder, its ciphertexts in their order, its task and its key alone', async () => {
    const swapped = [outputs[1] ?? new Uint8Array(), outputs[0] ?? new Uint8Array(), ...outputs.slice(2)];
    expect(() => combiner.combine(swapped, shares)).toThrow(refused(0));
    expect(() => combiner.combine(outputs, [shares[0] ?? [], shares[2] ?? [], shares[1] ?? []])).toThrow(
      refused(1),
    );
    const [first = new Uint8Array()] = outputs;
    const [one, other] = await Promise.all(
      ['decryption', 'elsewhere'].map(async (name) => {
        const there = dealKey(name, { decryptions: OUTPUTS });
        return (await openHolders(there))[0]?.partialDecryptions([first]) ?? [];
      }),
    );
    const check = (messages: Uint8Array[] = []): void =>
      verifyPaillierShares(dealt.context, dealt.jointKey, [first], 0, messages);
    check(one);
    expect(() => check(other)).toThrow(refused(0));
  });

  test('with any byte changed, and of any other length, is refused', () => {
    for (const index of [0, 15, 16, 300, 570]) {
      const bytes = messageOf(1, -1).slice();
      bytes[index] = (bytes[index] ?? 0) ^ 1;
      expect(() => combiner.combine(outputs, replaced(1, OUTPUTS, bytes))).toThrow(
        expect.objectContaining({ code: 'SHARE_INVALID' }),
      );
    }
    const short = messageOf(1, -1).subarray(1);
    expect(() => combiner.combine(outputs, replaced(1, OUTPUTS, short))).toThrow(refused(1, 'length'));
  });

  test('with a response beyond its range is refused', () => {
    const bytes = messageOf(1, -1).slice();
    bytes[16] = 0xff;
    expect(() => combiner.combine(outputs, replaced(1, OUTPUTS, bytes))).toThrow(refused(1, 'range'));
  });

  test('does not mind a sign, which does not change the result', () => {
    const [c = 0n, share = 0n] = [outputs[5], shares[1]?.[5]].map((bytes) =>
      fromBytes(bytes ?? new Uint8Array()),
    );
    const negative = key.ring.value - share;
    const proof = proveShares(key, { holder: 1, ciphertexts: [c], shares: [negative] }, secretOf(1));
    const output = [outputs[5] ?? new Uint8Array()];
    const released = holders.map((holder, h) =>
      h === 1 ? [new Uint8Array(toBytes(negative, 512)), proof] : holder.partialDecryptions(output),
    );
    expect(combiner.combine(output, released)[0]?.[0]).toBe(5n);
  });
});

describe('the nonce of a proof', () => {
  const challengeOf = (proof: Uint8Array): bigint => fromBytes(proof.subarray(0, 16));
  const responseOf = (proof: Uint8Array): bigint => fromBytes(proof.subarray(16));
  const exponentOf = (holder: number): bigint => secretOf(holder).exponent;
  /** The attack on short nonces: d is a multiple of N, and −z/e is near it. */
  const guess = (e: bigint, z: bigint): bigint => {
    const near = -z / e;
    return near - (near % key.modulus) + (near % key.modulus > key.modulus / 2n ? key.modulus : 0n);
  };

  test('of 262 bits would give the key away, and ours does not', () => {
    const d = exponentOf(1);
    const proof = messageOf(1, -1);
    const e = challengeOf(proof);
    const short = (1n << 262n) - 12345n;
    expect(guess(e, short - e * d)).toBe(d);
    expect(guess(e, responseOf(proof))).not.toBe(d);
  });

  test('is 256 bits longer than the exponent: so is every response', () => {
    const length = exponentBits(dealt.context.parameters) + 256;
    for (const holder of [0, 1, 2]) {
      const z = responseOf(messageOf(holder, -1));
      expect(bitLength(exponentOf(holder))).toBeGreaterThan(length - 256 - 60);
      expect(bitLength(z)).toBeGreaterThan(length - 60);
      expect(bitLength(z)).toBeLessThanOrEqual(length);
    }
  });

  test('is never used for two statements, and always the same for one', () => {
    const proofOf = (holder: KeyShare | undefined, list: Uint8Array[]): Uint8Array =>
      holder?.partialDecryptions(list).at(-1) ?? new Uint8Array();
    const [first, second] = [outputs.slice(0, 1), outputs.slice(1, 2)];
    const [a, b] = [proofOf(holders[1], first), proofOf(holders[1], second)];
    expect(proofOf(holders[1], first)).toEqual(a);
    // z − z′ = (e′ − e)·d for a nonce used twice.
    const shared = (responseOf(a) - responseOf(b)) / (challengeOf(b) - challengeOf(a));
    expect(shared).not.toBe(exponentOf(1));
  });
});

describe('a key share', () => {
  test.each([
    ['length', 'too short', () => toBytes(3n, 511)],
    ['range', 'that is 0', () => toBytes(0n, 512)],
    ['range', 'that is N²', () => toBytes(key.ring.value, 512)],
    ['coprime', 'with a factor of N', () => toBytes(dealt.primes.p, 512)],
    ['unit', 'that is 1', () => toBytes(1n, 512)],
    ['unit', 'that is 1 + N', () => toBytes(1n + key.modulus, 512)],
    ['unit', 'that is −1', () => toBytes(key.ring.value - 1n, 512)],
  ])('%s: a ciphertext %s is not decrypted', (check, _, make) => {
    const error = expect.objectContaining({ code: 'CIPHERTEXT_INVALID', details: { check } }) as unknown;
    expect(() => holders[0]?.partialDecryptions([new Uint8Array(make())])).toThrow(error);
    expect(() => combiner.combine([new Uint8Array(make())], shares)).toThrow(error);
  });

  test('that was wiped gives nothing more', async () => {
    const [share] = await openHolders(dealt);
    share?.[Symbol.dispose]();
    expect(() => share?.partialDecryptions(outputs)).toThrow('cannot be used again');
  });
});

describe('a set guard bit rejects the release', () => {
  test('when parties add up to more than the plan', async () => {
    const most = BigInt(dealt.context.parameters.magnitude);
    using encryptor = await openPaillierEncryptor(dealt.context, dealt.jointKey, 'office');
    const vectors = [
      [1n, most],
      [1n, 1n],
    ];
    const output = await sumOf(
      dealt,
      vectors.map((vector) => ({ party: 'office', ciphertext: encryptor.encrypt(vector) })),
    );
    const released = holders.map((holder) => holder.partialDecryptions([output]));
    expect(() => combiner.combine([output], released)).toThrow(
      expect.objectContaining({ code: 'SHARE_INVALID', details: { slot: 1 } }),
    );
  });

  test('when a client packs a value that runs over into the next slot', () => {
    const { slotBits } = dealt.context.parameters;
    for (const [bit, slot] of [
      [slotBits - 3, 0],
      [2 * slotBits - 2, 1],
      [2046, 47],
    ] as const) {
      const output = new Uint8Array(toBytes(mask(key.modulus, 1n << BigInt(bit), drawRandomness(key)), 512));
      const released = holders.map((holder) => holder.partialDecryptions([output]));
      expect(() => combiner.combine([output], released)).toThrow(
        expect.objectContaining({ code: 'SHARE_INVALID', details: { slot } }),
      );
    }
  });
});
