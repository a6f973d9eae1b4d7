/**
 * Attack 3: somebody swaps the joint key or a contribution to it, or chooses a contribution after seeing the
 * others. No key comes of it that an input party would encrypt under.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submit } from '../../clients/provider.ts';
import { ANSWER } from '../fixtures/local-network.ts';
import { attest } from './hostile/attest.ts';
import { HOSTILE_AGGREGATOR, HOSTILE_KEY_HOLDER, PATIENCE, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  const programs = { aggregator: HOSTILE_AGGREGATOR, 'holder-3': HOSTILE_KEY_HOLDER };
  stage = await Stage.start({ programs, controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('the aggregator that swaps the joint key is caught by the input party: DIGEST_MISMATCH, and nothing is sent', async () => {
  const task = await stage.propose('honest');
  const key = await stage.see(task, (life) => life.jointKey);
  const honest = stage.object(key.digest);
  const other = Buffer.from(honest);
  other.writeUInt8(other.readUInt8(113) ^ 1, 113);
  stage.replaceObject(key.digest, other);

  const { session } = await stage.as('north', task);
  const error = await stage.refused(
    'the client of the input party',
    () => submit(session, task.id, stage.net.table('north'), PATIENCE),
    'DIGEST_MISMATCH',
  );
  expect(error.details).toEqual({ party: 'aggregator', digest: key.digest });
  expect((await stage.witness(task)).manifests.size).toBe(0);

  stage.replaceObject(key.digest, honest);
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});

test('the aggregator that swaps a contribution is caught by a key holder: DIGEST_MISMATCH, and there is no key', async () => {
  const task = await stage.propose('swaps a contribution');
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', code: 'DIGEST_MISMATCH' });
  expect(stage.net.holders).toContain(ending.by);
  expect((await stage.witness(task)).jointKeys.size).toBe(0);
});

test.each(['opens another contribution', 'copies a commitment'] as const)(
  'the last key holder that %s is refused by the aggregator: COMMITMENT_MISMATCH, and there is no key',
  async (attack) => {
    const task = await stage.propose(attack);
    const refused = new RegExp(
      `"task":"${task.id}".*"code":"COMMITMENT_MISMATCH".*not take the contribution`,
    );
    await stage.logged('holder-3', refused);
    attest('aggregator', 'COMMITMENT_MISMATCH', 'daemon.log of holder-3');
    const seen = await stage.see(task, (life) => (life.contributions[0]?.size === 2 ? life : undefined));
    expect(seen.approvals.size).toBe(3);
    expect([...(seen.contributions[0]?.keys() ?? [])].sort()).toEqual(['holder-1', 'holder-2']);
    expect(seen.jointKeys.size).toBe(0);
  },
);

test.each(['opens another contribution', 'copies a commitment'] as const)(
  'the last key holder that %s together with the aggregator is ignored by everybody: COMMITMENT_MISMATCH',
  async (attack) => {
    const task = await stage.propose(`${attack} with the aggregator`);
    const entry = await stage.ignored(task, 'contribution', 'holder-3');
    expect(entry.code).toBe('COMMITMENT_MISMATCH');
    await stage.reported(task, 'aggregator', 'COMMITMENT_MISMATCH');
    const { session, task: seen } = await stage.as('north', task);
    expect(seen.jointKeys.size).toBe(0);
    const waiting = submit(session, task.id, stage.net.table('north'), { timeoutMs: 1_500 });
    await stage.refused('the client of the input party', () => waiting, 'TIMED_OUT');
  },
);

test('a key holder that signs another joint key ends the task for everybody: JOINT_KEY_MISMATCH', async () => {
  const task = await stage.propose('signs another joint key');
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', code: 'JOINT_KEY_MISMATCH' });
  await stage.reported(task, 'holder-3', 'JOINT_KEY_MISMATCH');
  const { session } = await stage.as('north', task);
  await stage.refused(
    'the client of the input party',
    () => submit(session, task.id, stage.net.table('north'), PATIENCE),
    'TASK_ENDED',
  );
  const { ciphertexts } = task.plan;
  const content = {
    key: '0'.repeat(64),
    ciphertexts: Array.from({ length: ciphertexts }, () => ({ digest: '1'.repeat(64), size: 1 })),
  };
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'manifest', content, { by: 'north' }),
    'TASK_ENDED',
  );
});
