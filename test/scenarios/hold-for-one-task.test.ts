/**
 * A mixed committee: two key holders with daemons, and an input party that holds the third key from its own
 * machine for one task, is killed at every step, goes on, and leaves nothing behind.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { propose } from '../../clients/requester.ts';
import type { Session } from '../../clients/session.ts';
import type { TaskLife } from '../../trust/life.ts';
import { ClientProcess, strongroom } from '../fixtures/client-process.ts';
import { INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { expectExact, reached, submitAs } from '../fixtures/task-story.ts';

const PARTY = 'north';
const MIXED = ['holder-1', 'holder-2', PARTY];

let net: TestNetwork;
let office: Session;
beforeAll(async () => {
  const parties = [{ name: PARTY, roles: ['input', 'processing'], standing: false }] as const;
  net = await TestNetwork.start({ parties });
  const file = net.network.profile(PARTY);
  const config = parseDocument(readFileSync(file, 'utf8'));
  config.set('policy', 'operator');
  writeFileSync(file, config.toString());
  office = await net.session(RECEIVER);
});
afterAll(() => net[Symbol.asyncDispose]());

const home = (): string => join(net.folder, PARTY);
const folderOf = (id: string): string => join(home(), 'state', 'hold', id);

const hold = (id: string, ...options: string[]): readonly string[] => [
  '--json',
  '--profile',
  home(),
  'hold',
  id,
  ...options,
];

function mixedTask(processing: readonly string[] = MIXED): Promise<TaskLife> {
  const parties = { input: INPUTS, processing, output: RECEIVER, controllers: ['watchdog'] };
  return propose(office, net.task({ parties }));
}

function sealedSeed(id: string): Buffer {
  const db = new DatabaseSync(join(folderOf(id), 'journal.db'), { readOnly: true });
  const row = db.prepare('SELECT sealed FROM seed WHERE task = ?').get(id);
  db.close();
  return Buffer.from(row?.['sealed'] as Uint8Array);
}

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());

/** Steps of the key holder at which it is killed; what follows needs it again. */
const STEPS: readonly [string, (task: TaskLife) => boolean][] = [
  ['approved', (task) => task.approvals.has(PARTY)],
  ['contributed', (task) => task.contributions[0]?.has(PARTY) === true],
  ['signed the joint key', (task) => task.jointKeys.has(PARTY)],
];

test('is killed at every step, and the task ends as if nothing had happened', async () => {
  const { id } = await mixedTask();
  for (const [, said] of STEPS) {
    const holding = new ClientProcess(hold(id, '--approve'));
    await reached(office, id, said);
    await holding.kill();
  }
  const seed = sealedSeed(id);
  for (const party of INPUTS) await submitAs(net, party, id);
  await reached(office, id, ({ evaluation }) => evaluation !== undefined);
  const releasing = new ClientProcess(hold(id, '--approve'));
  await reached(office, id, ({ releases }) => releases.has(PARTY));
  await releasing.kill();
  expect(files(folderOf(id)).some((file) => readFileSync(file).includes(seed))).toBe(true);

  const last = new ClientProcess(hold(id));
  await last.says('leave this running');
  const second = await strongroom(hold(id));
  expect([second.code, second.stdout]).toEqual([2, expect.stringContaining('Another process holds')]);
  await expectExact(net, id);
  const ended = await last.ended;
  expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([0, { task: id, ending: null }]);

  expect(existsSync(join(home(), 'state', 'hold'))).toBe(false);
  expect(files(home()).filter((file) => readFileSync(file).includes(seed))).toEqual([]);
  const kept = readdirSync(join(home(), 'state')).map((name) => name.replace(/-(wal|shm)$/, ''));
  expect([...new Set(kept)].sort()).toEqual(['log.db', 'submissions']);
  expect(await strongroom(hold(id))).toMatchObject({ code: 0 });
  expect(existsSync(join(home(), 'state', 'hold'))).toBe(false);
  expect(await strongroom(['--json', '--profile', home(), 'fsck'])).toMatchObject({ code: 0 });
});

test('ends the task where its folder is lost, and says why: JOURNAL_ROLLED_BACK', async () => {
  const { id } = await mixedTask();
  const holding = new ClientProcess(hold(id, '--approve'));
  await reached(office, id, ({ approvals }) => approvals.has(PARTY));
  await holding.kill();
  rmSync(folderOf(id), { recursive: true });
  const { code, stdout } = await strongroom(hold(id, '--approve'));
  expect([code, JSON.parse(stdout)]).toMatchObject([
    3,
    { phase: 'FAILED', ending: { by: PARTY, code: 'JOURNAL_ROLLED_BACK' } },
  ]);
  expect(existsSync(join(home(), 'state', 'hold'))).toBe(false);
});

test('asks before it approves, and keeps nothing where nobody answers; or ends the task with a reason', async () => {
  const { id } = await mixedTask();
  const unasked = await strongroom(hold(id));
  expect([unasked.code, unasked.stdout]).toEqual([2, expect.stringContaining('no terminal')]);
  expect(unasked.stderr).toContain('the operator decides');
  expect(existsSync(join(home(), 'state', 'hold'))).toBe(false);
  expect(office.task(id).approvals.has(PARTY)).toBe(false);

  const rejected = await strongroom(hold(id, '--reject', 'no legal basis'));
  expect([rejected.code, JSON.parse(rejected.stdout)]).toMatchObject([
    0,
    { phase: 'REJECTED', ending: { by: PARTY, code: 'POLICY_REFUSED', detail: 'no legal basis' } },
  ]);
  expect(existsSync(join(home(), 'state', 'hold'))).toBe(false);
});

test('is refused for a task that does not name it, and where a daemon keeps the journal', async () => {
  const { id } = await mixedTask(net.holders);
  const stranger = await strongroom(hold(id, '--approve'));
  expect([stranger.code, JSON.parse(stranger.stdout)]).toMatchObject([
    3,
    { error: { code: 'NOT_AUTHORISED' } },
  ]);
  const standing = await strongroom(['--json', '--profile', join(net.folder, 'holder-1'), 'hold', id]);
  expect([standing.code, JSON.parse(standing.stdout)]).toMatchObject([2, { error: { code: 'USAGE' } }]);
  expect(existsSync(join(home(), 'state', 'hold'))).toBe(false);
});
