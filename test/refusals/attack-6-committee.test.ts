/**
 * Attack 6, first half: committees that keep no secret, and approvals that are replayed or were given for
 * something else. Every key holder refuses for itself, also where the aggregator lets everything through.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson, sha256Hex } from '../../trust/digest.ts';
import { signDocument } from '../../trust/documents.ts';
import { addSignature, encodeEnvelope, parseEnvelope } from '../../trust/envelope.ts';
import { signerOf } from '../../trust/identity.ts';
import type { TaskLife } from '../../trust/life.ts';
import { foundIn } from '../fixtures/controller.ts';
import { ANSWER, INPUTS, RECEIVER } from '../fixtures/local-network.ts';
import { newSigner } from '../fixtures/trust-parties.ts';
import { eventually, HOSTILE_AGGREGATOR, Stage } from './hostile/stage.ts';

const PARTIES = [
  { name: 'twin', roles: ['processing'], organisation: 'Organisation holder-1' },
  { name: 'house-a', roles: ['input'], organisation: 'House' },
  { name: 'house-b', roles: ['input'], organisation: 'House' },
  { name: 'house-c', roles: ['output'], organisation: 'House' },
] as const;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({
    policy: 'operator',
    programs: { aggregator: HOSTILE_AGGREGATOR },
    controller: true,
    parties: PARTIES,
  });
});
afterAll(() => stage[Symbol.asyncDispose]());

const HOLDERS = ['holder-1', 'holder-2', 'holder-3'];
const USUAL = { input: INPUTS, processing: HOLDERS, output: RECEIVER, controllers: ['watchdog'] };
const BAD_COMMITTEES = [
  ['K = 2', { processing: ['holder-1', 'holder-2'] }],
  ['one key holder twice', { processing: ['holder-1', 'holder-2', 'holder-2'] }],
  ['two identities of one organisation among three', { processing: ['holder-1', 'holder-2', 'twin'] }],
  ['two identities of one organisation among four', { processing: [...HOLDERS, 'twin'] }],
  ['one organisation for all inputs and the output', { input: ['house-a', 'house-b'], output: 'house-c' }],
  ['a party outside the consortium', { processing: ['holder-1', 'holder-2', 'stranger'] }],
  ['a controller as key holder', { processing: ['holder-1', 'holder-2', 'watchdog'] }],
] as const;

describe.each(BAD_COMMITTEES)('a task with %s', (_name, parties) => {
  const changes = { parties: { ...USUAL, ...parties }, disclosure: { 'minimum-contributors': 2 } };

  test('is refused by the aggregator: COMMITTEE_INVALID', async () => {
    const { board } = await stage.session(RECEIVER);
    const envelope = await stage.proposal('honest', changes);
    await stage.refused('aggregator', () => board.append(envelope), 'COMMITTEE_INVALID');
  });

  test('is no task to any key holder, also where the aggregator lets it into the log: COMMITTEE_INVALID', async () => {
    const { board } = await stage.session(RECEIVER);
    const envelope = await stage.proposal('admits anything', changes);
    const index = await board.append(envelope);
    const task = sha256Hex(parseEnvelope(envelope).payload);
    for (const holder of HOLDERS) {
      const operator = stage.operator(holder);
      await eventually(async () => (await operator.Status({})).logSize > index);
      expect((await operator.List({})).tasks.map(({ task: id }) => id)).not.toContain(task);
      await stage.refused(holder, () => operator.Approve({ task }), 'NOT_FOUND');
    }
    expect(await stage.stray(index)).toMatchObject({ code: 'COMMITTEE_INVALID' });
    await stage.reportedStray(index, 'COMMITTEE_INVALID');
  });
});

/** The approval of holder-1, as it stands in the log, and a copy that differs in an unknown signature only. */
async function approvalOf(
  task: TaskLife,
): Promise<{ index: number; original: Uint8Array; copy: Uint8Array }> {
  await stage.approve(task, ['holder-1']);
  const { session, task: seen } = await stage.as('holder-1', task);
  const index = seen.entries[1] ?? 0;
  const original = session.board.entry(index);
  return { index, original, copy: addSignature(original, newSigner('stranger')) };
}

test('an approval sent again counts once: DOCUMENT_CONFLICT', async () => {
  const task = await stage.propose('honest');
  const { index, original, copy } = await approvalOf(task);
  const { board } = (await stage.as('holder-1', task)).session;
  expect(await board.append(original)).toBe(index);
  await stage.refused('aggregator', () => board.append(copy), 'DOCUMENT_CONFLICT');
  const again = { plan: task.planDigest, commitment: 'ab'.repeat(32) };
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'approval', again, { by: 'holder-1' }),
    'DOCUMENT_CONFLICT',
  );
  expect([...(await stage.witness(task)).approvals.keys()]).toEqual(['holder-1']);
  // What was refused at the door is not in the log, so there is nothing to find.
  expect(foundIn(stage.net, task.id)).toEqual([]);
});

test('an approval that the aggregator repeats in the log counts once: DOCUMENT_CONFLICT', async () => {
  const task = await stage.propose('admits anything');
  const { copy } = await approvalOf(task);
  await (await stage.as('holder-2', task)).session.board.append(copy);
  const entry = await stage.ignored(task, 'approval', 'holder-1');
  expect(entry.code).toBe('DOCUMENT_CONFLICT');
  expect((await stage.witness(task)).approvals.size).toBe(1);
  await stage.reported(task, 'aggregator', 'DOCUMENT_CONFLICT');
});

test('an approval of one task is none of another: the same bytes stay where they are, others are not signed', async () => {
  const [first, second] = [await stage.propose('honest'), await stage.propose('honest')];
  const { index, original } = await approvalOf(first);
  const { board } = (await stage.as('holder-1', second)).session;
  expect(await board.append(original)).toBe(index);
  const envelope = parseEnvelope(original);
  const payload = JSON.parse(Buffer.from(envelope.payload).toString()) as object;
  const altered = encodeEnvelope({ ...envelope, payload: canonicalJson({ ...payload, task: second.id }) });
  await stage.refused('aggregator', () => board.append(altered), 'SIGNATURE_INVALID');
  const seen = await stage.witness(second);
  expect([seen.phase, seen.approvals.size, seen.entries.length]).toEqual(['PROPOSED', 0, 1]);
});

test('an approval of an altered task or of another plan is refused: NOT_FOUND, DOCUMENT_INVALID', async () => {
  const task = await stage.propose('honest');
  const commitment = 'ab'.repeat(32);
  const { board } = (await stage.as('holder-1', task)).session;
  const proposal = await stage.proposal('honest', { purpose: 'Another purpose' });
  const altered = sha256Hex(parseEnvelope(proposal).payload);
  const header = { by: 'holder-1', at: new Date().toISOString(), seen: board.book.seen };
  const signer = signerOf(stage.identity('holder-1'));
  const unknown = signDocument(
    'approval',
    { ...header, task: altered, plan: task.planDigest, commitment },
    signer,
  );
  await stage.refused('aggregator', () => board.append(unknown), 'NOT_FOUND');
  const content = { plan: 'cd'.repeat(32), commitment };
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'approval', content, { by: 'holder-1' }),
    'DOCUMENT_INVALID',
  );
  expect((await stage.witness(task)).approvals.size).toBe(0);
});

test('an honest task beside all this is exact, and the controller finds nothing in it', async () => {
  const task = await stage.propose('honest');
  await stage.approve(task);
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});
