/** Wrong, missing and foreign shares, and wrong contributions to the key. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCeremony } from '../../schemes/ceremony.ts';
import { openHolderCeremony, openKeyShare } from '../../schemes/key-share.ts';
import {
  combineOne,
  encryptedSum,
  openCommittee,
  seed,
  shareOf,
  type Committee,
} from '../fixtures/schemes-committee.ts';

let committee: Committee;
let output: Uint8Array;
let shares: Uint8Array[];

beforeAll(async () => {
  committee = await openCommittee('shares');
  output = encryptedSum(committee, [[1n], [2n], [3n]]);
  shares = committee.holders.map((holder) => shareOf(holder, output));
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
    expect(combineOne(committee.combiner, output, shares).slice(0, 2)).toEqual([6n, 0n]);
  });

  test('K − 1 shares are refused, and so are K with one twice', () => {
    expect(() => combineOne(committee.combiner, output, shares.slice(1))).toThrow(code('SHARE_INVALID'));
    const [first, second] = shares;
    if (!first || !second) throw new Error('unreachable');
    expect(() => combineOne(committee.combiner, output, [first, second, second])).toThrow(
      code('SHARE_INVALID'),
    );
  });

  test('a share with one residue of one coefficient wrong is refused', () => {
    for (const word of [0, 8192, 3 * 8192 - 1]) {
      const wrong = [shares[0], shares[1], shares[2] && shifted(shares[2], word)].filter(
        (x) => x !== undefined,
      );
      expect(() => combineOne(committee.combiner, output, wrong)).toThrow(code('SHARE_INVALID'));
    }
  });

  test('a share made from another seed is refused', async () => {
    using stranger = await openKeyShare(committee.context, seed('stranger'), 2, committee.jointKey);
    const wrong = [...shares.slice(1), shareOf(stranger, output)];
    expect(() => combineOne(committee.combiner, output, wrong)).toThrow(code('SHARE_INVALID'));
  });

  test('a share for another ciphertext is refused by its tag', () => {
    const other = committee.encryptor.encrypt([1n]);
    const wrong = [...shares.slice(1), shareOf(committee.holders[0], other)];
    expect(() => combineOne(committee.combiner, output, wrong)).toThrow(
      expect.objectContaining({ code: 'CIPHERTEXT_INVALID', details: { check: 'tag', holder: 2 } }),
    );
  });
});

/** Plays the public side of the ceremony. */
async function ceremonyOf(transcript: readonly (readonly Uint8Array[])[]): Promise<Uint8Array> {
  using ceremony = await openCeremony(committee.context);
  for (const messages of transcript) await ceremony.take(messages);
  return ceremony.jointKey();
}

describe('the self-test of the key', () => {
  const contribution = (round: number, holder: number): Uint8Array =>
    committee.transcript[round]?.[holder] ?? new Uint8Array();
  const withMessage = (round: number, holder: number, bytes: Uint8Array): Uint8Array[][] =>
    committee.transcript.map((messages, r) =>
      messages.map((message, h) => (r === round && h === holder ? bytes : message)),
    );

  test.each([0, 8192, 3 * 8192])(
    'a contribution with a fault at word %i fails, and the holder is named',
    async (word) => {
      const transcript = withMessage(0, 1, shifted(contribution(0, 1), word));
      await expect(ceremonyOf(transcript)).rejects.toThrow(
        expect.objectContaining({ code: 'KEY_TEST_FAILED', details: { holder: 1 } }),
      );
    },
  );

  test('a contribution of garbage fails', async () => {
    const garbage = contribution(0, 0).slice();
    crypto.getRandomValues(garbage.subarray(32, 32 + 60_000));
    for (let i = 39; i < garbage.length; i += 8) garbage[i] = 0;
    await expect(ceremonyOf(withMessage(0, 0, garbage))).rejects.toThrow(
      expect.objectContaining({ code: 'KEY_TEST_FAILED', details: { holder: 0 } }),
    );
  });

  test('a wrong test share, and one of another holder, fail', async () => {
    const spoilt = shifted(contribution(1, 2), 5 + 8192);
    await expect(ceremonyOf(withMessage(1, 2, spoilt))).rejects.toThrow(code('KEY_TEST_FAILED'));
    await expect(ceremonyOf(withMessage(1, 2, contribution(1, 0)))).rejects.toThrow(
      expect.objectContaining({ code: 'KEY_TEST_FAILED', details: { holder: 2 } }),
    );
  });

  test('a holder goes no further with a key that it did not contribute to', async () => {
    const [round0 = []] = withMessage(0, 1, contribution(0, 0));
    using own = await openHolderCeremony(committee.context, committee.seeds[1] ?? new Uint8Array(), 1);
    expect(() => own.take(round0)).toThrow(code('COMMITMENT_MISMATCH'));
    expect(own.round).toBe(0);
  });
});

describe('a key share', () => {
  test('takes 32 bytes of seed and nothing else', async () => {
    await expect(openKeyShare(committee.context, new Uint8Array(31), 0, committee.jointKey)).rejects.toThrow(
      '32 bytes',
    );
  });

  test('that was wiped gives nothing more', async () => {
    const share = await openKeyShare(committee.context, seed('wiped'), 0, committee.jointKey);
    share[Symbol.dispose]();
    share[Symbol.dispose]();
    expect(() => share.partialDecryptions([output])).toThrow('cannot be used again');
    const ceremony = await openHolderCeremony(committee.context, seed('wiped'), 0);
    ceremony[Symbol.dispose]();
    ceremony[Symbol.dispose]();
    expect(() => ceremony.contribution()).toThrow('wiped');
  });
});
