/**
 * Attack 10: a disk is full, first under a key holder, then under the aggregator. What cannot be written is not said;
 * nothing that was said is lost, and everything goes on when there is room again.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AGGREGATOR } from '../../clients/network.ts';
import { ANSWER, INPUTS } from '../fixtures/local-network.ts';
import { SmallDisk } from '../fixtures/small-disk.ts';
import { attest } from './hostile/attest.ts';
import { Stage } from './hostile/stage.ts';

const DISK_BYTES = 16 * 1024 * 1024;
const VICTIM = 'holder-2';

test('a full disk holds up a task and spoils nothing: the daemons say so, stay, and go on', async (context) => {
  await using stage = await Stage.start({ policy: 'operator', controller: true });
  const { network, folder } = stage.net;
  const disks = new Map<string, SmallDisk>();
  using mounted = new DisposableStack();
  for (const name of [VICTIM, AGGREGATOR]) {
    await network.stopDaemon(name);
    const disk = SmallDisk.under(join(folder, name, 'state'), DISK_BYTES);
    if (disk === undefined) return context.skip('there is no right to mount a small disk here');
    disks.set(name, mounted.use(disk));
    await network.startDaemon(name);
  }
  const daemons = [...network.daemons.values()];
  const disk = (name: string) => disks.get(name) ?? expect.fail('no disk');

  // The key holder cannot write down its approval, so it does not approve.
  const task = await stage.propose('honest');
  await stage.approve(task, ['holder-1', 'holder-3']);
  await stage.known(task, VICTIM);
  disk(VICTIM).fill();
  await stage.refused(VICTIM, () => stage.operator(VICTIM).Approve({ task: task.id }), 'INTERNAL');
  expect([...(await stage.witness(task)).approvals.keys()].sort()).toEqual(['holder-1', 'holder-3']);
  disk(VICTIM).free();
  await stage.approve(task, [VICTIM]);
  await stage.reached(task, 'COLLECTING');

  // The aggregator cannot store an input, and takes neither it nor the word that it is there.
  disk(AGGREGATOR).fill();
  await stage.refused(AGGREGATOR, () => stage.submit(task, ['north']), 'INTERNAL');
  disk(AGGREGATOR).free();
  expect((await stage.witness(task)).manifests.size).toBe(0);

  // The key holder can neither keep the log nor cosign it, so nobody releases anything.
  disk(VICTIM).fill();
  await stage.submit(task, INPUTS);
  await stage.see(task, ({ evaluation }) => evaluation);
  await stage.logged(VICTIM, /it will be tried again/);
  attest(VICTIM, 'INTERNAL', `daemon.log of ${VICTIM}: it waits for room`);
  await stage.logged('holder-1', /NOT_WITNESSED/);
  attest('holder-1', 'NOT_WITNESSED', 'daemon.log of holder-1: it waits for the others');
  expect((await stage.witness(task)).releases.size).toBe(0);
  disk(VICTIM).free();

  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.see(task, ({ shreds }) => (shreds.size === 3 ? true : undefined));
  expect((await stage.witness(task)).ignored).toEqual([]);
  await stage.foundClean(task);
  for (const { name, child } of daemons) expect(child.exitCode, name).toBeNull();
  await Promise.all(daemons.map(({ name }) => network.stopDaemon(name)));
});
