/**
 * The differencing attack: two tasks over the same people that differ by one input party, so that subtracting their
 * results gives that party's own sums. The second is stopped, once by what it declares and once by what comes of it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskLife } from '../../trust/life.ts';
import { ANSWER, RECEIVER } from '../fixtures/local-network.ts';
import { Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ policy: 'operator' });
});
afterAll(() => stage[Symbol.asyncDispose]());

const BOTH = {
  parties: { input: ['north', 'south'], processing: ['holder-1', 'holder-2', 'holder-3'], output: RECEIVER },
  disclosure: { 'minimum-contributors': 2 },
};

/** What the operator of a key holder reads, and what the list says that it waits for. */
async function shown(task: TaskLife): Promise<{ plan: string; waitingFor: string | undefined }> {
  await stage.known(task, 'holder-1');
  const admin = stage.operator('holder-1');
  const { plan } = await admin.Show({ task: task.id });
  const { tasks } = await admin.List({});
  return { plan, waitingFor: tasks.find((row) => row.task === task.id)?.waitingFor };
}

let first: TaskLife;

test('a task over three parties is decided by the operator, and delivered', async () => {
  first = await stage.propose('honest');
  const { plan, waitingFor } = await shown(first);
  expect(waitingFor).toBe('your decision');
  expect(plan).toContain('the operator decides: operator-decides');
  expect(plan).not.toContain('DIFFERENCING RISK');
  await stage.approve(first);
  await stage.submit(first);
  expect(await stage.result(first)).toEqual(ANSWER);
});

test('the same over two of them is rejected without a key, naming the task and the party: POLICY_REFUSED', async () => {
  const second = await stage.propose('honest', BOTH);
  const ending = await stage.ending(second);
  expect(ending).toMatchObject({ phase: 'REJECTED', code: 'POLICY_REFUSED' });
  expect(stage.net.holders).toContain(ending.by);
  expect(ending.detail).toContain('one-party-exposed');
  expect(ending.detail).toContain(first.id.slice(0, 16));
  expect(ending.detail).toContain('gives the sums of east alone');
  const witnessed = await stage.witness(second);
  expect([witnessed.approvals.size, witnessed.contributions.length]).toEqual([0, 0]);
});

test('the same task with an input left out on its way, by the party or the aggregator, is not released: POLICY_REFUSED', async () => {
  const again = await stage.propose('honest', {
    disclosure: { 'minimum-contributors': 2 },
    deadlines: { approve: 'PT10S', collect: 'PT1S', release: 'PT10M' },
  });
  expect((await shown(again)).plan).toContain('the same has been asked before');
  await stage.approve(again);
  await stage.submit(again, ['north', 'south']);
  const ending = await stage.ending(again);
  expect(ending).toMatchObject({ phase: 'REJECTED', code: 'POLICY_REFUSED' });
  expect(ending.detail).toContain(first.id.slice(0, 16));
  expect(ending.detail).toContain('gives the sums of east alone');
  expect((await stage.witness(again)).releases.size).toBe(0);
});

test('a condition that leaves out few is shown to the operator, who decides', async () => {
  const close = await stage.propose('honest', {
    statistics: [{ name: 'mean-pay', statistic: 'mean', of: 'pay', decimals: 2, where: { pay: { to: 29 } } }],
  });
  const { plan, waitingFor } = await shown(close);
  expect(waitingFor).toBe('your decision');
  const line = plan.split('\n').filter((text) => text.includes('DIFFERENCING RISK'));
  expect(line).toHaveLength(1);
  expect(line[0]).toContain(first.id.slice(0, 16));
  expect(line[0]).toContain('only by the condition on pay');
  await stage.operator('holder-1').Reject({ task: close.id, reason: 'it would tell of the one above 29' });
  expect(await stage.ending(close)).toMatchObject({
    phase: 'REJECTED',
    by: 'holder-1',
    code: 'POLICY_REFUSED',
  });
});

test('the same question once more tells nothing new, and is answered', async () => {
  const again = await stage.propose('honest');
  await stage.approve(again);
  await stage.submit(again);
  expect(await stage.result(again)).toEqual(ANSWER);
});
