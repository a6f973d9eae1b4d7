/**
 * Attack 4: the aggregator tampers with what the input parties have sent, or with the set of it. Every input is
 * known by the digest that its party signed, and the set by the log, so nothing is released.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGGREGATOR } from '../../clients/network.ts';
import { ANSWER, RECEIVER } from '../fixtures/local-network.ts';
import { attest } from './hostile/attest.ts';
import { HOSTILE_AGGREGATOR, Stage } from './hostile/stage.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { propose } from '../../clients/requester.ts';
import { EXIT_CODES } from '../../proto/errors.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ programs: { aggregator: HOSTILE_AGGREGATOR }, controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

test.each(['replaces an input', 'truncates an input'] as const)(
  'the aggregator that %s is caught by a key holder: DIGEST_MISMATCH, and nothing is released',
  async (attack) => {
    const task = await stage.propose(attack);
    await stage.submit(task);
    const ending = await stage.ending(task);
    expect(ending).toMatchObject({ phase: 'FAILED', code: 'DIGEST_MISMATCH' });
    expect(stage.net.holders).toContain(ending.by);
    expect((await stage.witness(task)).releases.size).toBe(0);
    await stage.reported(task, 'aggregator', 'DIGEST_MISMATCH');
  },
);

test('the aggregator that serves other bytes for an input until it evaluates is met with DIGEST_MISMATCH, and the result is of what was signed', async () => {
  const task = await stage.propose('replaces an input until it evaluates');
  await stage.submit(task, ['north', 'south']);
  for (const holder of stage.net.holders) {
    await stage.logged(holder, new RegExp(`${task.id}.*DIGEST_MISMATCH.*evaluated from the log`));
    attest(holder, 'DIGEST_MISMATCH', 'daemon.log: it evaluates once all is sealed');
  }
  await stage.submit(task, ['east']);
  expect(await stage.result(task)).toEqual(ANSWER);
});

test('the aggregator that replaces an input once it has evaluated changes nothing for key holders that have added it: exact', async () => {
  const task = await stage.propose('replaces an input once it has evaluated');
  await stage.submit(task, ['north', 'south']);
  for (const holder of stage.net.holders) {
    await stage.logged(holder, new RegExp(`${task.id}.*"inputs":2,.*added up`));
  }
  await stage.submit(task, ['east']);
  expect(await stage.result(task)).toEqual(ANSWER);
});

test('the aggregator that drops an input at the door cannot hide it: its party has no proof, and nothing is sealed', async () => {
  const task = await stage.propose('drops an input at the door');
  await stage.refused('aggregator', () => stage.submit(task), 'PHASE_CLOSED');
  // The two others submit meanwhile: when they have, and which is first in the log, is left open.
  const seen = await stage.see(task, (life) => (life.manifests.size === 2 ? life : undefined));
  expect([[...seen.manifests.keys()].sort(), seen.phase]).toEqual([['north', 'south'], 'COLLECTING']);
});

test('the aggregator that seals the set twice with different contents is caught by everybody: SEAL_INVALID', async () => {
  const task = await stage.propose('seals twice');
  await stage.submit(task);
  expect(await stage.ending(task)).toMatchObject({ phase: 'FAILED', by: 'aggregator', code: 'SEAL_INVALID' });
  const seen = await stage.witness(task);
  expect(seen.seal?.payload.manifests).toHaveLength(3);
  expect([seen.evaluation, seen.releases.size]).toEqual([undefined, 0]);
  await stage.reported(task, 'aggregator', 'SEAL_INVALID');
  await stage.refused(
    'the output party',
    async () => fetchResult(await stage.session(RECEIVER), task.id),
    'TASK_ENDED',
  );
});

test('a document of somebody who was shown another log is refused, and ends the task where it is let in: LOG_INCONSISTENT', async () => {
  const other = { size: 1, root: 'ab'.repeat(32) };
  const content = { plan: 'cd'.repeat(32), commitment: 'cd'.repeat(32) };
  const { board } = await stage.session('holder-1');
  const refused = await stage.propose('honest');
  await stage.reached(refused, 'COLLECTING');
  const approval = stage.sign(refused, 'approval', content, 'holder-1', other);
  await stage.refused('aggregator', () => board.append(approval), 'LOG_INCONSISTENT');
  expect((await stage.witness(refused)).ending).toBeUndefined();

  const admitted = await stage.propose('admits anything');
  await board.append(stage.sign(admitted, 'approval', content, 'holder-1', other));
  expect(await stage.ending(admitted)).toMatchObject({ phase: 'FAILED', code: 'LOG_INCONSISTENT' });
});

test('an honest task on the same network is untouched', async () => {
  const task = await stage.propose('honest');
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});

test('the aggregator that puts another history in the place of the log is believed by nobody who has seen the first: LOG_INCONSISTENT', async () => {
  await using fork = await Stage.start({ policy: 'operator' });
  const { network, holders } = fork.net;
  const file = (name: string): string => join(fork.net.folder, AGGREGATOR, name);
  await network.stopDaemon(AGGREGATOR);
  cpSync(file('state/log.db'), file('backup.db'));
  await network.startDaemon(AGGREGATOR);
  const task = await fork.propose('honest');
  for (const holder of holders) await fork.known(task, holder);

  await Promise.all([AGGREGATOR, ...holders].map((name) => network.stopDaemon(name)));
  for (const part of ['', '-wal', '-shm']) rmSync(file(`state/log.db${part}`), { force: true });
  cpSync(file('backup.db'), file('state/log.db'));
  await network.startDaemon(AGGREGATOR);
  await propose(await fork.session('south'), fork.net.task({ title: 'Another history of the same length' }));

  const office = await fork.session(RECEIVER);
  await fork.refused(RECEIVER, () => office.board.refresh(), 'LOG_INCONSISTENT');
  for (const holder of holders) {
    await network.startDaemon(holder);
    expect(await network.daemons.get(holder)?.ended).toBe(EXIT_CODES.refused);
    expect(fork.log(holder)).toContain('LOG_INCONSISTENT');
    attest(holder, 'LOG_INCONSISTENT', 'its exit code and daemon.log');
  }
});
