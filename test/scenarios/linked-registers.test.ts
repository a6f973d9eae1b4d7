/**
 * Records of two registers are linked without either seeing the other's, and statistics are made of those in both; a
 * controller recomputes all of it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import type { Blob } from '../../trust/documents.ts';
import type { TaskLife } from '../../trust/life.ts';
import { checked, foundIn } from '../fixtures/controller.ts';
import { RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import {
  LINKED,
  LINKED_ANSWER,
  LINKED_PARTIES,
  LINKED_PRODUCTS,
  linkedTable,
  PRODUCTS_ANSWER,
} from '../fixtures/linked-task.ts';
import { expectExact, reached } from '../fixtures/task-story.ts';

let net: TestNetwork;
beforeAll(async () => {
  net = await TestNetwork.start({ controller: true });
});
afterAll(() => net[Symbol.asyncDispose]());

async function run(
  title: string,
  statistics = LINKED['statistics'],
  answer: Record<string, string> = LINKED_ANSWER,
): Promise<TaskLife> {
  const office = await net.session(RECEIVER);
  const { id } = await propose(office, net.task({ ...LINKED, title, statistics }));
  await Promise.all(
    LINKED_PARTIES.map(async (party) => {
      const session = await net.session(party);
      await submit(session, id, linkedTable(net, party), { timeoutMs: 300_000 });
    }),
  );
  await expectExact(net, id, answer);
  const watchdog = await net.session('watchdog');
  await reached(watchdog, id, ({ phase }) => phase === 'SHREDDED');
  return watchdog.task(id);
}

test('columns of two registers are multiplied, and nothing but the statistics is opened', async () => {
  const task = await run('Products', LINKED_PRODUCTS['statistics'], PRODUCTS_ANSWER);
  expect(task.plan.depth).toBe(1);
  // A controller replays the ceremony with its relinearisation key, checks the proofs, matches, and multiplies.
  for (const check of ['key', 'linkage', 'match', 'evaluation'] as const)
    expect(await checked(net, task.id, check)).toEqual([]);
  expect(foundIn(net, task.id)).toEqual([]);
});

test('two tasks over the same registers: the same answer, and no pseudonym in common', async () => {
  const [first, second] = [await run('First'), await run('Second')];
  for (const task of [first, second]) {
    expect(task.linkage?.match?.payload).toMatchObject({ records: 3, union: 5, counts: [1] });
  }
  const watchdog = await net.session('watchdog');
  const listsOf = (task: TaskLife): Promise<Uint8Array[]> =>
    Promise.all(
      LINKED_PARTIES.map((party) => {
        const blob: Blob | undefined = task.linkage?.lists.get(party)?.payload.list;
        if (blob === undefined) throw new Error(`no pseudonyms of ${party}`);
        return watchdog.board.get(blob, party);
      }),
    );
  const pseudonyms = (lists: readonly Uint8Array[]): Set<string> =>
    new Set(lists.flatMap((list) => Buffer.from(list).toString('hex').match(/.{32}/g) ?? []));
  const [a, b] = [pseudonyms(await listsOf(first)), pseudonyms(await listsOf(second))];
  expect([a.size, b.size, a.union(b).size]).toEqual([5, 5, 10]);
});
