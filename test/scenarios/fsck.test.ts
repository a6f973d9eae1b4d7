/** `strongroom fsck` finds what has happened to a folder behind the daemon's back. */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { propose } from '../../clients/requester.ts';
import { submit } from '../../clients/provider.ts';
import { Journal } from '../../keyholders/journal.ts';
import { unlockKeyFrom } from '../../trust/at-rest.ts';
import { PackIndex } from '../../trust/storage/pack-index.ts';
import { checked } from '../fixtures/controller.ts';
import { RECEIVER, TestNetwork, WATCHDOG } from '../fixtures/local-network.ts';

const CLI = fileURLToPath(new URL('../../clients/cli/strongroom.js', import.meta.url));

interface Inspection {
  readonly code: number;
  readonly checked: readonly string[];
  readonly problems: readonly string[];
}

let net: TestNetwork;

function fsck(party: string): Promise<Inspection> {
  const args = [CLI, '--json', '--profile', join(net.folder, party), 'fsck'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ code, ...(JSON.parse(stdout) as Omit<Inspection, 'code'>) });
    });
  });
}

describe('after a task that is under way when everything stops', () => {
  beforeAll(async () => {
    net = await TestNetwork.start({ controller: true });
    const office = await net.session(RECEIVER);
    const task = await propose(office, net.task());
    await submit(await net.session('north'), task.id, net.table('north'));
    await checked(net, task.id, 'key');
    for (const name of ['aggregator', WATCHDOG, ...net.holders]) await net.network.stopDaemon(name);
  });
  afterAll(() => net[Symbol.asyncDispose]());

  test('all folders are whole', async () => {
    const parties = ['aggregator', 'holder-1', 'north', RECEIVER, WATCHDOG];
    for (const inspection of await Promise.all(parties.map(fsck))) {
      expect(inspection).toMatchObject({ code: 0, problems: [] });
    }
  });

  test('a journal that was lost, or put back from an older copy, is told step by step', async () => {
    const state = join(net.folder, 'holder-2', 'state');
    for (const file of readdirSync(state)) if (file.startsWith('journal.db')) rmSync(join(state, file));
    const lost = await fsck('holder-2');
    expect(lost.code).toBe(3);
    expect(lost.problems.join()).toMatch(/journal .* is missing, and the log shows acts of holder-2/);

    const unlock = unlockKeyFrom({ keyFile: join(net.folder, 'holder-2', 'unlock.key') });
    new Journal(join(state, 'journal.db'), unlock)[Symbol.dispose]();
    const older = await fsck('holder-2');
    expect(older.code).toBe(3);
    expect(older.problems.join('\n')).toMatch(
      /the log has the approval of holder-2 and the journal does not/,
    );
    expect(older.problems.join('\n')).toMatch(/its key share is missing/);
  });

  test('a damaged and a missing object of the aggregator are told by name', async () => {
    const blobs = join(net.folder, 'aggregator', 'state', 'blobs');
    const [pack = ''] = readdirSync(join(blobs, 'packs'));
    using index = new PackIndex(join(blobs, 'packs.db'));
    const [damaged, missing] = index.in(pack);
    if (damaged === undefined || missing === undefined) throw new Error('the task has objects');
    const file = openSync(join(blobs, 'packs', pack), 'r+');
    writeSync(file, Buffer.alloc(damaged.size), 0, damaged.size, damaged.offset);
    closeSync(file);
    index.delete([missing.digest]);
    const { code, problems } = await fsck('aggregator');
    expect(code).toBe(3);
    expect(problems).toHaveLength(2);
    expect(problems.join('\n')).toMatch(new RegExp(`${damaged.digest} of a .* is damaged`));
    expect(problems.join('\n')).toMatch(new RegExp(`${missing.digest} of a .* is missing`));
  });

  test('a controller’s head of another history, lost evidence, and a damaged state are told', async () => {
    const state = join(net.folder, WATCHDOG, 'state');
    const file = join(state, 'controller.db');
    const change = (sql: string): void => {
      using db = new DatabaseSync(file);
      db.exec(sql);
    };
    change('UPDATE head SET size = 100000 WHERE size = (SELECT max(size) FROM head)');
    const lost = join(state, 'evidence', 'lost.json');
    change(
      `INSERT INTO finding VALUES ('', 'entry', '7', 0, 'rule-broken', 'aggregator', 'X', 'Y', '${lost}')`,
    );
    mkdirSync(join(state, 'evidence'));
    writeFileSync(join(state, 'evidence', 'torn.json'), '{"strongroom":"evidence/1"');
    const { code, problems } = await fsck(WATCHDOG);
    expect(code).toBe(3);
    expect(problems).toHaveLength(4);
    const told = problems.join('\n');
    expect(told).toMatch(/head of 100000 entries does not fit: it is of \d+ entries/);
    expect(told).toContain('belongs to no check that was made');
    expect(told).toContain(`names evidence that is missing: ${lost}`);
    expect(told).toContain('torn.json proves nothing');

    for (const part of ['-wal', '-shm']) rmSync(file + part, { force: true });
    writeFileSync(file, Buffer.alloc(8192, 7));
    expect((await fsck(WATCHDOG)).problems.join('\n')).toContain("The controller's state is damaged");
  });
});
