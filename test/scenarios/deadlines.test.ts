/** Tasks that end early: a deadline passes, the proposer cancels, a key holder rejects. The key shares die in each case. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchResult } from '../../clients/output-party.ts';
import { cancel, propose } from '../../clients/requester.ts';
import type { Session } from '../../clients/session.ts';
import { connectAdmin } from '../../transport/admin-socket.ts';
import { readConfig } from '../../transport/profile.ts';
import type { Ending, TaskLife } from '../../trust/life.ts';
import { RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { approve, expectExact, reached, submitAs } from '../fixtures/task-story.ts';

let net: TestNetwork;
let office: Session;
beforeAll(async () => {
  net = await TestNetwork.start({ policy: 'operator' });
  office = await net.session(RECEIVER);
});
afterAll(() => net[Symbol.asyncDispose]());

/** Each deadline is so long after the one before it, the first after the proposal. */
const after = (...deadlines: readonly [approve: number, collect: number, release: number]) => {
  const [approve, collect, release] = deadlines.map((seconds) => `PT${seconds}S`);
  return { deadlines: { approve, collect, release } };
};

const proposed = (...deadlines: Parameters<typeof after>): Promise<TaskLife> =>
  propose(office, net.task(after(...deadlines)));

async function approveAll(id: string): Promise<void> {
  await Promise.all(net.holders.map((holder) => approve(net, holder, id)));
}

/** The task ends, and whoever has approved destroys its share and says so. */
async function ended(task: TaskLife, session = office): Promise<Ending | undefined> {
  const over = () => task.ending !== undefined && task.shreds.size === task.approvals.size;
  const end = Date.now() + 300_000;
  while (!over() && Date.now() < end) {
    await sleep(100);
    await session.board.refresh();
  }
  expect(over()).toBe(true);
  expect(task.ignored).toEqual([]);
  return task.ending;
}

test.concurrent('the deadline to approve passes', async () => {
  const task = await proposed(25, 60, 60);
  await approve(net, 'holder-1', task.id);
  expect(await ended(task)).toMatchObject({ phase: 'EXPIRED', code: 'DEADLINE_PASSED' });
  expect([...task.shreds.keys()]).toEqual(['holder-1']);
  expect(task.contributions).toEqual([]);
});

test.concurrent('the deadline to submit passes with too few inputs', async () => {
  const task = await proposed(25, 5, 60);
  await approveAll(task.id);
  await Promise.all(['north', 'south'].map((party) => submitAs(net, party, task.id)));
  expect(await ended(task)).toMatchObject({ phase: 'EXPIRED', code: 'DEADLINE_PASSED' });
  expect(task.shreds.size).toBe(3);
  await expect(submitAs(net, 'east', task.id)).rejects.toMatchObject({ code: 'TASK_ENDED' });
});

test.concurrent('the proposer cancels, and nobody else can', async () => {
  const task = await proposed(300, 300, 300);
  await approveAll(task.id);
  await reached(office, task.id, ({ phase }) => phase === 'COLLECTING');
  const north = await net.session('north');
  await expect(cancel(north, north.task(task.id), 'not mine')).rejects.toMatchObject({
    code: 'NOT_AUTHORISED',
  });
  await cancel(office, task, 'the question has changed');
  expect(await ended(task)).toMatchObject({
    phase: 'CANCELLED',
    by: RECEIVER,
    detail: 'the question has changed',
  });
  expect(task.shreds.size).toBe(3);
});

test.concurrent('one key holder rejects, and no key ever exists', async () => {
  const task = await proposed(300, 300, 300);
  await approve(net, 'holder-1', task.id);
  const folder = join(net.folder, 'holder-2');
  const { admin, close } = connectAdmin(
    join(folder, readConfig(net.network.profile('holder-2'))['admin-socket']),
  );
  await admin.Reject({ task: task.id, reason: 'no legal basis' });
  close();
  const ending = { phase: 'REJECTED', by: 'holder-2', code: 'POLICY_REFUSED', detail: 'no legal basis' };
  expect(await ended(task)).toEqual(ending);
  expect([...task.shreds.keys()]).toEqual(['holder-1']);
  expect(task.contributions).toEqual([]);
  await expect(submitAs(net, 'north', task.id)).rejects.toMatchObject({ code: 'TASK_ENDED' });
});

// In networks of their own: one of them takes a key holder away, and the other, beside a task over all three inputs,
// would give away the one that is left out.
test.concurrent(
  'the deadline to release passes while one key holder is away; it destroys its share when it is back',
  async () => {
    await using own = await TestNetwork.start();
    const session = await own.session(RECEIVER);
    const task = await propose(session, own.task(after(20, 5, 1)));
    await reached(session, task.id, ({ phase }) => phase === 'COLLECTING');
    await own.network.stopDaemon('holder-3', 'SIGKILL');
    await Promise.all(['north', 'south', 'east'].map((party) => submitAs(own, party, task.id)));
    await expect(fetchResult(session, task.id)).rejects.toMatchObject({ code: 'TASK_ENDED' });
    expect(task.ending).toMatchObject({ phase: 'EXPIRED', code: 'DEADLINE_PASSED' });
    // Without its cosignature of the log nobody else turns a key.
    expect([...task.releases.keys()]).toEqual([]);
    await own.network.startDaemon('holder-3');
    await ended(task, session);
    expect(task.shreds.size).toBe(3);
  },
);

test.concurrent('the deadline to submit passes with enough inputs, and the others are left out', async () => {
  await using own = await TestNetwork.start();
  const session = await own.session(RECEIVER);
  const changes = { ...after(20, 5, 300), disclosure: { 'minimum-contributors': 2 } };
  const task = await propose(session, own.task(changes));
  await Promise.all(['north', 'south'].map((party) => submitAs(own, party, task.id)));
  await expectExact(own, task.id, { people: '3', 'mean-pay': '10.83' });
  await session.board.refresh();
  expect([...task.manifests.keys()].sort()).toEqual(['north', 'south']);
  await expect(submitAs(own, 'east', task.id)).rejects.toMatchObject({ code: 'PHASE_CLOSED' });
});
