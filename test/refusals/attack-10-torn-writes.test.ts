/**
 * Attack 10: writes are torn. Between the death of a process and its next start the ends of its files are cut off,
 * or hold what was never written. What was not finished is done again; what was finished and is lost is noticed.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGGREGATOR } from '../../clients/network.ts';
import { BLOBS } from '../../transport/contract.ts';
import { ANSWER, MANY_CELLS, RECEIVER } from '../fixtures/local-network.ts';
import { attest } from './hostile/attest.ts';
import { blobOf, Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

const stateOf = (party: string, ...path: string[]): string => join(stage.net.folder, party, 'state', ...path);

/** The write-ahead logs of a party's daemon that are there: killed, it has not tidied up. */
const walsOf = (party: string): string[] =>
  readdirSync(stateOf(party))
    .filter((name) => name.endsWith('.db-wal'))
    .map((name) => stateOf(party, name));

/** Kills daemons, does something to their files, and starts them again. */
async function whileDead(parties: readonly string[], act: (party: string) => void): Promise<void> {
  const { network } = stage.net;
  await Promise.all(parties.map((party) => network.stopDaemon(party, 'SIGKILL')));
  parties.forEach(act);
  await Promise.all(parties.map((party) => network.startDaemon(party)));
}

test('half a frame at the end of every write-ahead log is left out, and nothing that was committed is lost', async () => {
  const task = await stage.propose('honest');
  await stage.reached(task, 'COLLECTING');
  await stage.submit(task, ['north']);
  const torn: string[] = [];
  await whileDead([AGGREGATOR, ...stage.net.holders], (party) => {
    for (const wal of walsOf(party)) {
      appendFileSync(wal, randomBytes(2_000));
      torn.push(wal);
    }
  });
  expect(torn.length).toBeGreaterThanOrEqual(4);
  await stage.submit(task, ['south', 'east']);
  expect(await stage.result(task)).toEqual(ANSWER);
  expect((await stage.witness(task)).ignored).toEqual([]);
  await stage.foundClean(task);
});

test('a journal whose last write was torn off after it was acted upon ends the task: JOURNAL_ROLLED_BACK', async () => {
  const victim = 'holder-3';
  const task = await stage.propose('honest');
  await stage.reached(task, 'COLLECTING');
  // Held until all is in its journal that it is going to say before the release, and emptied into the database.
  await stage.net.network.stopDaemon(victim);
  await stage.net.network.startDaemon(victim);
  await stage.submit(task);
  const first = await stage.see(task, ({ releases }) => releases.get(victim));
  const office = await stage.session(RECEIVER);
  expect(office.task(task.id).delivery).toBeUndefined();
  await whileDead([victim], (party) => {
    const wal = stateOf(party, 'journal.db-wal');
    truncateSync(wal, statSync(wal).size - 1);
  });
  expect(await stage.ending(task)).toMatchObject({ by: victim, code: 'JOURNAL_ROLLED_BACK' });
  await stage.see(task, ({ shreds }) => shreds.get(victim));
  expect((await stage.witness(task)).releases.get(victim)?.digest).toBe(first.digest);
  await stage.foundNothing(task);
});

test('an upload whose end was torn off, or never written, is noticed and sent again', async () => {
  const task = await stage.propose('honest', MANY_CELLS);
  await stage.reached(task, 'COLLECTING');
  const object = randomBytes(1_500_000);
  const { digest, size } = blobOf(object);
  const { Put } = stage.methods(stage.identity('north'), BLOBS);
  const half = object.subarray(0, 700_000);
  await stage.refused(
    AGGREGATOR,
    () => Put([{ header: { task: task.id, digest, size, offset: 0 } }, { chunk: half }]),
    'UNREACHABLE',
  );
  const partial = stateOf(AGGREGATOR, 'blobs', 'partial', `${digest}.north`);
  expect(statSync(partial).size).toBe(half.length);
  await whileDead([AGGREGATOR], () => {
    truncateSync(partial, half.length - 100_000);
    truncateSync(partial, half.length);
  });
  await (await stage.session('north')).board.put(task.id, object);
  expect(stage.object(digest).equals(object)).toBe(true);
  attest(AGGREGATOR, 'DIGEST_MISMATCH', 'its answer to the rest; the whole was then sent again');
});
