/**
 * Attack 4, further: the aggregator shows different histories to different parties. No release comes of it, since a
 * release needs one checkpoint that all K key holders have cosigned; and whoever is shown both histories has, from then
 * on, a proof that anybody can check, and releases nothing any more.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyEvidenceFile } from '../../clients/evidence-file.ts';
import { openProfile } from '../../transport/profile.ts';
import { ANSWER } from '../fixtures/local-network.ts';
import { attest } from './hostile/attest.ts';
import { Stage } from './hostile/stage.ts';

const TWO_FACED = fileURLToPath(new URL('hostile/two-faced-aggregator.ts', import.meta.url));

const PATIENCE_POLL = { timeout: 300_000 };

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ programs: { aggregator: TWO_FACED } });
});
afterAll(() => stage[Symbol.asyncDispose]());

const evidenceOf = (party: string): string => join(stage.net.folder, party, 'state', 'evidence');

test('nothing is released before all K key holders have cosigned: one of them is away, and comes back', async () => {
  const { network } = stage.net;
  const task = await stage.propose('honest');
  await stage.reached(task, 'COLLECTING');
  await network.stopDaemon('holder-2', 'SIGKILL');
  await stage.submit(task);
  await stage.logged('holder-1', /NOT_WITNESSED/);
  await stage.logged('holder-3', /NOT_WITNESSED/);
  expect((await stage.witness(task)).releases.size).toBe(0);
  expect((await stage.witness(task)).ending).toBeUndefined();
  attest('holder-1', 'NOT_WITNESSED', 'daemon.log of holder-1');
  await network.startDaemon('holder-2');
  expect(await stage.result(task)).toEqual(ANSWER);
});

test('a release that carries a checkpoint which not all have cosigned is refused: NOT_WITNESSED', async () => {
  const { network } = stage.net;
  const task = await stage.propose('honest');
  await stage.reached(task, 'COLLECTING');
  await network.stopDaemon('holder-2', 'SIGKILL');
  await stage.submit(task);
  const { evaluation, evaluatedSize = 0 } = await stage.reached(task, 'EVALUATED');
  const { witnesses } = stage.dial(stage.identity('holder-1'));
  const checkpoint = await witnesses.cosigned({
    size: evaluatedSize,
    witnesses: ['holder-1'],
    waitMs: 30_000,
  });
  expect(checkpoint).toContain('/holder-1 ');
  expect(checkpoint).not.toContain('/holder-2 ');
  const box = await stage.put('holder-1', task, Buffer.from('a share'));
  const release = {
    evaluation: evaluation?.digest ?? '',
    outputs: evaluation?.payload.outputs.map(({ digest }) => digest) ?? [],
    receiver: task.document.parties.output,
    box,
    opened: 'ab'.repeat(32),
    checkpoint,
  };
  const say = () => stage.say(task, 'release', release, { by: 'holder-1' });
  await stage.refused('aggregator', say, 'NOT_WITNESSED');
  await network.startDaemon('holder-2');
  expect(await stage.result(task)).toEqual(ANSWER);
});

test('the aggregator that shows both histories to one who waits leaves a proof with it: LOG_INCONSISTENT', async () => {
  const task = await stage.propose('shows two histories');
  await stage.submit(task);
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', by: 'holder-1', code: 'LOG_INCONSISTENT' });
  expect((await stage.witness(task)).releases.size).toBe(0);

  const [name = ''] = readdirSync(evidenceOf('holder-1'));
  const { digest } = openProfile(stage.net.network.profile('watchdog')).consortium;
  const proven = await verifyEvidenceFile(join(evidenceOf('holder-1'), name), digest);
  expect(proven).toMatchObject({ kind: 'split-history', accused: 'aggregator', code: 'LOG_INCONSISTENT' });
  attest('holder-1', 'LOG_INCONSISTENT', `the two signed checkpoints, ${name}`);

  // The victim sits in a history in which nobody else cosigns.
  await stage.logged('holder-3', new RegExp(`${task.id}[^\n]*NOT_WITNESSED`));
  expect(stage.log('holder-3')).not.toMatch(new RegExp(`${task.id}[^\n]*said release`));
});

test('who has the proof releases nothing any more, also after a restart: LOG_INCONSISTENT', async () => {
  const { network } = stage.net;
  await network.stopDaemon('holder-1', 'SIGKILL');
  const before = stage.log('holder-1').length;
  await network.startDaemon('holder-1');
  expect(readdirSync(evidenceOf('holder-1'))).toHaveLength(1);
  await stage.propose('honest');
  await expect.poll(() => stage.log('holder-1').slice(before), PATIENCE_POLL).toContain('two histories');
  attest('holder-1', 'LOG_INCONSISTENT', 'daemon.log of holder-1, after its restart');
});
