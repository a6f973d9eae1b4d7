import { describe, expect, test } from 'vitest';
import { openCeremony } from '../../schemes/ceremony.ts';
import { openCombiner } from '../../schemes/combiner.ts';
import { validateContribution } from '../../schemes/contribution.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { openHolderCeremony, openKeyShare } from '../../schemes/key-share.ts';
import {
  combineOne,
  encryptedSum,
  openCommittee,
  PARTY,
  seed,
  sha256,
  shareOf,
} from '../fixtures/schemes-committee.ts';

/** Comparing digests: the difference of two long arrays takes minutes to print. */
const digest = (bytes: Uint8Array | undefined): string => sha256(bytes ?? new Uint8Array());

describe('K key holders decrypt a sum, exactly', () => {
  test.each([
    [3, 1n << 40n],
    [4, 1n << 20n],
    [5, 1n << 40n],
    [7, (1n << 59n) - 1_000_000n],
  ])('K = %i, magnitude %i', async (K, magnitude) => {
    using committee = await openCommittee(`round trip ${K}`, { holders: K, magnitude });
    const { ringDegree, plainModulus } = committee.context.parameters;
    const third = magnitude / 3n;
    const vectors = [third, -third, third - 7n].map((size) =>
      BigInt64Array.from({ length: ringDegree }, (_, i) => (size * BigInt(i + 1)) / BigInt(ringDegree)),
    );
    const output = encryptedSum(committee, vectors);
    const shares = committee.holders.map((holder) => shareOf(holder, output));
    const expected = Array.from({ length: ringDegree }, (_, i) =>
      vectors.reduce((sum, v) => sum + (v[i] ?? 0n), 0n),
    );
    expect(combineOne(committee.combiner, output, shares)).toEqual(expected);
    expect(2n * magnitude).toBeLessThan(BigInt(plainModulus));
    for (const share of shares) expect(share.length).toBe(committee.context.parameters.shareBytes);
    expect(output.length).toBe(committee.context.parameters.ciphertextBytes);
    expect(committee.jointKey.length).toBe(committee.context.parameters.jointKeyBytes);
    for (const message of committee.transcript.flat()) {
      expect(message.length).toBe(committee.context.parameters.contributionBytes);
    }
  });

  test('fewer values than slots are filled with zeros, and the extremes ±(t − 1)/2 survive', async () => {
    using committee = await openCommittee('extremes', { contributors: 1 });
    const limit = BigInt(committee.context.parameters.plainModulus) / 2n;
    const output = encryptedSum(committee, [[limit, -limit, 5n]]);
    const values = combineOne(
      committee.combiner,
      output,
      committee.holders.map((holder) => shareOf(holder, output)),
    );
    expect(values.slice(0, 3)).toEqual([limit, -limit, 5n]);
    expect(values.slice(3).every((value) => value === 0n)).toBe(true);
  });

  test('the larger ring works too', async () => {
    const { chooseBfvParameters } = await import('../../schemes/bfv/parameters.ts');
    const parameters = chooseBfvParameters({
      holders: 3,
      contributors: 2,
      decryptions: 1,
      magnitude: 1n << 40n,
      statisticalBits: 128,
    });
    expect(parameters.ringDegree).toBe(16384);
    const context = { parameters, task: 'ab'.repeat(32) };
    using first = await openHolderCeremony(context, seed('larger ring'), 0);
    const contribution = await first.contribution();
    expect(() => {
      validateContribution(context, 0, contribution);
    }).not.toThrow();
  });
});

describe('determinism', () => {
  test('two instances from the same seed say the same, and a sum has the same bytes wherever it is made', async () => {
    using committee = await openCommittee('twice');
    const { context, transcript } = committee;
    const inputs = [1n, 2n, 3n].map((x) => committee.encryptor.encrypt([x]));
    using evaluator = await openEvaluator(context, committee.jointKey);
    const sums = [committee.evaluator, evaluator].map((each) => {
      using sum = each.sum();
      for (const input of inputs) sum.add(input, PARTY);
      return sum.bytes();
    });
    expect(digest(sums[0])).toBe(digest(sums[1]));
    const [output = new Uint8Array()] = sums;
    const ownSeed = committee.seeds[1] ?? new Uint8Array();
    using again = await openHolderCeremony(context, ownSeed, 1);
    using onlooker = await openCeremony(context);
    for (const [round, messages] of transcript.entries()) {
      expect([again.round, onlooker.round, again.finished, onlooker.finished]).toEqual([
        round,
        round,
        false,
        false,
      ]);
      expect(() => onlooker.jointKey()).toThrow('not finished');
      expect(digest(await again.contribution())).toBe(digest(messages[1]));
      await again.take(messages);
      await onlooker.take(messages);
    }
    expect(() => again.contribution()).toThrow('finished');
    for (const ceremony of [again, onlooker]) {
      expect(ceremony.finished).toBe(true);
      expect(digest(ceremony.jointKey())).toBe(digest(committee.jointKey));
    }
    using share = await openKeyShare(context, ownSeed, 1, committee.jointKey);
    expect(digest(shareOf(share, output))).toBe(digest(shareOf(committee.holders[1], output)));
  });

  test('the share depends on c1 alone: another c0 gets the same noise', async () => {
    using committee = await openCommittee('same c1', { contributors: 1 });
    const output = committee.encryptor.encrypt([1n]);
    const shifted = output.slice();
    shifted.fill(0, 113, 113 + 8);
    const shares = [output, shifted].map((bytes) => shareOf(committee.holders[0], bytes));
    expect(digest(shares[0])).toBe(digest(shares[1]));
  });

  test('encryption is randomised', async () => {
    using committee = await openCommittee('randomised');
    const [one, other] = [committee.encryptor.encrypt([1n]), committee.encryptor.encrypt([1n])];
    expect(digest(one)).not.toBe(digest(other));
  });

  test('a combiner of another instance gives the same values', async () => {
    using committee = await openCommittee('two combiners', { contributors: 1 });
    const output = committee.encryptor.encrypt([-9n, 9n]);
    const shares = committee.holders.map((holder) => shareOf(holder, output));
    const other = openCombiner(committee.context, committee.jointKey);
    expect(combineOne(other, output, shares)).toEqual(combineOne(committee.combiner, output, shares));
  });
});
