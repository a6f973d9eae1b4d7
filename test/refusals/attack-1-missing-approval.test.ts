/**
 * Attack 1: K−1 of the K key holders have approved, and somebody wants a key, an encryption, a count or a
 * decryption all the same.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeJointKey } from '../../bench/joint-key.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { signDocument } from '../../trust/documents.ts';
import { createSigner } from '../../trust/signing-key.ts';
import type { TaskLife } from '../../trust/life.ts';
import { RECEIVER } from '../fixtures/local-network.ts';
import { UNSIGNED_CHECKPOINT } from '../fixtures/trust-parties.ts';
import { blobOf, HOSTILE_AGGREGATOR, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({
    policy: 'operator',
    controller: true,
    programs: { aggregator: HOSTILE_AGGREGATOR },
  });
});
afterAll(() => stage[Symbol.asyncDispose]());

const DIGEST = 'ab'.repeat(32);
const COUNT = { statistics: [{ name: 'people', statistic: 'count' }] };
const SHORTLY = { timeoutMs: 1_500 };

/** What colluders sign who have no key: everything that comes after the last approval. */
function forbidden(task: TaskLife) {
  const message = { digest: DIGEST, size: task.plan.parameters.contributionBytes };
  const ciphertext = { digest: DIGEST, size: task.plan.parameters.ciphertextBytes };
  return {
    contribution: { round: 0, about: '', message },
    'joint-key': { key: message },
    manifest: { key: DIGEST, ciphertexts: [ciphertext] },
    release: {
      evaluation: DIGEST,
      outputs: [DIGEST],
      receiver: RECEIVER,
      box: message,
      opened: DIGEST,
      checkpoint: UNSIGNED_CHECKPOINT,
    },
    delivery: { releases: [DIGEST], result: DIGEST },
    seal: { manifests: [DIGEST] },
  };
}

test('with K−1 approvals there is no key, no encryption, no count and no decryption; with all K there is', async () => {
  const task = await stage.propose('honest', COUNT);
  await stage.approve(task, ['holder-1', 'holder-2']);
  const says = forbidden(task);
  const asHolder = { by: 'holder-1' };
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'contribution', says.contribution, asHolder),
    'NOT_APPROVED',
  );
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'joint-key', says['joint-key'], asHolder),
    'NOT_APPROVED',
  );
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'manifest', says.manifest, { by: 'north' }),
    'NOT_APPROVED',
  );
  await stage.refused('aggregator', () => stage.say(task, 'release', says.release, asHolder), 'PHASE_CLOSED');
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'delivery', says.delivery, { by: RECEIVER }),
    'PHASE_CLOSED',
  );

  const { session } = await stage.as('north', task);
  await stage.refused(
    'the client of the input party',
    () => submit(session, task.id, stage.net.table('north'), SHORTLY),
    'TIMED_OUT',
  );
  const { session: office } = await stage.as(RECEIVER, task);
  await stage.refused('the output party', () => fetchResult(office, task.id, SHORTLY), 'TIMED_OUT');

  const seen = await stage.witness(task);
  expect([...seen.approvals.keys()].sort()).toEqual(['holder-1', 'holder-2']);
  expect([seen.phase, seen.contributions, seen.jointKeys.size]).toEqual(['APPROVING', [], 0]);
  expect(seen.entries).toHaveLength(3);
  expect(seen.ignored).toEqual([]);

  await stage.approve(task, ['holder-3']);
  await stage.submit(task);
  expect(await stage.result(task)).toEqual({ people: '6' });
  await stage.foundClean(task);
});

test('K−1 colluding key holders and the aggregator make a key of their own, and nobody takes it', async () => {
  const task = await stage.propose('admits anything');
  await stage.approve(task, ['holder-1', 'holder-2']);
  const key = await ownKey(task);
  const says = { ...forbidden(task), 'joint-key': { key: blobOf(key) } };
  await stage.put('holder-1', task, key);
  for (const by of ['holder-1', 'holder-2']) {
    await stage.say(task, 'contribution', says.contribution, { by });
    await stage.say(task, 'joint-key', says['joint-key'], { by });
  }
  await stage.say(task, 'joint-key', says['joint-key'], { by: 'aggregator', through: 'holder-1' });
  await stage.say(task, 'manifest', { ...says.manifest, key: blobOf(key).digest }, { by: 'north' });

  const seen = await stage.witness(task);
  expect(seen.ignored.map(({ kind, by, code }) => [kind, by, code])).toEqual([
    ['contribution', 'holder-1', 'NOT_APPROVED'],
    ['joint-key', 'holder-1', 'NOT_APPROVED'],
    ['contribution', 'holder-2', 'NOT_APPROVED'],
    ['joint-key', 'holder-2', 'NOT_APPROVED'],
    ['joint-key', 'aggregator', 'NOT_AUTHORISED'],
    ['manifest', 'north', 'NOT_APPROVED'],
  ]);
  expect([seen.phase, seen.jointKey]).toEqual(['APPROVING', undefined]);
  await stage.reported(task, 'aggregator', 'NOT_APPROVED');

  const { session } = await stage.as('south', task);
  await stage.refused(
    'the client of the input party',
    () => submit(session, task.id, stage.net.table('south'), SHORTLY),
    'TIMED_OUT',
  );
  expect(session.task(task.id).manifests.size).toBe(0);
});

test('the aggregator that forges the missing approval and joint key with a key of its own fools nobody', async () => {
  const task = await stage.propose('admits anything');
  await stage.approve(task, ['holder-1', 'holder-2']);
  const { board } = (await stage.as('holder-1', task)).session;
  const forger = createSigner('holder-3', stage.identity('aggregator').secrets.signingKey);
  const header = { task: task.id, by: 'holder-3', at: new Date().toISOString(), seen: board.book.seen };
  const key = { digest: DIGEST, size: task.plan.parameters.jointKeyBytes };
  const forged = [
    signDocument('approval', { ...header, plan: task.planDigest, commitment: DIGEST }, forger),
    signDocument('joint-key', { ...header, key }, forger),
  ];
  for (const envelope of forged) {
    expect(await stage.stray(await board.append(envelope))).toMatchObject({ code: 'SIGNATURE_INVALID' });
  }
  const seen = await stage.witness(task);
  expect([seen.phase, seen.approvals.size, seen.jointKeys.size]).toEqual(['APPROVING', 2, 0]);
  expect(seen.contributions).toEqual([]);
});

test('the aggregator that seals a task with K−1 approvals ends it: FAILED, and nothing was ever released', async () => {
  const task = await stage.propose('admits anything');
  await stage.approve(task, ['holder-1', 'holder-2']);
  await stage.say(task, 'seal', forbidden(task).seal, { by: 'aggregator', through: 'holder-1' });
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', by: 'aggregator', code: 'PHASE_CLOSED' });
  const seen = await stage.witness(task);
  expect([seen.contributions, seen.jointKeys.size, seen.releases.size]).toEqual([[], 0, 0]);
  await stage.reported(task, 'aggregator', 'PHASE_CLOSED');
});

/** A joint key for this task to which K seeds of one hand contribute. */
async function ownKey(task: TaskLife): Promise<Uint8Array> {
  return (await makeJointKey(task.context)).jointKey;
}
