/**
 * Attack 11: somebody asks for more pseudonyms than are its to have, answers wrongly, or swaps what the linkage of
 * records rests on. Nothing is computed, and who did it is named.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyEvidenceFile } from '../../clients/evidence-file.ts';
import { submit, type Submission } from '../../clients/provider.ts';
import type { StrongroomError } from '../../proto/errors.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { GENERATOR, writePoints } from '../../schemes/linkage/p256.ts';
import type { TaskLife } from '../../trust/life.ts';
import { checked } from '../fixtures/controller.ts';
import {
  LINKED,
  LINKED_ANSWER,
  LINKED_PARTIES,
  LINKED_PRODUCTS,
  linkedTable,
  type LinkedParty,
} from '../fixtures/linked-task.ts';
import { attest } from './hostile/attest.ts';
import type { Title } from './hostile/attacks.ts';
import { HOSTILE_AGGREGATOR, HOSTILE_KEY_HOLDER, PATIENCE, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  const programs = { aggregator: HOSTILE_AGGREGATOR, 'holder-3': HOSTILE_KEY_HOLDER };
  stage = await Stage.start({ programs, controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

async function keyed(title: Title): Promise<TaskLife> {
  const task = await stage.propose(title, LINKED);
  await stage.see(task, (life) => (life.linkage?.keys.size === 3 && life.jointKey ? life : undefined));
  return task;
}

async function link(task: TaskLife, party: LinkedParty): Promise<Submission> {
  const { session } = await stage.as(party, task);
  return submit(session, task.id, linkedTable(stage.net, party), PATIENCE);
}

const DIGEST = 'ab'.repeat(32);
const points = (count: number): Uint8Array => writePoints(new Array(count).fill(GENERATOR));

test('an input party that asks for more records than declared, for what is no point, or twice, is refused', async () => {
  const task = await keyed('honest');
  const ask = async (bytes: Uint8Array) =>
    stage.say(task, 'linkage-request', { points: await stage.put('north', task, bytes) }, { by: 'north' });
  await stage.refused('aggregator', () => ask(points(5)), 'LINKAGE_INVALID');
  await stage.refused('aggregator', () => ask(new Uint8Array(64).fill(1)), 'LINKAGE_INVALID');
  await ask(points(2));
  await stage.refused('aggregator', () => ask(points(1)), 'DOCUMENT_CONFLICT');
  const seen = await stage.see(task, (life) =>
    life.linkage?.answersTo('north').size === 3 ? life : undefined,
  );
  expect(seen.linkage?.recordsOf('north')).toBe(2);

  // What holders have answered is all that there is: no list of another length, and none before all have answered.
  const list = async (request: string, bytes: number) =>
    stage.say(
      task,
      'pseudonyms',
      { request, list: await stage.put('north', task, Buffer.alloc(bytes, 7)) },
      { by: 'north' },
    );
  const request = seen.linkage?.requests.get('north')?.digest ?? '';
  await stage.refused('aggregator', () => list(request, 48), 'LINKAGE_INVALID');
  await stage.refused('aggregator', () => list(request, 32), 'LINKAGE_INVALID');
  await stage.refused('aggregator', () => list(DIGEST, 32), 'LINKAGE_INVALID');
});

test('a second request and a fifth point that the aggregator lets in are answered by no key holder', async () => {
  const task = await keyed('answers the linkage wrongly with the aggregator');
  const ask = async (count: number) =>
    stage.say(
      task,
      'linkage-request',
      { points: await stage.put('north', task, points(count)) },
      { by: 'north' },
    );
  await ask(5);
  expect(await stage.ignored(task, 'linkage-request', 'north')).toMatchObject({ code: 'LINKAGE_INVALID' });
  await ask(4);
  await ask(3);
  const seen = await stage.see(task, (life) =>
    life.linkage?.answersTo('north').size === 3 && life.ignored.length === 2 ? life : undefined,
  );
  expect(seen.ignored.map(({ code }) => code)).toEqual(['LINKAGE_INVALID', 'DOCUMENT_CONFLICT']);
  attest('every key holder', 'LINKAGE_INVALID', 'the log, which holds one answer of each');
});

test('a key holder that answers with other products than its own is named, and the task ends', async () => {
  const task = await keyed('answers the linkage wrongly');
  const error = await stage.refused(
    'the client of the input party',
    () => link(task, 'north'),
    'LINKAGE_INVALID',
  );
  expect(error.details).toEqual({ party: 'holder-3' });
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', by: 'north', code: 'LINKAGE_INVALID' });
  expect(ending.detail).toContain('holder-3');
  const { kind } = await stage.reported(task, 'holder-3', 'LINKAGE_INVALID');
  expect(kind).toBe('wrong-linkage');
});

test('the aggregator that swaps a request is caught by a key holder, and an answer by the input party', async () => {
  const asked = await keyed('swaps a linkage request');
  const { session } = await stage.as('north', asked);
  void submit(session, asked.id, linkedTable(stage.net, 'north'), PATIENCE).catch(() => undefined);
  expect(await stage.ending(asked)).toMatchObject({ phase: 'FAILED', code: 'DIGEST_MISMATCH' });

  const answered = await keyed('swaps a linkage answer');
  const error = await stage.refused(
    'the client of the input party',
    () => link(answered, 'north'),
    'DIGEST_MISMATCH',
  );
  // It swaps all answers; the one that is fetched first is noticed.
  expect(stage.net.holders).toContain(error.details['party']);
});

test.each(['lies in the match', 'lies in a number of units'] as const)(
  'the aggregator that %s is caught by the input parties, before they encrypt',
  async (title) => {
    const task = await keyed(title);
    const outcomes = await Promise.allSettled(LINKED_PARTIES.map((party) => link(task, party)));
    const errors = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as StrongroomError] : [],
    );
    // The one that is later may find the task ended.
    expect(errors).toHaveLength(2);
    const first = errors.find(({ code }) => code === 'LINKAGE_INVALID');
    expect(first?.details).toEqual({ party: 'aggregator' });
    const ending = await stage.ending(task);
    expect(ending).toMatchObject({ phase: 'FAILED', code: 'LINKAGE_INVALID' });
    expect((await stage.witness(task)).manifests.size).toBe(0);
    const { kind, evidence } = await stage.reported(task, 'aggregator', 'LINKAGE_INVALID');
    expect(kind).toBe('wrong-match');
    const { digest } = (await stage.session('watchdog')).profile.consortium;
    expect(await verifyEvidenceFile(evidence ?? '', digest)).toMatchObject({ kind, accused: 'aggregator' });
  },
);

test('input parties that go along with a false match get nothing: every key holder matches for itself', async () => {
  const task = await keyed('lies in the match');
  await Promise.all(LINKED_PARTIES.map((party) => pretend(task, party)));
  const life = await stage.see(task, (seen) => (seen.linkage?.match === undefined ? undefined : seen));
  for (const party of LINKED_PARTIES) {
    const { session } = await stage.as(party, task);
    const key = await session.board.get(life.requireJointKey(), 'aggregator');
    using encryptor = await openEncryptor(life.context, key, party);
    const ciphertexts = [];
    for (let i = 0; i < life.plan.ciphertexts; i++) {
      ciphertexts.push(await stage.put(party, task, encryptor.encrypt([1n])));
    }
    const content = {
      key: life.jointKey?.digest ?? '',
      match: life.linkage?.match?.digest ?? '',
      ciphertexts,
    };
    await stage.say(task, 'manifest', content, { by: party });
  }
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', code: 'LINKAGE_INVALID' });
  expect(stage.net.holders).toContain(ending.by);
  expect((await stage.witness(task)).releases.size).toBe(0);
});

/** Asks for a point of its choice and hands in a pseudonym of its choice. */
async function pretend(task: TaskLife, party: LinkedParty): Promise<void> {
  await stage.say(
    task,
    'linkage-request',
    { points: await stage.put(party, task, points(1)) },
    { by: party },
  );
  const seen = await stage.see(task, (life) =>
    life.linkage?.answersTo(party).size === 3 ? life : undefined,
  );
  const request = seen.linkage?.requests.get(party)?.digest ?? '';
  const list = await stage.put(party, task, Buffer.alloc(16, party));
  await stage.say(task, 'pseudonyms', { request, list }, { by: party });
}

test('the aggregator that multiplies other columns than the plan says gets no share: EVALUATION_MISMATCH', async () => {
  const task = await stage.propose('multiplies a column by itself', LINKED_PRODUCTS);
  await Promise.all(LINKED_PARTIES.map((party) => link(task, party)));
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', code: 'EVALUATION_MISMATCH' });
  expect(stage.net.holders).toContain(ending.by);
  expect((await stage.witness(task)).releases.size).toBe(0);
  const { kind, evidence } = await stage.reported(task, 'aggregator', 'EVALUATION_MISMATCH');
  expect(kind).toBe('wrong-evaluation');
  const { digest } = (await stage.session('watchdog')).profile.consortium;
  expect(await verifyEvidenceFile(evidence ?? '', digest)).toMatchObject({ kind, accused: 'aggregator' });
});

test('beside all this an honest task is exact', async () => {
  const task = await stage.propose('honest', LINKED);
  await Promise.all(LINKED_PARTIES.map((party) => link(task, party)));
  expect(await stage.result(task)).toEqual(LINKED_ANSWER);
  for (const check of ['linkage', 'match'] as const)
    expect(await checked(stage.net, task.id, check)).toEqual([]);
  await stage.foundClean(task);
});
