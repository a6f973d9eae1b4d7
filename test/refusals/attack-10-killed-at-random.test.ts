/** Daemons are killed at instants that nobody has chosen. `SLOW=1` does it for longer, `SEED=…` at other instants. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { propose } from '../../clients/requester.ts';
import { foundAtLast } from '../fixtures/controller.ts';
import { INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { expectExact, submitAs } from '../fixtures/task-story.ts';
import { attest } from './hostile/attest.ts';

const SEED = process.env['SEED'] ?? '1';
const TASKS = process.env['SLOW'] === '1' ? 12 : 1;
/** Long enough for a daemon to do something between two of its deaths, short enough to hit every step. */
const LONGEST_PAUSE_MS = 1500;

/** Numbers in [0, 1) that a seed fixes. */
function* fractions(seed: string): Generator<number, never> {
  for (let i = 0; ; i++) {
    yield createHash('sha256').update(`${seed} ${i}`).digest().readUInt32LE() / 2 ** 32;
  }
}

test(`${TASKS} tasks in turn under random SIGKILLs, seed ${SEED}`, async () => {
  await using net = await TestNetwork.start({ controller: true });
  const office = await net.session(RECEIVER);
  const random = fractions(SEED);
  const daemons = ['aggregator', ...net.holders];
  for (let i = 0; i < TASKS; i++) {
    const done = new AbortController();
    const killing = (async () => {
      while (!done.signal.aborted) {
        await sleep(random.next().value * LONGEST_PAUSE_MS);
        const name = daemons[Math.floor(random.next().value * daemons.length)] ?? 'aggregator';
        await net.network.stopDaemon(name, 'SIGKILL');
        await net.network.startDaemon(name);
      }
    })();
    const { id } = await propose(office, net.task());
    await Promise.all(INPUTS.map((party) => submitAs(net, party, id)));
    await expectExact(net, id);
    done.abort();
    await killing;
    expect(await foundAtLast(net, office, id)).toEqual([]);
    attest('nobody', 'exact', 'the result of each task');
    attest('controller', 'clean', 'its report on each task');
  }
}, 600_000);
