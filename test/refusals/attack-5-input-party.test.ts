/**
 * Attack 5: an input party that replays, repeats, comes too late, or sends what is no ciphertext of this task.
 * The aggregator refuses it at the door; where it does not, every key holder does before it releases.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submit } from '../../clients/provider.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import type { Blob } from '../../trust/documents.ts';
import type { TaskLife } from '../../trust/life.ts';
import { ANSWER, INPUTS } from '../fixtures/local-network.ts';
import { blobOf, eventually, HOSTILE_AGGREGATOR, PATIENCE, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ programs: { aggregator: HOSTILE_AGGREGATOR }, controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Ciphertexts under the joint key of the task, as an input party makes them. */
async function encrypt(task: TaskLife): Promise<Uint8Array[]> {
  const key = await stage.see(task, (life) => life.jointKey);
  const { board } = await stage.session('watchdog');
  using encryptor = await openEncryptor(task.context, await board.get(key, 'aggregator'), 'north');
  return Array.from({ length: task.plan.ciphertexts }, () => encryptor.encrypt([1n]));
}

/** Signs and hands in a manifest; with `others`, of objects that are on the board already. */
async function hand(by: string, task: TaskLife, ciphertexts: readonly Blob[], key?: string): Promise<number> {
  const joint = (await stage.witness(task)).jointKey?.digest ?? '';
  return stage.say(task, 'manifest', { key: key ?? joint, ciphertexts: [...ciphertexts] }, { by });
}

const upload = (by: string, task: TaskLife, ciphertexts: readonly Uint8Array[]): Promise<Blob[]> =>
  Promise.all(ciphertexts.map((bytes) => stage.put(by, task, bytes)));

const namesOf = async (task: TaskLife): Promise<string[]> => [
  ...(await stage.witness(task)).manifests.keys(),
];

/** What is wrong with a ciphertext, and how to make it so. Words stand behind 113 bytes of header. */
const BAD: readonly [string, (typeof INPUTS)[number], (bytes: Uint8Array) => void][] = [
  ['a word that is not below its prime', 'north', (bytes) => bytes.fill(0xff, 113, 121)],
  ['the parameters of another task', 'south', (bytes) => bytes.fill(0x5a, 16, 48)],
  ['a transparent ciphertext', 'east', (bytes) => bytes.fill(0, 113 + (bytes.length - 113) / 2)],
];

test('what is no ciphertext of the task is refused at the door, and the honest submission still counts', async () => {
  const task = await stage.propose('honest');
  for (const [what, by, spoil] of BAD) {
    const bad = await encrypt(task);
    bad.forEach(spoil);
    const error = await stage.refused(
      'aggregator',
      async () => hand(by, task, await upload(by, task, bad)),
      'CIPHERTEXT_INVALID',
    );
    expect(error.details, what).toHaveProperty('check');
  }
  const key = await stage.see(task, (life) => life.jointKey);
  const short = [{ digest: key.digest, size: task.plan.parameters.ciphertextBytes - 1 }];
  await stage.refused('aggregator', () => hand('north', task, short), 'CIPHERTEXT_INVALID');
  await stage.refused(
    'aggregator',
    async () => hand('north', task, [blobOf(Buffer.from('never sent'))]),
    'CIPHERTEXT_INVALID',
  );
  const absent = { digest: 'ab'.repeat(32), size: task.plan.parameters.ciphertextBytes };
  await stage.refused('aggregator', () => hand('north', task, [absent]), 'NOT_FOUND');
  await stage.refused(
    'aggregator',
    async () => hand('north', task, [absent], 'cd'.repeat(32)),
    'JOINT_KEY_MISMATCH',
  );
  expect(await namesOf(task)).toEqual([]);

  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});

test.each(BAD)(
  '%s that the aggregator lets in is refused by the key holders: CIPHERTEXT_INVALID, and nothing is released',
  async (_what, by, spoil) => {
    const task = await stage.propose('admits anything');
    const bad = await encrypt(task);
    bad.forEach(spoil);
    await stage.submit(
      task,
      INPUTS.filter((party) => party !== by),
    );
    await hand(by, task, await upload(by, task, bad));
    const ending = await stage.ending(task);
    expect(ending).toMatchObject({ phase: 'FAILED', code: 'CIPHERTEXT_INVALID' });
    expect(stage.net.holders).toContain(ending.by);
    const seen = await stage.witness(task);
    expect(seen.manifests.has(by)).toBe(true);
    expect(seen.releases.size).toBe(0);
    await stage.reported(task, by, 'CIPHERTEXT_INVALID');
  },
);

test.each([
  ["replays another's upload", 'DOCUMENT_CONFLICT'],
  ['encrypts under another key', 'JOINT_KEY_MISMATCH'],
] as const)('the client of an input party that %s is refused: %s', async (attack, code) => {
  const task = await stage.propose(attack);
  await stage.submit(task, ['north']);
  const hostile = await stage.hostile('south');
  await stage.refused('aggregator', () => submit(hostile, task.id, stage.net.table('south'), PATIENCE), code);
  expect(await namesOf(task)).toEqual(['north']);
});

test("an input party that replays another's upload, submits twice, or comes after the seal is refused", async () => {
  const task = await stage.propose('honest');
  await stage.submit(task, ['north']);
  const northern = (await stage.witness(task)).manifests.get('north')?.payload.ciphertexts ?? [];
  await stage.refused('aggregator', () => hand('south', task, northern), 'DOCUMENT_CONFLICT');
  await stage.refused(
    'aggregator',
    async () => hand('north', task, await upload('north', task, await encrypt(task))),
    'DOCUMENT_CONFLICT',
  );
  expect(await namesOf(task)).toEqual(['north']);

  const late = (await encrypt(task)).map(blobOf);
  await stage.submit(task, ['south', 'east']);
  await stage.see(task, (life) => life.seal);
  await stage.refused('aggregator', () => hand('south', task, late), 'PHASE_CLOSED');
  expect((await stage.witness(task)).seal?.payload.manifests).toHaveLength(3);
  expect(await stage.result(task)).toEqual(ANSWER);
});

test("another's upload that the aggregator lets in again is ignored by everybody: DOCUMENT_CONFLICT", async () => {
  const task = await stage.propose('admits anything');
  await stage.submit(task, ['north']);
  const northern = (await stage.witness(task)).manifests.get('north')?.payload.ciphertexts ?? [];
  await hand('south', task, northern);
  expect((await stage.ignored(task, 'manifest', 'south')).code).toBe('DOCUMENT_CONFLICT');
  await stage.reported(task, 'aggregator', 'DOCUMENT_CONFLICT');
  expect(await namesOf(task)).toEqual(['north']);
});

test('more than the plan allows is stopped, and a table that breaks the schema is not sent: QUOTA_EXCEEDED, TABLE_INVALID', async () => {
  const task = await stage.propose('honest');
  const { session } = await stage.as('north', task);
  const large = new Uint8Array(task.plan.upload.inputBytes + 1);
  await session.board.put(task.id, large);
  await stage.refused('aggregator', () => session.board.put(task.id, large.fill(1)), 'QUOTA_EXCEEDED');
  const outsider = await stage.as('office', task);
  await stage.refused(
    'aggregator',
    () => outsider.session.board.put(task.id, new Uint8Array(10)),
    'NOT_AUTHORISED',
  );

  const file = join(stage.net.folder, 'bad.csv');
  writeFileSync(file, readFileSync(join(stage.net.folder, 'north.csv'), 'utf8') + '100.01,f\n');
  const error = await stage.refused(
    'the client of the input party',
    () => submit(session, task.id, new Map([['people', file]]), PATIENCE),
    'TABLE_INVALID',
  );
  expect(error.details).toMatchObject({ row: 4, column: 'pay' });
  await eventually(async () => (await stage.witness(task)).phase === 'COLLECTING');
  expect(await namesOf(task)).toEqual([]);
});
