/** Wrong, missing and foreign shares, and wrong contributions to the key. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKeyShare } from '../../schemes/key-share.ts';
import { encryptedSum, openCommittee, seed, type Committee } from '../fixtures/schemes-committee.ts';

let committee: Committee;
let output: Uint8Array;
let shares: Uint8Array[];

beforeAll(async () => {
  committee = await openCommittee('shares');
  output = encryptedSum(committee, [[1n], [2n], [3n]]);
  shares = committee.holders.map((holder) => holder.partialDecryption(output));
});
afterAll(() => {
  committee[Symbol.dispose]();
});

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

/** One word of a message moved by a large amount, so that it stays below its prime. */
function shifted(bytes: Uint8Array, word: number): Uint8Array {
  const copy = Buffer.from(bytes);
  const offset = 32 + 8 * word;
  copy.writeBigUInt64LE(copy.readBigUInt64LE(offset) ^ (1n << 35n), offset);
  return new Uint8Array(copy);
}

describe('shares', () => {
  test('the right ones combine', () => {
    expect(committee.combiner.combine(output, shares).slice(0, 2)).toEqual([6n, 0n]);
  });

  test('K − 1 shares are refused, and so are K with one twice', () => {
    expect(() => committee.combiner.combine(output, shares.slice(1))).toThrow(code('SHARE_INVALID'));
    const [first, second] = shares;
    if (!first || !second) throw new Error('unreachable');
    expect(() => committee.combiner.combine(output, [first, second, second])).toThrow(code('SHARE_INVALID'));
  });

  test('a share with one residue of one coefficient wrong is refused', () => {
    for (const word of [0, 8192, 3 * 8192 - 1]) {
      const wrong = [shares[0], shares[1], shares[2] && shifted(shares[2], word)].filter(
        (x) => x !== undefined,
      );
      expect(() => committee.combiner.combine(output, wrong)).toThrow(code('SHARE_INVALID'));
    }
  });

  test('a share made from another seed is refused', async () => {
    using stranger = await openKeyShare(committee.context, seed('stranger'));
    const wrong = [...shares.slice(1), stranger.partialDecryption(output)];
    expect(() => committee.combiner.combine(output, wrong)).toThrow(code('SHARE_INVALID'));
  });

  test('a share for another ciphertext is refused by its tag', () => {
    const other = committee.encryptor.encrypt([1n]);
    const wrong = [...shares.slice(1), committee.holders[0]?.partialDecryption(other) ?? new Uint8Array()];
    expect(() => committee.combiner.combine(output, wrong)).toThrow(
      expect.objectContaining({ code: 'CIPHERTEXT_INVALID', details: { check: 'tag' } }),
    );
  });
});

describe('the self-test of the key', () => {
  const contribution = (round: number, holder: number): Uint8Array =>
    committee.transcript[round]?.[holder] ?? new Uint8Array();
  const withMessage = (round: number, holder: number, bytes: Uint8Array): Uint8Array[][] =>
    committee.transcript.map((messages, r) =>
      messages.map((message, h) => (r === round && h === holder ? bytes : message)),
    );

  test.each([0, 8192, 3 * 8192])(
    'a contribution with a fault at word %i fails, and the holder is named',
    (word) => {
      const transcript = withMessage(0, 1, shifted(contribution(0, 1), word));
      expect(() => committee.evaluator.jointKey(transcript)).toThrow(
        expect.objectContaining({ code: 'KEY_TEST_FAILED', details: { holder: 1 } }),
      );
    },
  );

  test('a contribution of garbage fails', () => {
    const garbage = contribution(0, 0).slice();
    crypto.getRandomValues(garbage.subarray(32, 32 + 60_000));
    for (let i = 39; i < garbage.length; i += 8) garbage[i] = 0;
    expect(() => committee.evaluator.jointKey(withMessage(0, 0, garbage))).toThrow(
      expect.objectContaining({ code: 'KEY_TEST_FAILED', details: { holder: 0 } }),
    );
  });

  test('a wrong test share, and one of another holder, fail', () => {
    const spoilt = shifted(contribution(1, 2), 5 + 8192);
    expect(() => committee.evaluator.jointKey(withMessage(1, 2, spoilt))).toThrow(code('KEY_TEST_FAILED'));
    expect(() => committee.evaluator.jointKey(withMessage(1, 2, contribution(1, 0)))).toThrow(
      expect.objectContaining({ code: 'KEY_TEST_FAILED', details: { holder: 2 } }),
    );
  });

  test('a holder says nothing about a key that it did not contribute to', () => {
    const [round0 = []] = withMessage(0, 1, contribution(0, 0));
    expect(() => committee.holders[1]?.contribution(1, [round0])).toThrow(code('COMMITMENT_MISMATCH'));
  });
});

describe('a key share', () => {
  test('takes 32 bytes of seed and nothing else', async () => {
    await expect(openKeyShare(committee.context, new Uint8Array(31))).rejects.toThrow('32 bytes');
  });

  test('that was wiped gives nothing more', async () => {
    const share = await openKeyShare(committee.context, seed('wiped'));
    share[Symbol.dispose]();
    share[Symbol.dispose]();
    expect(() => share.partialDecryption(output)).toThrow('cannot be used again');
    expect(() => share.contribution(0, [])).toThrow('cannot be used again');
  });
});
