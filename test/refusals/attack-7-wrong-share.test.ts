/**
 * Attack 7: a key holder releases a wrong share. The result is void before any of it is used; with RLWE nobody
 * can tell from the shares alone whose it was.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyEvidenceFile } from '../../clients/evidence-file.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { ANSWER, RECEIVER } from '../fixtures/local-network.ts';
import { SmallDisk } from '../fixtures/small-disk.ts';
import { refusal } from '../fixtures/trust-parties.ts';
import { attest } from './hostile/attest.ts';
import { HOSTILE_KEY_HOLDER, PATIENCE, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ programs: { 'holder-3': HOSTILE_KEY_HOLDER }, controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('a wrong share voids the result at the output party, which acknowledges nothing: SHARE_INVALID', async () => {
  const task = await stage.propose('releases a wrong share');
  await stage.submit(task);
  const { session } = await stage.as(RECEIVER, task);
  await stage.refused('the output party', () => fetchResult(session, task.id, PATIENCE), 'SHARE_INVALID');
  const seen = await stage.witness(task);
  expect([seen.releases.size, seen.delivery]).toEqual([3, undefined]);
  // The shares are sealed to the output party: a controller sees K releases, and cannot tell.
  await stage.foundClean(task);
});

test('with ckks it does so too: SHARE_INVALID', async () => {
  const task = await stage.propose('releases a wrong share', { scheme: 'ckks' });
  await stage.submit(task);
  const { session } = await stage.as(RECEIVER, task);
  await stage.refused('the output party', () => fetchResult(session, task.id, PATIENCE), 'SHARE_INVALID');
  expect((await stage.witness(task)).delivery).toBeUndefined();
});

test('a share for another ciphertext names its holder, and the output party keeps the proof for everybody', async () => {
  const task = await stage.propose('releases a share for another ciphertext');
  await stage.submit(task);
  const { session } = await stage.as(RECEIVER, task);
  const fetched = () => fetchResult(session, task.id, PATIENCE);

  // Where the proof cannot be written, the refusal and its name are told all the same.
  const folder = join(session.profile.state, 'evidence');
  mkdirSync(folder, { recursive: true });
  {
    using disk = SmallDisk.under(folder, 64 * 1024);
    disk?.fill();
    if (disk === undefined) inTheWay(folder);
    const unwritten = await stage.refused('the output party', fetched, 'CIPHERTEXT_INVALID');
    expect(unwritten.details).toMatchObject({ party: 'holder-3' });
    expect(unwritten.details).not.toHaveProperty('evidence');
    if (disk !== undefined) expect(readdirSync(folder)).toEqual(['filler']);
  }
  rmSync(folder, { recursive: true });

  const { details } = await stage.refused('the output party', fetched, 'CIPHERTEXT_INVALID');
  expect(details).toMatchObject({ party: 'holder-3' });
  const file = String(details['evidence']);
  const { digest } = session.profile.consortium;
  expect(await verifyEvidenceFile(file, digest)).toMatchObject({ kind: 'wrong-share', accused: 'holder-3' });
  attest(
    'whoever is shown the proof',
    'CIPHERTEXT_INVALID',
    `evidence ${basename(file)}: wrong-share of holder-3`,
  );

  // The holder's share as another's, and an honest share as this one's, prove nothing.
  const evidence = readFileSync(file, 'utf8');
  for (const altered of [
    evidence.replace('"accused": "holder-3"', '"accused": "holder-2"'),
    flipped(evidence),
  ]) {
    expect(altered).not.toBe(evidence);
    writeFileSync(file, altered);
    await refusal(() => verifyEvidenceFile(file, digest), 'EVIDENCE_INVALID');
  }
  expect((await stage.witness(task)).delivery).toBeUndefined();
});

/** Where no small disk can be mounted: a file where the folder should be. */
function inTheWay(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
}

/** With one letter of the last object exchanged. */
function flipped(evidence: string): string {
  const at = evidence.lastIndexOf('A');
  return `${evidence.slice(0, at)}B${evidence.slice(at + 1)}`;
}

test('an honest task with the same key holder is untouched', async () => {
  const task = await stage.propose('honest');
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});
