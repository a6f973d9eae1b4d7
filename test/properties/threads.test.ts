/** What is asked of a thread comes out as in place, refusals with their codes and names. */
import { expect, test } from 'vitest';
import type { LinkageCalls } from '../../clients/linkage-thread.ts';
import { blindKeys, pseudonymsOf } from '../../schemes/linkage/blinding.ts';
import { HolderLinkage } from '../../schemes/linkage/holder-linkage.ts';
import { GENERATOR, parsePoints } from '../../schemes/linkage/p256.ts';
import { ThreadPool } from '../../trust/threads/pool.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const PROGRAM = new URL('../../clients/linkage-thread.ts', import.meta.url);

test('threads link records as the calling thread does, and name who has answered wrongly', async () => {
  using threads = new ThreadPool<LinkageCalls>(PROGRAM, { most: 2 });
  const [keys, seed] = [['1', '2', '3'].map((key) => Buffer.from(key)), new Uint8Array(32).fill(5)];
  const request = blindKeys(keys, seed, 7);
  expect(await threads.call('blind', { keys, seed, from: 7 })).toEqual(request);
  const holder = new HolderLinkage('a task', new Uint8Array(32).fill(6));
  const [publicKey = GENERATOR] = parsePoints('a key', holder.publicKey);
  const honest = { holder: 'holder-1', publicKey, answer: holder.answer('north', request) };
  const argument = { request, seed, answers: [honest], from: 7 };
  const [first, second] = await Promise.all([
    threads.call('pseudonyms', argument),
    threads.call('pseudonyms', argument),
  ]);
  expect(Buffer.from(first)).toEqual(pseudonymsOf(request, seed, [honest], 7));
  expect(second).toEqual(first);
  const wrong = { ...honest, answer: honest.answer.with(70, 1) };
  const error = await refusal(
    () => threads.call('pseudonyms', { ...argument, answers: [wrong] }),
    'LINKAGE_INVALID',
  );
  expect(error.details).toEqual({ party: 'holder-1' });
});

test('whoever waits for threads that are ended hears of it: INTERNAL', async () => {
  const threads = new ThreadPool<LinkageCalls>(PROGRAM, { most: 1 });
  const keys = [Buffer.from('1')];
  const waiting = threads.call('blind', { keys, seed: new Uint8Array(32), from: 0 });
  threads[Symbol.dispose]();
  await expect(waiting).rejects.toThrow('the thread that computes has ended');

  // Whoever asks afterwards gets another one, also while the one before is still ending.
  const argument = { keys, seed: new Uint8Array(32), from: 0 };
  const request = blindKeys(keys, new Uint8Array(32));
  expect(await threads.call('blind', argument)).toEqual(request);
  threads[Symbol.dispose]();
  expect(await threads.call('blind', argument)).toEqual(request);
  threads[Symbol.dispose]();
});
