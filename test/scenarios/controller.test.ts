/**
 * A controller's daemon on an honest network: it is killed and goes on, another one joins when all is over, and both
 * find everything clean; its screen and its metrics tell.
 */
import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../clients/network.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { authorise } from '../../transport/authorisation.ts';
import { ClientProcess } from '../fixtures/client-process.ts';
import { checked, foundIn } from '../fixtures/controller.ts';
import { INPUTS, RECEIVER, TestNetwork, WATCHDOG } from '../fixtures/local-network.ts';
import { expectExact, reached, submitAs } from '../fixtures/task-story.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const LATECOMER = 'latecomer';

let net: TestNetwork;
let metrics: string;
beforeAll(async () => {
  net = await TestNetwork.start({ controller: true, parties: [{ name: LATECOMER, roles: ['controller'] }] });
  metrics = `127.0.0.1:${await freePort()}`;
});
afterAll(() => net[Symbol.asyncDispose]());

let id = '';

test('one that is killed in the middle of a task goes on with it, and finds it clean', async () => {
  const office = await net.session(RECEIVER);
  const parties = { ...net.task().parties, controllers: [WATCHDOG, LATECOMER] };
  ({ id } = await propose(office, net.task({ parties })));
  await submitAs(net, 'north', id);
  expect(await checked(net, id, 'key')).toEqual([]);
  await net.network.stopDaemon(WATCHDOG, 'SIGKILL');
  for (const party of INPUTS.slice(1)) {
    await submit(await net.session(party), id, net.table(party), { timeoutMs: 300_000 });
  }
  await reached(office, id, ({ evaluation }) => evaluation !== undefined);
  appendFileSync(net.network.profile(WATCHDOG), `metrics: ${metrics}\n`);
  await net.network.startDaemon(WATCHDOG);
  expect(await checked(net, id, 'evaluation')).toEqual([]);
  await expectExact(net, id);
  expect(foundIn(net, id)).toEqual([]);
});

test('its metrics are for Prometheus, and under no other host name', async () => {
  const text = await (await fetch(`http://${metrics}/metrics`)).text();
  // The key was checked before it was killed, the evaluation after.
  expect(text).toContain('strongroom_controller_checks_total{check="key"} 1');
  expect(text).toContain('strongroom_controller_checks_total{check="evaluation"} 1');
  expect(text).toMatch(/^strongroom_controller_log_entries \d{2}$/m);
  const [, port] = metrics.split(':');
  expect((await fetch(`http://localhost:${port ?? ''}/metrics`)).status).toBe(404);
});

test('one that joins when all is over reads the log from its first entry, and says so for programs', async () => {
  const late = new ClientProcess(['--json', 'controller', '--config', net.network.profile(LATECOMER)]);
  await late.says('"check":"evaluation"');
  expect(await checked(net, id, 'evaluation', { party: LATECOMER })).toEqual([]);
  const { code, stdout } = await late.kill('SIGTERM');
  const said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(code).toBe(0);
  expect(said[0]).toHaveProperty('ready');
  for (const check of ['key', 'evaluation']) {
    expect(said).toContainEqual({
      checked: expect.objectContaining({ task: id, check, findings: 0 }) as unknown,
    });
  }
});

test('a controller has no method that writes', async () => {
  const caller = { party: WATCHDOG, roles: ['controller'] as const };
  for (const method of ['BoardService/Append', 'BlobService/Put']) {
    await refusal(() => authorise(`/strongroom.v1.${method}`, caller), 'NOT_AUTHORISED');
  }
  const session = await net.session(WATCHDOG);
  const task = session.task(id);
  const said = session.sign(task, 'abort', {
    outcome: 'failed',
    code: 'TASK_ENDED',
    detail: 'a controller says so',
  });
  await refusal(() => session.board.append(said), 'NOT_AUTHORISED');
  await refusal(() => session.board.put(id, new Uint8Array(10)), 'NOT_AUTHORISED');
});
