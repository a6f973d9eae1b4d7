/**
 * Records of two registers are linked without either seeing the other's, and statistics are made of those in both; a
 * controller recomputes all of it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPlain } from '../../clients/local-run.ts';
import { fetchResult } from '../../clients/output-party.ts';
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
  LINKED_SEVERAL,
  linkedTable,
  PRODUCTS_ANSWER,
  SEVERAL_WAGES,
} from '../fixtures/linked-task.ts';
import { expectExact, reached } from '../fixtures/task-story.ts';
import { refusal } from '../fixtures/trust-parties.ts';

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

test('several records of a unit: equal to the plaintext where declared, and refused with their rows where not', async () => {
  const office = await net.session(RECEIVER);
  const document = net.task({ ...LINKED_SEVERAL, title: 'Several' });
  const files = new Map(
    LINKED_PARTIES.map((party) => [
      party,
      linkedTable(net, party, party === 'south' ? SEVERAL_WAGES : undefined),
    ]),
  );
  const submitAll = (id: string) =>
    Promise.all(
      [...files].map(async ([party, tables]) =>
        submit(await net.session(party), id, tables, { timeoutMs: 60_000 }),
      ),
    );
  const plain = await runPlain(document, files);
  const first = Object.fromEntries(plain.statistics.map(({ name, rows }) => [name, rows[0]?.value ?? '']));
  // Of 7 and 31, who live in x, the wages 20.50, 30.00, 30.50 and 31.00; two more are of 44.
  expect(first).toMatchObject({ jobs: '6', either: '5', 'wage-in-x': '28.00' });
  const { id } = await propose(office, document);
  await submitAll(id);
  await expectExact(net, id, first);
  expect((await fetchResult(office, id)).document.result).toEqual(plain);

  const undeclared = await propose(office, net.task({ ...LINKED, title: 'Undeclared' }));
  const south = await net.session('south');
  const error = await refusal(
    () => submit(south, undeclared.id, files.get('south') ?? new Map<string, string>()),
    'TABLE_INVALID',
  );
  for (const [row, same] of [
    [4, 2],
    [7, 5],
    [8, 5],
  ] as const) {
    expect(error.message).toContain(
      `row ${row}: has the same key as row ${same}; a key may stand in one row only`,
    );
  }
  await south.catchUp(0);
  expect(south.task(undeclared.id).linkage?.requests.has('south')).toBe(false);
});
