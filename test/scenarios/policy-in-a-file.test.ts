/** A key holder whose policy is a file of its own: approved without asking within a cap, rejected beyond it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as yaml from 'yaml';
import { fetchResult } from '../../clients/output-party.ts';
import { propose } from '../../clients/requester.ts';
import type { Session } from '../../clients/session.ts';
import type { TaskLife } from '../../trust/life.ts';
import { RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { reached, submitAs } from '../fixtures/task-story.ts';

const POLICY = `
@id("two-a-day")
permit (principal == Party::"${RECEIVER}", action == Action::"approve-automatically", resource)
when { context.history.byRequesterOnDataSet.day < 2 };
`;
const OWN = 'holder-2';

let net: TestNetwork;
let office: Session;
beforeAll(async () => {
  net = await TestNetwork.start();
  const file = net.network.profile(OWN);
  const config = yaml.parse(readFileSync(file, 'utf8')) as object;
  await net.network.stopDaemon(OWN);
  writeFileSync(file, yaml.stringify({ ...config, policy: 'own.cedar' }));
  writeFileSync(join(dirname(file), 'own.cedar'), POLICY);
  await net.network.startDaemon(OWN);
  office = await net.session(RECEIVER);
});
afterAll(() => net[Symbol.asyncDispose]());

const ended = (task: TaskLife): Promise<true> =>
  reached(office, task.id, (life) => life.ending !== undefined || life.phase === 'COLLECTING');

async function delivered(task: TaskLife): Promise<void> {
  await Promise.all(net.task().parties.input.map((party) => submitAs(net, party, task.id)));
  await fetchResult(office, task.id, { timeoutMs: 300_000 });
}

test('two tasks are approved without anybody, the third is rejected by that key holder', async () => {
  for (let i = 0; i < 2; i++) await delivered(await propose(office, net.task()));
  const third = await propose(office, net.task());
  await ended(third).catch(() => undefined);
  expect(third.ending).toEqual({
    phase: 'REJECTED',
    by: OWN,
    code: 'POLICY_REFUSED',
    detail: 'no policy permits it',
  });
});

test('it remembers after a restart, also without its ledger, from what it has signed', async () => {
  await net.network.stopDaemon(OWN, 'SIGKILL');
  for (const part of ['', '-wal', '-shm']) {
    rmSync(join(net.folder, OWN, 'state', `ledger.db${part}`), { force: true });
  }
  await net.network.startDaemon(OWN);
  const fourth = await propose(office, net.task());
  await ended(fourth).catch(() => undefined);
  expect(fourth.ending).toMatchObject({ phase: 'REJECTED', by: OWN });
});

test('a policy that does not fit keeps it from starting', async () => {
  await net.network.stopDaemon(OWN);
  writeFileSync(join(net.folder, OWN, 'own.cedar'), '@id("a")\npermit (principal, action, resource.x);');
  await expect(net.network.startDaemon(OWN)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  const log = readFileSync(join(net.folder, OWN, 'daemon.log'), 'utf8');
  expect(log).toContain('own.cedar:2: ');
});
