/** Key holders that say something else than the key ceremony of a product task asks for: found, and named. */
import { describe, expect, test } from 'vitest';
import {
  chooseBfvProductParameters,
  type BfvProductParameters,
} from '../../schemes/bfv/products/parameters.ts';
import { validateContribution } from '../../schemes/contribution.ts';
import { openHolderCeremony } from '../../schemes/key-share.ts';
import { loadEngine } from '../../schemes/rlwe/engine.ts';
import { commitsEveryRound, type SchemeContext } from '../../schemes/scheme.ts';
import { allPairs, SharedCeremony } from '../fixtures/products-committee.ts';
import { altered, seed } from '../fixtures/schemes-committee.ts';

const LIAR = 1;
const parameters = chooseBfvProductParameters({
  holders: 3,
  records: 10,
  magnitude: 1000n,
  ...allPairs(1, 1),
});
const context: SchemeContext<BfvProductParameters> = { parameters, task: 'cd'.repeat(32) };
const TAG = 32;

const seeds = ['honest 0', 'liar', 'honest 2'].map(seed);

/**
 * Plays the ceremony with two honest holders and one whose messages are altered: in which round it ends, and how, for
 * an onlooker and, where asked for, an honest holder.
 */
async function play(
  alter: (round: number, message: Uint8Array) => Uint8Array,
  { holder }: { holder: boolean },
): Promise<{ rounds: number; verdicts: unknown[] }> {
  using onlooker = new SharedCeremony(context, await loadEngine(), seeds);
  using honest = await openHolderCeremony(context, seeds[0] ?? new Uint8Array(), 0);
  const watching = holder ? [onlooker, honest] : [onlooker];
  while (!onlooker.finished) {
    const { round } = onlooker;
    const messages = onlooker.say().map((own, i) => (i === LIAR ? alter(round, own) : own));
    for (const message of messages) validateContribution(context, round, message);
    const verdicts = await Promise.all(
      watching.map((each) =>
        Promise.try(() => each.take(messages)).then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    if (verdicts[0] !== undefined) return { rounds: round, verdicts };
  }
  return { rounds: onlooker.round, verdicts: [] };
}

const failed = (details?: object) =>
  expect.objectContaining(
    details ? { code: 'KEY_TEST_FAILED', details } : { code: 'KEY_TEST_FAILED' },
  ) as unknown;

const flip = (message: Uint8Array, at: number): Uint8Array => altered(message, at, (message[at] ?? 0) ^ 1);

describe('a key holder that does not keep to the ceremony', () => {
  test.each([
    ['its first share of the relinearisation key', 0, TAG + 8 * 16384 * 5 * 4],
    ['its second share of the relinearisation key', 1, TAG + 8 * 16384 * 5 * 3 + 16],
    ['its test share', 2, TAG + 8],
  ])('%s is damaged: the relation names it', async (_, damaged, at) => {
    const { rounds, verdicts } = await play(
      (round, message) => (round === damaged ? flip(message, at + 4) : message),
      { holder: false },
    );
    expect(rounds).toBe(2);
    expect(verdicts).toEqual([failed({ holder: LIAR })]);
  });

  test('its share of the test product is wrong: seeds are opened, and key holders name it', async () => {
    const { rounds, verdicts } = await play(
      (round, message) => (round === 2 ? flip(message, message.length - 4) : message),
      { holder: true },
    );
    expect(rounds).toBe(3);
    const named = failed({ holder: LIAR, round: 2 });
    expect(verdicts).toEqual([failed(), named]);
  });

  test('it opens another seed after that: named all the same', async () => {
    const { verdicts } = await play(
      (round, message) => (round < 2 ? message : flip(message, message.length - 4)),
      { holder: true },
    );
    const named = failed({ holder: LIAR, round: 0 });
    expect(verdicts).toEqual([failed(), named]);
  });
});

test('every round is committed to before it is opened, so that nobody speaks last', () => {
  expect(commitsEveryRound(parameters)).toBe(true);
});

test('a holder whose own message was replaced says nothing more', async () => {
  using holder = await openHolderCeremony(context, seed('honest 0'), 0);
  using other = await openHolderCeremony(context, seed('honest 2'), 2);
  const own = await holder.contribution();
  const theirs = await other.contribution();
  await expect(Promise.try(() => holder.take([theirs, own, theirs]))).rejects.toThrow(
    expect.objectContaining({ code: 'COMMITMENT_MISMATCH', details: { holder: 0 } }),
  );
});

test('messages that are malformed, or of another round, name their sender', async () => {
  using holder = await openHolderCeremony(context, seed('honest 0'), 0);
  const own = await holder.contribution();
  const invalid = (check: string): Error =>
    expect.objectContaining({
      code: 'CIPHERTEXT_INVALID',
      details: expect.objectContaining({ check }) as object,
    }) as Error;
  for (const [round, bytes, check] of [
    [0, own.subarray(1), 'length'],
    [0, flip(own, 0), 'tag'],
    [0, altered(own, own.length - 1, 0xff), 'word range'],
    [1, own, 'length'],
    [2, own, 'length'],
    [3, own, 'length'],
    [4, own, 'round'],
  ] as const) {
    expect(() => {
      validateContribution(context, round, bytes);
    }).toThrow(invalid(check));
  }
  await expect(Promise.try(() => holder.take([own, own.subarray(1), own]))).rejects.toThrow(
    expect.objectContaining({ code: 'CIPHERTEXT_INVALID', details: { check: 'length', holder: LIAR } }),
  );
  await expect(Promise.try(() => holder.take([own]))).rejects.toThrow('1 of 3 key holders');
});
