/**
 * A task under threshold Paillier between real daemons: the key is made without a dealer, a key holder is killed in
 * the middle of the ceremony and comes back, and the result is exact.
 */
import { expect, test } from 'vitest';
import { propose } from '../../clients/requester.ts';
import type { TaskLife } from '../../trust/life.ts';
import { summary } from '../../trust/summary.ts';
import { checked } from '../fixtures/controller.ts';
import { INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { expectExact, submitAs } from '../fixtures/task-story.ts';

/** The round in which candidates are drawn: every later one rests on it. */
const CANDIDATES = 2;

test('a holder that dies in the search for the key goes on with it when it is back', async () => {
  await using net = await TestNetwork.start({ controller: true });
  const office = await net.session(RECEIVER);
  const { id } = await propose(office, net.task({ scheme: 'paillier' }));
  const heard = new Set<string>();
  const until = (ready: (task: TaskLife) => boolean) =>
    office.until(id, (task) => (ready(task) ? true : undefined), {
      onChange: (task) => heard.add(summary(task).progress),
    });

  await until(({ contributions }) => contributions[CANDIDATES]?.has('holder-2') === true);
  await net.network.stopDaemon('holder-2', 'SIGKILL');
  await net.network.startDaemon('holder-2');
  await until(({ jointKey }) => jointKey !== undefined);
  expect([...heard]).toContainEqual(
    expect.stringMatching(/; \d+ candidates tried, \d+ expected \(round \d+, \d+ s\)$/),
  );

  const { contributions, commitments, plan } = office.task(id);
  expect(plan.scheme).toBe('paillier');
  for (const [round, said] of contributions.entries()) {
    const committed = commitments[round];
    expect(round === 0 || committed?.size === said.size, `round ${round} is committed to`).toBe(true);
  }

  for (const party of INPUTS) await submitAs(net, party, id);
  await expectExact(net, id);
  // Its controller has replayed the ceremony, verified every proof and evaluated for itself.
  for (const check of ['key', 'evaluation'] as const) expect(await checked(net, id, check)).toEqual([]);
});
