/** Ten tasks at once on one network, each over other records: every one of them is exact. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runPlain } from '../../clients/local-run.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { reached } from '../fixtures/task-story.ts';

test('ten tasks side by side do not disturb each other', async () => {
  await using net = await TestNetwork.start();
  const office = await net.session(RECEIVER);
  const sessions = await Promise.all(INPUTS.map((party) => net.session(party)));
  await Promise.all(
    Array.from({ length: 10 }, async (_, number) => {
      const document = net.task({ title: `Task ${number}` });
      const files = new Map(INPUTS.map((party) => [party, tableOf(net.folder, party, number)]));
      const { id, entries } = await propose(office, document);
      await Promise.all(
        sessions.map(async (session) => {
          await session.catchUp(entries[0] ?? 0);
          await submit(session, id, files.get(session.name) ?? new Map());
        }),
      );
      const { result } = (await fetchResult(office, id)).document;
      expect(result).toEqual(await runPlain(document, files));
      expect(result.statistics[0]?.rows[0]?.value).toBe(String(3 * (number + 1)));
      await reached(office, id, ({ phase }) => phase === 'SHREDDED');
      expect(office.task(id).ignored).toEqual([]);
    }),
  );
});

/** The records of a party for one of the tasks, written to a file. */
function tableOf(folder: string, party: string, number: number): ReadonlyMap<string, string> {
  const rows = Array.from({ length: number + 1 }, (_, i) => `${10 + number}.${10 + i + party.length},f\n`);
  const file = join(folder, `${party}-${number}.csv`);
  writeFileSync(file, `pay,sex\n${rows.join('')}`);
  return new Map([['people', file]]);
}
