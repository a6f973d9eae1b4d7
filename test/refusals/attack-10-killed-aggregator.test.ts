/** The aggregator is killed in every phase, alone, and with all key holders; the task ends as if nothing had happened. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daemon, killingTour } from '../fixtures/killing-tour.ts';
import { ANSWER } from '../fixtures/local-network.ts';
import { attest } from './hostile/attest.ts';
import { Stage } from './hostile/stage.ts';

/**
 * When nobody is left who remembers. Each one's death in every phase has its own tour, so of all at once those instants
 * are enough at which several have said something that the others wait for; `SLOW=1` tries them all.
 */
const ALL_AT_ONCE =
  process.env['SLOW'] === '1' ? {} : { at: ['KEYING, opened', 'COLLECTING, uploaded', 'RELEASING'] };

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ policy: 'operator', controller: true });
});
afterAll(() => stage[Symbol.asyncDispose]());

test('the aggregator is killed in every phase, then everybody at once', async () => {
  const { net } = stage;
  await killingTour(net, [daemon(net, 'aggregator')]);
  await killingTour(
    net,
    ['aggregator', ...net.holders].map((name) => daemon(net, name)),
    ALL_AT_ONCE,
  );
  attest('nobody', 'exact', 'the result of both tasks');
  attest('controller', 'clean', 'its report on both tasks');
});

test('a key holder that has something to say to an aggregator that is gone still ends when it is told to, and says it later', async () => {
  const { network } = stage.net;
  const task = await stage.propose('honest');
  await stage.known(task, 'holder-2');
  await network.stopDaemon('aggregator', 'SIGKILL');
  await stage.operator('holder-2').Approve({ task: task.id });
  await network.stopDaemon('holder-2');
  expect(await network.daemons.get('holder-2')?.ended).toBe(0);

  await network.startDaemon('aggregator');
  await network.startDaemon('holder-2');
  await stage.approve(
    task,
    stage.net.holders.filter((name) => name !== 'holder-2'),
  );
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  await stage.foundClean(task);
});
