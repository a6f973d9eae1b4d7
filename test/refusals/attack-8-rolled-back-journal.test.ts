/**
 * Attack 8: a key holder's journal is put back to an older state, by an operator's backup or by somebody who
 * wants a second share of it. The log remembers what the journal has lost, and the key holder acts no more.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDocument } from '../../trust/documents.ts';
import type { TaskLife } from '../../trust/life.ts';
import { AGGREGATOR } from '../../clients/network.ts';
import { ANSWER } from '../fixtures/local-network.ts';
import { Stage } from './hostile/stage.ts';

const VICTIM = 'holder-2';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ policy: 'operator', controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

const folderOf = (name: string): string => join(stage.net.folder, VICTIM, name);

/** Does something to the folder of the key holder while its daemon is not running. */
async function whileStopped(act: () => void): Promise<void> {
  await stage.net.network.stopDaemon(VICTIM);
  act();
  await stage.net.network.startDaemon(VICTIM);
}

function backUp(): void {
  cpSync(folderOf('state'), folderOf('backup'), { recursive: true });
}

/** Puts the journal back; with `all`, the key holder's copy of the log too. */
function restore(all: boolean): void {
  for (const file of all ? ['journal.db', 'log.db'] : ['journal.db']) {
    for (const part of ['', '-wal', '-shm']) rmSync(folderOf(`state/${file}${part}`), { force: true });
    cpSync(folderOf(`backup/${file}`), folderOf(`state/${file}`));
  }
  rmSync(folderOf('backup'), { recursive: true });
}

/** Everything that the key holder has said in a task, by kind, whether it counts or not. */
async function saidBy(holder: string, task: TaskLife): Promise<string[]> {
  const { board } = (await stage.as('watchdog', task)).session;
  const envelopes = Array.from({ length: board.book.follower.size - 1 }, (_, i) => board.entry(i + 1));
  return envelopes
    .map((envelope) => openDocument(envelope, board.book.consortium.signingKeys).payload)
    .filter((payload) => 'task' in payload && payload.task === task.id && payload.by === holder)
    .map((payload) => kindOf(payload));
}

function kindOf(payload: object): string {
  const marks = {
    commitment: 'approval',
    round: 'contribution',
    opened: 'release',
    outcome: 'abort',
    key: 'joint-key',
  };
  return Object.entries(marks).find(([field]) => field in payload)?.[1] ?? 'shred';
}

test('a key holder whose journal has lost its approval says so and ends the task: JOURNAL_ROLLED_BACK', async () => {
  const task = await stage.propose('honest');
  await whileStopped(backUp);
  await stage.approve(task);
  await stage.reached(task, 'COLLECTING');
  await whileStopped(() => restore(false));

  expect(await stage.ending(task)).toMatchObject({
    phase: 'FAILED',
    by: VICTIM,
    code: 'JOURNAL_ROLLED_BACK',
  });
  await stage.see(task, (life) => life.shreds.get(VICTIM));
  const once = ['approval', 'contribution', 'contribution', 'joint-key'];
  expect(await saidBy(VICTIM, task)).toEqual([...once, 'abort', 'shred']);
  // It has said nothing twice, so there is nothing to hold against it.
  await stage.foundNothing(task);
});

test('a key holder whose journal has lost its release releases no second share: JOURNAL_ROLLED_BACK', async () => {
  const task = await stage.propose('honest');
  await stage.approve(task);
  await stage.reached(task, 'COLLECTING');
  await whileStopped(backUp);
  await stage.submit(task);
  const first = await stage.see(task, (life) => life.releases.get(VICTIM));
  await stage.see(task, (life) => (life.releases.size === 3 ? true : undefined));
  await whileStopped(() => restore(false));

  expect(await stage.ending(task)).toMatchObject({
    phase: 'FAILED',
    by: VICTIM,
    code: 'JOURNAL_ROLLED_BACK',
  });
  await stage.see(task, (life) => life.shreds.get(VICTIM));
  expect((await stage.witness(task)).releases.get(VICTIM)?.digest).toBe(first.digest);
  expect((await saidBy(VICTIM, task)).filter((kind) => kind === 'release')).toHaveLength(1);
  await stage.foundNothing(task);
});

test('a key holder that is rolled back, log and all, and decides anew before it has read the log, is caught by its first words', async () => {
  const task = await stage.propose('honest');
  const operator = stage.operator(VICTIM);
  await stage.known(task, VICTIM);
  await whileStopped(backUp);
  await stage.approve(task, [VICTIM]);
  const first = await stage.see(task, (life) => life.approvals.get(VICTIM));
  await stage.net.network.stopDaemon(AGGREGATOR);
  await whileStopped(() => restore(true));
  // It knows nothing of its first approval, signs another, and cannot send it before the log tells.
  const second = operator.Approve({ task: task.id }).catch(() => undefined);
  await stage.net.network.startDaemon(AGGREGATOR);
  await second;

  expect(await stage.ending(task)).toMatchObject({
    phase: 'FAILED',
    by: VICTIM,
    code: 'JOURNAL_ROLLED_BACK',
  });
  expect((await stage.witness(task)).approvals.get(VICTIM)?.digest).toBe(first.digest);
  expect((await saidBy(VICTIM, task)).filter((kind) => kind === 'approval')).toHaveLength(1);
  await stage.foundNothing(task);
});

test('other tasks of the same key holder are untouched', async () => {
  const task = await stage.propose('honest');
  await stage.approve(task);
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});
