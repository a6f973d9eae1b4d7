/** What is left of a task once its retention has passed: the log, and nothing else. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { BlobClaims } from '../../aggregator/blob-service-claims.ts';
import { Retention } from '../../aggregator/retention.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { cancel, propose } from '../../clients/requester.ts';
import type { TaskLife } from '../../trust/life.ts';
import { openBlobStore, WholeObject } from '../../trust/storage/blob-store.ts';
import { PackIndex } from '../../trust/storage/pack-index.ts';
import { INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';

const CLI = fileURLToPath(new URL('../../clients/cli/strongroom.js', import.meta.url));
test('objects of a task that is over are deleted when its retention has passed, and no others', async () => {
  await using net = await TestNetwork.start();
  const office = await net.session(RECEIVER);
  const short = await propose(office, net.task({ retention: 'PT1S' }));
  const long = await propose(office, net.task({ title: 'Kept' }));
  for (const { id } of [short, long]) {
    await Promise.all(INPUTS.map(async (party) => submit(await net.session(party), id, net.table(party))));
    await fetchResult(office, id);
  }
  const cancelled = await propose(office, net.task({ retention: 'PT1S', title: 'Cancelled' }));
  await office.until(cancelled.id, (task) => (task.contributions[0]?.size === 3 ? true : undefined));
  await cancel(office, cancelled, 'no longer wanted');

  // In the middle of it, or before it: what is due is deleted by the next process.
  await net.network.stopDaemon('aggregator', 'SIGKILL');
  await net.network.startDaemon('aggregator');
  const wanted = namesOf(long);
  expect(wanted.length).toBeGreaterThan(12);
  while (objectsOf(net).length > wanted.length) await sleep(250);
  expect(objectsOf(net)).toEqual(wanted);

  const blob = { digest: namesOf(short)[0] ?? '', size: 1 };
  const holder = await net.session('watchdog');
  await expect(holder.board.get(blob, 'somebody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const north = await net.session('north');
  const bytes = new Uint8Array(10);
  await expect(north.board.put(short.id, bytes)).rejects.toMatchObject({ code: 'PHASE_CLOSED' });
  expect(north.task(short.id).phase).toMatch(/DELIVERED|SHREDDED/);

  await net.network.stopDaemon('aggregator');
  const args = [CLI, '--json', '--profile', join(net.folder, 'aggregator'), 'fsck'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const inspection = JSON.parse(stdout) as { checked: string[]; problems: string[] };
  expect(inspection.problems).toEqual([]);
  expect(inspection.checked.join()).toContain('the retention of 2 tasks has passed');
  expect(inspection.checked.join()).toContain(`${wanted.length} objects are there`);
  await anUnfinishedDeletionGoesOn(net.folder, long);
});

/** By a clock that runs a day ahead, and a process that dies after the first object. */
async function anUnfinishedDeletionGoesOn(folder: string, task: TaskLife): Promise<void> {
  const state = join(folder, 'aggregator', 'state');
  await using blobs = await openBlobStore(join(state, 'blobs'));
  using claims = new BlobClaims(join(state, 'claims.db'));
  // As one whose claim was lost in a power cut.
  await blobs.put(new WholeObject(new TextEncoder().encode('claimed by nobody')), task.id);
  const ahead = (hours: number) => new Date(Date.now() + hours * 3_600_000);
  {
    using retention = new Retention(join(state, 'retention.db'));
    expect(await retention.enforce([task], { blobs, claims }, ahead(23))).toEqual([]);
    const dying = {
      packedOf: (group: string) => blobs.packedOf(group),
      forget: (digest: string, writer: string) => blobs.forget(digest, writer),
      delete: async (digests: Iterable<string>) => {
        await blobs.delete([...digests].slice(0, 1));
        throw new Error('killed');
      },
    };
    const stores = { blobs: dying, claims };
    await expect(retention.enforce([task], stores, ahead(25))).rejects.toThrow('killed');
  }
  using retention = new Retention(join(state, 'retention.db'));
  expect(await retention.enforce([task], { blobs, claims }, ahead(25))).toEqual([task]);
  expect(await retention.enforce([task], { blobs, claims }, ahead(25))).toEqual([]);
  for (const kept of ['objects', 'packs', 'partial'])
    expect(filesBelow(join(state, 'blobs', kept))).toEqual([]);
  expect(claims.of(task.id)).toEqual([]);
}

const namesOf = (task: TaskLife): string[] => [...task.blobs.keys()].sort();

/** The names of all objects that the aggregator's disk holds: of what is packed, as its index has them. */
function objectsOf(net: TestNetwork): string[] {
  const blobs = join(net.folder, 'aggregator', 'state', 'blobs');
  using index = new PackIndex(join(blobs, 'packs.db'));
  const packed = filesBelow(join(blobs, 'packs')).flatMap((pack) =>
    index.in(pack).map(({ digest }) => digest),
  );
  return [...filesBelow(join(blobs, 'objects')), ...packed].sort();
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}
