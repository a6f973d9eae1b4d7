/** A holder that does not keep to the key ceremony is named: by a check of its message, or by the replay of all seeds. */
import { describe, expect, test } from 'vitest';
import { candidateForm } from '../../schemes/paillier/keygen/candidate-form.ts';
import type { BatchSecrets } from '../../schemes/paillier/keygen/holder-secrets.ts';
import type { RoundName } from '../../schemes/paillier/keygen/binding.ts';
import { openTable, type Table } from '../fixtures/paillier-keygen.ts';

const CHEAT = 1;

/** The failure after the cheat sends something else in one round, and all open their seeds. */
async function afterLyingIn(
  table: Table,
  round: RoundName,
  lie: (own: Uint8Array) => Uint8Array,
): Promise<unknown> {
  await table.until(round);
  const honest = table.say();
  await table.observer.take(honest.with(CHEAT, lie(honest[CHEAT] ?? new Uint8Array())));
  return table.finish().catch((error: unknown) => error);
}

describe('a lie about one candidate', () => {
  const { step } = candidateForm(512, 3);
  const changed =
    (index: number, factor: 'p' | 'q') =>
    (secrets: BatchSecrets): BatchSecrets => ({
      ...secrets,
      parts: secrets.parts.map((part, i) =>
        i === index ? { ...part, [factor]: part[factor] + step } : part,
      ),
    });

  test.each([
    ['p', 'candidates'],
    ['q', 'candidate-products'],
  ] as const)(
    'another %s_i than the seed of the candidate gives: named, with the round and the candidate',
    async (factor, round) => {
      using table = await openTable('one candidate', {}, { [CHEAT]: changed(5, factor) });
      const failure = await table.finish().catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'KEY_TEST_FAILED',
        details: { holder: CHEAT, batch: 0, candidate: 5, round: round === 'candidates' ? 2 : 3 },
      });
      expect(String(failure)).toContain(`"${round}"`);
      expect(String(failure)).toContain('candidate 5: its opened factors do not multiply to its modulus');
    },
  );

  test('values of the test for two prime factors that reject everything', async () => {
    using table = await openTable('honest');
    const failure = await afterLyingIn(table, 'screen', (own) => {
      const lie = own.slice().fill(0, 32);
      for (let at = 32 + 63; at < lie.length; at += 64) lie[at] = 2;
      return lie;
    });
    expect(failure).toMatchObject({
      code: 'KEY_TEST_FAILED',
      details: { holder: CHEAT, round: 5, batch: 0 },
    });
    expect(String(failure)).toContain('it was rejected though it is a product of two primes');
  });

  test('other candidates are opened than were committed to: named at once', async () => {
    using table = await openTable('honest');
    await table.until('acceptance');
    const honest = table.say();
    const lie = honest[CHEAT]?.slice() ?? new Uint8Array();
    lie[32] = (lie[32] ?? 0) ^ 1;
    await expect(table.observer.take(honest.with(CHEAT, lie))).rejects.toMatchObject({
      code: 'KEY_TEST_FAILED',
      details: { holder: CHEAT },
    });
  });
});

describe('a well-formed message that is not the right one', () => {
  test.each([
    ['candidate-openings', 4],
    ['decryption-key-product', 7],
    ['decryption-key-opening', 8],
    ['verification-key', 9],
  ] as const)('in the round %s', async (round, number) => {
    using table = await openTable('honest');
    const failure = await afterLyingIn(table, round, () => table.sayOtherwise(CHEAT));
    expect(failure).toMatchObject({ code: 'KEY_TEST_FAILED', details: { holder: CHEAT, round: number } });
  });

  test('a test share of another key: named without opening any seed', async () => {
    using table = await openTable('honest');
    await table.until('key-test-share');
    const messages = table.say().with(CHEAT, table.sayOtherwise(CHEAT));
    await expect(table.observer.take(messages)).rejects.toMatchObject({
      code: 'KEY_TEST_FAILED',
      details: { holder: CHEAT },
    });
  });
});

describe('the blame round itself', () => {
  test('a holder that opens another seed than its own is named', async () => {
    using table = await openTable('honest');
    await table.until('decryption-key-opening');
    const messages = table.say().with(CHEAT, table.sayOtherwise(CHEAT));
    await table.observer.take(messages);
    expect(table.observer.due.name).toBe('blame');
    const seeds = table.say().with(0, table.sayOtherwise(0));
    await expect(table.observer.take(seeds)).rejects.toMatchObject({
      code: 'KEY_TEST_FAILED',
      details: { holder: 0, round: 0 },
    });
  });
});
