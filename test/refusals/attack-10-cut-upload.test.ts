/** A submission of several megabytes that is cut, by the network, by the aggregator or by the client, goes on where it stopped. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { propose } from '../../clients/requester.ts';
import { submit, type Submission } from '../../clients/provider.ts';
import { ClientProcess } from '../fixtures/client-process.ts';
import { CutLine } from '../fixtures/cut-line.ts';
import { foundAtLast } from '../fixtures/controller.ts';
import { MANY_CELLS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { reached } from '../fixtures/task-story.ts';
import { attest } from './hostile/attest.ts';

test('an upload that is cut twice sends nothing twice that had arrived', async () => {
  await using net = await TestNetwork.start({ controller: true });
  const office = await net.session(RECEIVER);
  const { id, plan } = await propose(office, net.task(MANY_CELLS));
  const size = plan.upload.inputBytes;
  expect(size).toBeGreaterThan(2_000_000);
  const file = join(net.folder, 'north.csv');
  writeFileSync(file, 'pay,area,trade\n12.50,a1,t1\n13.50,a1,t1\n');
  const command = [
    '--profile',
    join(net.folder, 'north'),
    '--json',
    'submit',
    id,
    '--table',
    `people=${file}`,
  ];
  await reached(office, id, ({ phase }) => phase === 'COLLECTING');
  await using line = await CutLine.into(net.network.profile('north'));

  // The line breaks, and the aggregator dies with it and comes back: the client goes on by itself.
  const client = new ClientProcess(command);
  await line.cutAfter(0.4 * size);
  await net.network.stopDaemon('aggregator', 'SIGKILL');
  const second = line.cutAfter(0.3 * size);
  await net.network.startDaemon('aggregator');
  // Then the client is killed as well, and the command is repeated.
  await second;
  expect(await client.kill()).toMatchObject({ code: 'SIGKILL' });
  expect(office.task(id).manifests.size).toBe(0);
  const ended = await new ClientProcess(command).ended;
  expect(ended).toMatchObject({ code: 0 });
  const submission = JSON.parse(ended.stdout) as Submission;
  expect(submission).toMatchObject({ records: 2, bytes: size });
  // What was on its way when the line broke is sent again: a ciphertext for each cut, and the talk about it.
  expect(line.sent).toBeLessThan((1 + 2 / plan.ciphertexts + 0.1) * size);

  const before = line.sent;
  const again = await new ClientProcess(command).ended;
  expect(JSON.parse(again.stdout)).toEqual(JSON.parse(ended.stdout));
  expect(line.sent - before).toBeLessThan(0.1 * size);

  writeFileSync(file, 'pay,area,trade\n99.00,a1,t1\n');
  const north = await net.session('north');
  const other = submit(north, id, new Map([['people', file]]));
  await expect(other).rejects.toMatchObject({ code: 'DOCUMENT_CONFLICT' });
  await reached(office, id, ({ manifests }) => manifests.size === 1);
  expect(office.task(id).manifests.get('north')?.digest).toBe(submission.manifest);
  expect(office.task(id).ignored).toEqual([]);
  expect(await foundAtLast(net, office, id)).toEqual([]);
  attest('the client of the input party', 'DOCUMENT_CONFLICT', 'its answer to another table');
  attest('controller', 'clean', 'its report');
});
