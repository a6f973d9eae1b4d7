/** What parties encrypt is what the holders of a dealt key decrypt, summed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPaillierCombiner } from '../../schemes/paillier/combination.ts';
import { openPaillierEncryptor } from '../../schemes/paillier/encryption.ts';
import { openPaillierEvaluator } from '../../schemes/paillier/evaluator.ts';
import type { PaillierTask } from '../../schemes/paillier/parameters.ts';
import { verifyPaillierShares } from '../../schemes/paillier/share-verification.ts';
import { dealKey } from '../../bench/work/dealt-paillier-key.ts';
import { openHolders } from '../fixtures/paillier-key.ts';

const MAGNITUDE = (1n << 60n) - 1n;
/** What depends on the bits of the modulus shows in one run; the values are drawn anew in each. */
const runsFor = (bits: number): number => (process.env['SLOW'] === '1' ? 10 : bits > 2048 ? 1 : 2);

const TASKS: Record<string, Partial<PaillierTask>> = {
  'three holders': { holders: 3 },
  'five holders': { holders: 5 },
  'the full form of randomness': { holders: 3, randomness: 'full' },
  '3072 bits': { holders: 3, modulusBits: 3072 },
};

describe.each(Object.entries(TASKS))('round trips with %s', (name, task) => {
  test('sums of all slots of several ciphertexts of several parties, at the extremes too', async () => {
    const dealt = dealKey(`round trip ${name}`, {
      contributors: 4,
      decryptions: 2,
      magnitude: MAGNITUDE,
      ...task,
    });
    const { context, jointKey } = dealt;
    const { slots, outputBytes, ciphertextBytes, shareBytes, shareProofBytes } = context.parameters;
    const holders = await openHolders(dealt);
    using evaluator = await openPaillierEvaluator(context, jointKey);
    const combiner = openPaillierCombiner(context, jointKey);
    const limit = MAGNITUDE / 4n;
    const value = fc.oneof(fc.constantFrom(limit, -limit, 0n, -1n), fc.bigInt({ min: -limit, max: limit }));
    const vector = fc.array(value, { minLength: slots, maxLength: slots });
    const parties = fc.array(fc.tuple(vector, vector), { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(parties, async (vectors) => {
      using first = evaluator.sum();
      using second = evaluator.sum();
      for (const [i, [a, b]] of vectors.entries()) {
        using encryptor = await openPaillierEncryptor(context, jointKey, `office ${i}`);
        const ciphertexts = [encryptor.encrypt(a), encryptor.encrypt(b)] as const;
        expect(ciphertexts.map(({ length }) => length)).toEqual([ciphertextBytes, ciphertextBytes]);
        evaluator.validateInput(ciphertexts[0], `office ${i}`);
        first.add(ciphertexts[0], `office ${i}`);
        second.add(ciphertexts[1], `office ${i}`);
      }
      const outputs = [first.bytes(), second.bytes()];
      expect(outputs.map(({ length }) => length)).toEqual([outputBytes, outputBytes]);
      const shares = holders.map((holder) => holder.partialDecryptions(outputs));
      for (const [holder, messages] of shares.entries()) {
        expect(messages.map(({ length }) => length)).toEqual([shareBytes, shareBytes, shareProofBytes]);
        verifyPaillierShares(context, jointKey, outputs, holder, messages);
      }
      const sums = ([0, 1] as const).map((k) =>
        Array.from({ length: slots }, (_, slot) =>
          vectors.reduce((sum, pair) => sum + (pair[k][slot] ?? 0n), 0n),
        ),
      );
      expect(combiner.combine(outputs, shares)).toEqual(sums);
    });
    await fc.assert(property, { numRuns: runsFor(context.parameters.modulusBits) });
  });
});

test('the same inputs in the same order give the same bytes, however they were batched', async () => {
  const { context, jointKey } = dealKey('determinism', { contributors: 130 });
  using encryptor = await openPaillierEncryptor(context, jointKey, 'office');
  const inputs = Array.from({ length: 130 }, (_, i) => encryptor.encrypt([BigInt(i)]));
  using evaluator = await openPaillierEvaluator(context, jointKey);
  const sums = [evaluator.sum(), evaluator.sum()].map((sum, odd) => {
    for (const [i, input] of inputs.entries()) {
      sum.add(input, 'office');
      if (odd === 1 && i % 100 === 99) sum.bytes();
    }
    return sum.bytes();
  });
  expect(sums[1]).toEqual(sums[0]);
});

test('one value under one key looks different each time', async () => {
  const { context, jointKey } = dealKey('semantic security');
  using encryptor = await openPaillierEncryptor(context, jointKey, 'office');
  const outputs = Array.from({ length: 4 }, () =>
    Buffer.from(encryptor.encrypt([7n]).subarray(0, 512)).toString('hex'),
  );
  expect(new Set(outputs).size).toBe(4);
});
