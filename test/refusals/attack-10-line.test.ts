/**
 * Attack 10: somebody on the line between a key holder and the aggregator cuts it again and again, or answers in the
 * aggregator's place; and a party of the consortium floods the aggregator. The others' task is untouched.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGGREGATOR } from '../../clients/network.ts';
import { propose } from '../../clients/requester.ts';
import { BLOBS, BOARD } from '../../transport/contract.ts';
import { readConfig } from '../../transport/profile.ts';
import { serve } from '../../transport/server.ts';
import { identifyBy, serverCredentials } from '../../transport/tls.ts';
import type { TaskLife } from '../../trust/life.ts';
import { CutLine } from '../fixtures/cut-line.ts';
import { ANSWER, INPUTS, RECEIVER } from '../fixtures/local-network.ts';
import { newParty } from '../fixtures/trust-parties.ts';
import { attest } from './hostile/attest.ts';
import { blobOf, Stage } from './hostile/stage.ts';

const LIMITS = { 'proposals-per-hour': 8, 'unfinished-uploads': 3, 'open-streams': 12 };

let stage: Stage;
let line: CutLine;
beforeAll(async () => {
  stage = await Stage.start({
    controller: true,
    limits: LIMITS,
    parties: [{ name: 'west', roles: ['input'] }],
  });
  await stage.net.network.stopDaemon('holder-2');
  line = await CutLine.into(stage.net.network.profile('holder-2'));
  await stage.net.network.startDaemon('holder-2');
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await line[Symbol.asyncDispose]();
});

test('a line that is cut every 600 kB, up or down, delays a key holder and changes nothing', async () => {
  line.cutEvery(600_000);
  const task = await stage.propose('honest');
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.see(task, ({ shreds }) => (shreds.size === 3 ? true : undefined));
  line.cutEvery(Infinity);
  expect(line.cuts).toBeGreaterThanOrEqual(3);
  expect((await stage.witness(task)).ignored).toEqual([]);
  await stage.foundClean(task);
});

test('whoever answers at the address of the aggregator is reported and outlasted: UNAUTHENTICATED', async () => {
  const { network, holders } = stage.net;
  const daemons = holders.map((name) => network.daemons.get(name));
  const task = await stage.propose('honest');
  await stage.reached(task, 'COLLECTING');
  const { consortium } = (await stage.session('watchdog')).profile;
  await network.stopDaemon(AGGREGATOR);
  const impostor = await serve({
    address: readConfig(network.profile(AGGREGATOR)).aggregator,
    credentials: serverCredentials(await newParty(AGGREGATOR, 'aggregator'), consortium),
    identify: identifyBy(() => consortium),
    services: [],
  });
  for (const holder of holders) {
    await stage.logged(holder, /"code":"UNAUTHENTICATED".*does not show the certificate/);
    attest(holder, 'UNAUTHENTICATED', `daemon.log of ${holder}`);
  }
  const { board } = stage.dial(stage.identity('north'));
  await stage.refused(
    'the client of the input party',
    () => board.append(new Uint8Array(10)),
    'UNAUTHENTICATED',
  );
  await impostor.close();
  await network.startDaemon(AGGREGATOR);

  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
  for (const daemon of daemons) expect(daemon?.child.exitCode, daemon?.name).toBeNull();
});

test('a party that floods the aggregator with proposals, uploads and streams is stopped, and it alone: RATE_LIMITED', async () => {
  const task = await stage.propose('honest');
  await stage.reached(task, 'COLLECTING');
  const west = await stage.session('west');
  const own = { input: ['west', 'north'], processing: stage.net.holders, output: RECEIVER };
  const changes = { parties: { ...own, controllers: [] }, disclosure: { 'minimum-contributors': 2 } };
  const flood: TaskLife[] = [];
  const proposals = async (count: number) => {
    for (let i = 0; i < count; i++)
      flood.push(await propose(west, stage.net.task({ ...changes, title: `Flood ${i}` })));
  };
  await stage.refused(AGGREGATOR, () => proposals(LIMITS['proposals-per-hour'] + 1), 'RATE_LIMITED');
  expect(flood).toHaveLength(LIMITS['proposals-per-hour']);

  const { Put } = stage.methods(stage.identity('west'), BLOBS);
  const begin = (i: number) => {
    const { digest, size } = blobOf(new Uint8Array(1_000).fill(i));
    return Put([
      { header: { task: flood[0]?.id ?? '', digest, size, offset: 0 } },
      { chunk: Uint8Array.of(i) },
    ]);
  };
  for (let i = 0; i < LIMITS['unfinished-uploads']; i++) {
    await stage.refused(AGGREGATOR, () => begin(i), 'UNREACHABLE');
  }
  await stage.refused(AGGREGATOR, () => begin(LIMITS['unfinished-uploads']), 'RATE_LIMITED');
  // One that was begun may go on.
  await stage.refused(AGGREGATOR, () => begin(0), 'UNREACHABLE');

  const { Follow } = stage.methods(stage.identity('west'), BOARD);
  const opened: AsyncGenerator[] = [];
  const streams = async () => {
    for (let i = 0; i <= LIMITS['open-streams']; i++) {
      const stream = Follow({ from: 0, tail: true });
      opened.push(stream);
      await stream.next();
    }
  };
  await stage.refused(AGGREGATOR, streams, 'RATE_LIMITED');
  expect(opened.length).toBeGreaterThan(1);

  await stage.submit(task, INPUTS);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
  for (const stream of opened) await stream.return(undefined);
  await (await stage.session('west')).board.refresh();
});
