/**
 * Attack 2: the aggregator has something else decrypted than the result of the sealed inputs. Each key holder
 * evaluates for itself, so nothing is released.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANSWER, RECEIVER } from '../fixtures/local-network.ts';
import { attest } from './hostile/attest.ts';
import { HOSTILE_AGGREGATOR, HOSTILE_KEY_HOLDER, PATIENCE, Stage } from './hostile/stage.ts';
import { payloadType } from '../../trust/documents.ts';
import { canonicalJson } from '../../trust/digest.ts';
import { signEnvelope } from '../../trust/envelope.ts';
import { signerOf } from '../../trust/identity.ts';
import { fetchResult } from '../../clients/output-party.ts';

let stage: Stage;
beforeAll(async () => {
  const programs = { aggregator: HOSTILE_AGGREGATOR, 'holder-3': HOSTILE_KEY_HOLDER };
  stage = await Stage.start({ programs, controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('a key holder that releases a second share is refused, and the task is exact all the same: ALREADY_RELEASED', async () => {
  const task = await stage.propose('honest');
  await stage.submit(task);
  const first = await stage.see(task, (life) => life.releases.get('holder-1'));
  const { evaluation, outputs, receiver, checkpoint } = first.payload;
  const box = await stage.put('holder-1', task, Buffer.from('another share'));
  const second = { evaluation, outputs, receiver, box, opened: 'ab'.repeat(32), checkpoint };
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'release', second, { by: 'holder-1' }),
    'ALREADY_RELEASED',
  );
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'release', second, { by: 'holder-1' }),
    'ALREADY_RELEASED',
  );
});

test.each([
  'evaluates one input',
  'evaluates a subset',
  'counts an input twice',
  'evaluates another task',
] as const)(
  'the aggregator that %s gets no share: the key holders refuse with EVALUATION_MISMATCH',
  async (attack) => {
    const task = await stage.propose(attack);
    await stage.submit(task);
    const ending = await stage.ending(task);
    expect(ending).toMatchObject({ phase: 'FAILED', code: 'EVALUATION_MISMATCH' });
    expect(stage.net.holders).toContain(ending.by);
    const seen = await stage.witness(task);
    expect(seen.seal).toBeDefined();
    expect(seen.evaluation?.payload.by).toBe('aggregator');
    expect(seen.releases.size).toBe(0);
    await stage.reported(task, 'aggregator', 'EVALUATION_MISMATCH');
    await stage.refused(
      'the output party',
      async () => fetchResult(await stage.session(RECEIVER), task.id, PATIENCE),
      'TASK_ENDED',
    );
  },
);

test.each(['seals a subset', 'seals before all have submitted', 'reorders the inputs'] as const)(
  'the aggregator that %s is caught by everybody who reads the log: SEAL_INVALID',
  async (attack) => {
    const task = await stage.propose(attack, { disclosure: { 'minimum-contributors': 2 } });
    await stage.submit(task, ['north', 'south']);
    if (attack !== 'seals before all have submitted') await stage.submit(task, ['east']);
    expect(await stage.ending(task)).toMatchObject({
      phase: 'FAILED',
      by: 'aggregator',
      code: 'SEAL_INVALID',
    });
    const seen = await stage.witness(task);
    expect(seen.ignored).toMatchObject([{ kind: 'seal', by: 'aggregator', code: 'SEAL_INVALID' }]);
    expect([seen.seal, seen.evaluation, seen.releases.size]).toEqual([undefined, undefined, 0]);
    await stage.reported(task, 'aggregator', 'SEAL_INVALID');
  },
);

test('the aggregator that seals early, and dates its seal past the deadline, gets no share: SEAL_INVALID', async () => {
  const task = await stage.propose('seals early and writes a later date', {
    disclosure: { 'minimum-contributors': 2 },
  });
  await stage.submit(task, ['north', 'south']);
  const ending = await stage.ending(task);
  expect(ending).toMatchObject({ phase: 'FAILED', code: 'SEAL_INVALID' });
  expect(stage.net.holders).toContain(ending.by);
  const seen = await stage.witness(task);
  expect([seen.seal === undefined, seen.releases.size]).toEqual([false, 0]);
  await stage.reported(task, 'aggregator', 'SEAL_INVALID');
});

test.each(['asks for one input after a release', 'asks for the same again after a release'] as const)(
  'the aggregator that %s ends the task and gets no second share: PHASE_CLOSED',
  async (attack) => {
    const task = await stage.propose(attack);
    await stage.submit(task);
    expect(await stage.ending(task)).toMatchObject({
      phase: 'FAILED',
      by: 'aggregator',
      code: 'PHASE_CLOSED',
    });
    await stage.see(task, (life) => (life.shreds.size === 3 ? true : undefined));
    const seen = await stage.witness(task);
    const evaluated = seen.evaluation?.payload.outputs.map(({ digest }) => digest);
    for (const release of seen.releases.values()) expect(release.payload.outputs).toEqual(evaluated);
    expect(seen.ignored).toContainEqual(
      expect.objectContaining({ kind: 'evaluation', code: 'PHASE_CLOSED' }),
    );
    await stage.reported(task, 'aggregator', 'PHASE_CLOSED');
  },
);

test('a key holder that releases to another receiver is refused with NOT_AUTHORISED', async () => {
  const task = await stage.propose('names another receiver');
  await stage.submit(task);
  await stage.logged('holder-3', /NOT_AUTHORISED.*not take the release/);
  attest('aggregator', 'NOT_AUTHORISED', 'daemon.log of holder-3');
  await stage.see(task, (life) => (life.releases.size === 2 ? true : undefined));
  expect([...(await stage.witness(task)).releases.keys()].sort()).toEqual(['holder-1', 'holder-2']);
});

test('a key holder that releases to another receiver with the help of the aggregator is ignored by everybody', async () => {
  const task = await stage.propose('names another receiver with the aggregator');
  await stage.submit(task);
  const entry = await stage.ignored(task, 'release', 'holder-3');
  expect(entry).toMatchObject({ code: 'NOT_AUTHORISED' });
  const receiver = (await stage.as(RECEIVER, task)).task;
  expect(receiver.releases.has('holder-3')).toBe(false);
  expect(receiver.delivery).toBeUndefined();
  await stage.reported(task, 'aggregator', 'NOT_AUTHORISED');

  // Nor can the aggregator name one: an evaluation that does is no document.
  const { session } = await stage.as('south', task);
  const payload = {
    task: task.id,
    by: 'aggregator',
    at: new Date().toISOString(),
    seen: session.board.book.seen,
    seal: '0'.repeat(64),
    outputs: [{ digest: '0'.repeat(64), size: 1 }],
    receiver: 'north',
  };
  const signer = signerOf(stage.identity('aggregator'));
  const index = await session.board.append(
    signEnvelope(payloadType('evaluation'), canonicalJson(payload), signer),
  );
  expect(await stage.stray(index)).toMatchObject({ code: 'DOCUMENT_INVALID' });
});
