/**
 * Attack 7: a key holder releases a wrong share. The result is void before any of it is used; with RLWE nobody
 * can tell from the shares alone whose it was.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchResult } from '../../clients/output-party.ts';
import { ANSWER, RECEIVER } from '../fixtures/local-network.ts';
import { HOSTILE_KEY_HOLDER, PATIENCE, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ programs: { 'holder-3': HOSTILE_KEY_HOLDER }, controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('a wrong share voids the result at the output party, which acknowledges nothing: SHARE_INVALID', async () => {
  const task = await stage.propose('releases a wrong share');
  await stage.submit(task);
  const { session } = await stage.as(RECEIVER, task);
  await stage.refused('the output party', () => fetchResult(session, task.id, PATIENCE), 'SHARE_INVALID');
  const seen = await stage.witness(task);
  expect([seen.releases.size, seen.delivery]).toEqual([3, undefined]);
  // The shares are sealed to the output party: a controller sees K releases, and cannot tell.
  await stage.foundClean(task);
});

test('an honest task with the same key holder is untouched', async () => {
  const task = await stage.propose('honest');
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});
