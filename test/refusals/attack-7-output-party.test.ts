/**
 * Attack 7, from the other side: the output party takes what is not its to take, or acknowledges what it has not
 * got, so that the shares are destroyed for nothing or a false result is vouched for.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchResult, receiptOf } from '../../clients/output-party.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { ANSWER, RECEIVER } from '../fixtures/local-network.ts';
import { PATIENCE, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage[Symbol.asyncDispose]());

test('the output party fetches no input and no part of the key: NOT_AUTHORISED; its honest task is exact', async () => {
  const task = await stage.propose('honest');
  await stage.submit(task, ['north']);
  const seen = await stage.witness(task);
  const { board } = (await stage.as(RECEIVER, task)).session;
  const [input] = seen.manifests.get('north')?.payload.ciphertexts ?? [];
  const part = seen.contributions[0]?.get('holder-1')?.payload.message;
  for (const blob of [input, part]) {
    if (blob === undefined) throw new Error('the log names it');
    await stage.refused('aggregator', () => board.get(blob, 'north'), 'NOT_AUTHORISED');
  }
  await stage.submit(task, ['south', 'east']);
  expect(await stage.result(task)).toEqual(ANSWER);
});

test.each(['acknowledges before all have released', 'names one release for all'] as const)(
  'the output party that %s is refused: DOCUMENT_INVALID, and the shares live on',
  async (attack) => {
    const task = await stage.propose(attack);
    await stage.submit(task);
    const hostile = await stage.hostile(RECEIVER);
    await stage.refused('aggregator', () => fetchResult(hostile, task.id, PATIENCE), 'DOCUMENT_INVALID');
    const seen = await stage.witness(task);
    expect([seen.phase, seen.delivery, seen.shreds.size]).toEqual(['RELEASING', undefined, 0]);
  },
);

test('the output party that acknowledges another result vouches for none, nor for an altered one: DOCUMENT_CONFLICT, RECEIPT_INVALID', async () => {
  const task = await stage.propose('acknowledges another result');
  await stage.submit(task);
  const hostile = await stage.hostile(RECEIVER);
  await stage.refused('its own client', () => fetchResult(hostile, task.id, PATIENCE), 'DOCUMENT_CONFLICT');
  expect((await stage.witness(task)).delivery).toBeDefined();

  const honest = await stage.propose('honest');
  await stage.submit(honest);
  const { session } = await stage.as(RECEIVER, honest);
  const delivered = await fetchResult(session, honest.id, PATIENCE);
  const altered = structuredClone(delivered.document);
  const row = altered.result.statistics[0]?.rows[0];
  if (row === undefined) throw new Error('there is a result');
  Object.assign(row, { value: '7' });
  const { digest } = session.profile.consortium;
  const receiptFor = (document: typeof altered) =>
    receiptOf(session, session.task(honest.id), { ...delivered, document });
  verifyReceipt(receiptFor(delivered.document), digest);
  const verify = () => verifyReceipt(receiptFor(altered), digest);
  await stage.refused('whoever verifies the receipt', verify, 'RECEIPT_INVALID');
});
