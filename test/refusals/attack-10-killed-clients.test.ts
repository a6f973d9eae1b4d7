/** The clients are killed in every phase and repeated, as a person would repeat a command that was cut off. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openConsortium } from '../../trust/consortium.ts';
import { parseReceipt } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { propose } from '../../clients/requester.ts';
import { ClientProcess } from '../fixtures/client-process.ts';
import { killingTour, type Victim } from '../fixtures/killing-tour.ts';
import { ANSWER, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { expectExact, submitAs, valuesOf } from '../fixtures/task-story.ts';
import { attest } from './hostile/attest.ts';

/** A command of one party that is started again whenever it has been killed; `last` is the one that may end. */
class Repeated implements Victim {
  last: ClientProcess | undefined;
  readonly #command: (task: string) => readonly string[];

  constructor(command: (task: string) => readonly string[]) {
    this.#command = command;
  }

  async kill(): Promise<void> {
    await this.last?.kill();
  }

  restart(task: string): Promise<void> {
    this.last = new ClientProcess(this.#command(task));
    return Promise.resolve();
  }
}

test('an input party and the output party are killed in every phase', async () => {
  await using net = await TestNetwork.start({ policy: 'operator', controller: true });
  const out = join(net.folder, 'result.json');
  const table = `people=${join(net.folder, 'north.csv')}`;
  const profile = (party: string) => ['--quiet', '--profile', join(net.folder, party)];
  const provider = new Repeated((task) => [...profile('north'), 'submit', task, '--table', table]);
  const receiver = new Repeated((task) => [...profile(RECEIVER), 'result', task, '--out', out]);

  await killingTour(net, [provider, receiver], { without: ['north'] });

  expect(await provider.last?.ended).toMatchObject({ code: 0 });
  expect(await receiver.last?.ended).toMatchObject({ code: 0 });
  const document = JSON.parse(readFileSync(out, 'utf8')) as Parameters<typeof valuesOf>[0];
  expect(valuesOf(document)).toEqual(ANSWER);
  const consortium = openConsortium(readFileSync(join(net.folder, RECEIVER, 'consortium.json')));
  const receipt = parseReceipt(readFileSync(join(net.folder, 'result.receipt.json')));
  expect(verifyReceipt(receipt, consortium.digest).task.shreds.size).toBe(net.holders.length);
  attest('nobody', 'exact', 'the result');
  attest('controller', 'clean', 'its report');
});

test('an input party is killed at each step of its submission', async () => {
  await using net = await TestNetwork.start();
  const { id } = await propose(await net.session(RECEIVER), net.task());
  const submission = ['--profile', join(net.folder, 'north'), 'submit', id];
  const table = ['--table', `people=${join(net.folder, 'north.csv')}`];
  for (const step of ['read', 'encrypt', 'upload']) {
    const cut = new ClientProcess([...submission, ...table]);
    await cut.says(step);
    await cut.kill();
  }
  const ended = await new ClientProcess([...submission, ...table]).ended;
  expect(ended).toMatchObject({ code: 0 });
  await Promise.all(['south', 'east'].map((party) => submitAs(net, party, id)));
  await expectExact(net, id);
  attest('nobody', 'exact', 'the result');
});
