import { describe, expect, test } from 'vitest';
import { openCombiner } from '../../schemes/combiner.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { openKeyShare } from '../../schemes/key-share.ts';
import { encryptedSum, openCommittee, seed, sha256 } from '../fixtures/schemes-committee.ts';

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
    const shares = committee.holders.map((holder) => holder.partialDecryption(output));
    const expected = Array.from({ length: ringDegree }, (_, i) =>
      vectors.reduce((sum, v) => sum + (v[i] ?? 0n), 0n),
    );
    expect(committee.combiner.combine(output, shares)).toEqual(expected);
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
    const values = committee.combiner.combine(
      output,
      committee.holders.map((holder) => holder.partialDecryption(output)),
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
    using first = await openKeyShare(context, seed('larger ring'));
    using evaluator = await openEvaluator(context);
    expect(() => {
      evaluator.validateContribution(0, first.contribution(0, []) ?? new Uint8Array());
    }).not.toThrow();
  });
});

describe('determinism', () => {
  test('two instances from the same seed say the same, and a sum has the same bytes wherever it is made', async () => {
    using committee = await openCommittee('twice');
    const { context, transcript } = committee;
    const inputs = [1n, 2n, 3n].map((x) => committee.encryptor.encrypt([x]));
    using evaluator = await openEvaluator(context);
    const sums = [committee.evaluator, evaluator].map((each) => {
      using sum = each.sum();
      for (const input of inputs) sum.add(input);
      return sum.bytes();
    });
    expect(digest(sums[0])).toBe(digest(sums[1]));
    const [output = new Uint8Array()] = sums;
    using again = await openKeyShare(context, committee.seeds[1] ?? new Uint8Array());
    expect(digest(again.contribution(1, []))).toBe(digest(transcript[0]?.[1]));
    expect(digest(again.contribution(1, transcript.slice(0, 1)))).toBe(digest(transcript[1]?.[1]));
    expect(again.contribution(1, transcript)).toBeUndefined();
    expect(digest(again.partialDecryption(output))).toBe(
      digest(committee.holders[1]?.partialDecryption(output)),
    );
    expect(digest(evaluator.jointKey(transcript))).toBe(digest(committee.jointKey));
    expect(evaluator.jointKey(transcript.slice(0, 1))).toBeUndefined();
    expect(evaluator.jointKey([])).toBeUndefined();
  });

  test('the share depends on c1 alone: another c0 gets the same noise', async () => {
    using committee = await openCommittee('same c1', { contributors: 1 });
    const output = committee.encryptor.encrypt([1n]);
    const shifted = output.slice();
    shifted.fill(0, 113, 113 + 8);
    const shares = [output, shifted].map((bytes) => committee.holders[0]?.partialDecryption(bytes));
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
    const shares = committee.holders.map((holder) => holder.partialDecryption(output));
    using other = await openCombiner(committee.context);
    expect(other.combine(output, shares)).toEqual(committee.combiner.combine(output, shares));
  });
});
