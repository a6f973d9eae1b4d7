/** `strongroom policy`: trying out a policy on a task, without a network. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Ledger } from '../../keyholders/ledger.ts';
import { strongroom, type Ended } from '../fixtures/client-process.ts';
import { Cast } from '../fixtures/policy-tasks.ts';
import { SMALL_TASK } from '../fixtures/small-task-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const three = file('three.yaml', SMALL_TASK);
const two = file(
  'two.yaml',
  SMALL_TASK.replace('[north, south, east]', '[north, south]').replace('contributors: 3', 'contributors: 2'),
);

const trial = (...args: string[]): Promise<Ended> => strongroom(['policy', 'test', ...args]);
async function json(...args: string[]): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await strongroom(['--json', 'policy', 'test', ...args]);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

test('the three verdicts in words, and the exit code of a rejection', async () => {
  const approved = await trial('--policy', 'automatic', '--task', three);
  expect(approved).toMatchObject({ code: 0, stderr: '' });
  expect(approved.stdout).toContain('approves by itself: automatic: every valid task is approved');
  const asked = await trial('--policy', 'operator', '--task', three);
  expect(asked).toMatchObject({ code: 0, stderr: '' });
  expect(asked.stdout).toContain('the operator decides: operator-decides');
  const rejected = await trial('--policy', 'operator', '--task', two, '--after', three);
  expect(rejected).toMatchObject({ code: 3, stderr: '' });
  expect(rejected.stdout).toContain('rejects: one-party-exposed: ');
  expect(rejected.stdout).toContain('DIFFERENCING RISK');
});

test('for programs: the policies that determined it, and all that they saw', async () => {
  const own = file(
    'own.cedar',
    '@id("by-office") @reason("the office may") permit (principal == Party::"office", action, resource);',
  );
  expect(await json('--policy', own, '--task', three)).toMatchObject({
    verdict: 'approve',
    reason: 'by-office: the office may',
    policies: [{ id: 'by-office', effect: 'permit', reason: 'the office may' }],
    risks: [],
    task: { table: 'people', inputCount: 3 },
    context: { stage: 'approval', keyHolder: { __entity: { type: 'Party', id: 'holder-1' } } },
  });
  expect(await json('--policy', own, '--task', three, '--requester', 'north')).toMatchObject({
    verdict: 'reject',
    reason: 'no policy permits it',
    policies: [],
  });
});

test('as before the release, when an input is missing', async () => {
  const missing = ['--after', three, '--contributor', 'north', '--contributor', 'east'];
  expect(await json('--policy', 'operator', '--task', three, ...missing)).toMatchObject({
    verdict: 'reject',
    context: { stage: 'release', contributorCount: 2 },
  });
});

test("a key holder's own ledger as the history of a trial", async () => {
  const cast = await Cast.make();
  const earlier = cast.propose();
  cast.submit(earlier);
  const config = `aggregator: 127.0.0.1:1\nconsortium: { digest: "${'00'.repeat(32)}" }\nstate: .\n`;
  file('strongroom.yaml', config);
  const none = await strongroom(['--profile', folder, 'policy', 'history']);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('[NOT_FOUND]');
  const ledger = new Ledger(join(folder, 'ledger.db'));
  ledger.release(earlier, new Date());
  // The daemon has it open meanwhile.
  const printed = await strongroom(['--profile', folder, 'policy', 'history']);
  ledger[Symbol.dispose]();
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  const history = file('history.json', printed.stdout);
  const verdict = await json('--policy', 'operator', '--task', two, '--history', history);
  expect(verdict).toMatchObject({ verdict: 'reject' });
  expect(verdict['reason']).toContain(earlier.id.slice(0, 16));
});

test('what is wrong is told with its place', async () => {
  const wrong = file(
    'wrong.cedar',
    '@id("a")\npermit (principal, action, resource)\nwhen { resource.sells > 1 };',
  );
  const ended = await trial('--policy', wrong, '--task', three);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(`${wrong}:3: attribute \`sells\` on entity type \`Task\` not found`);
  expect((await trial('--policy', 'operator', '--task', join(folder, 'no.yaml'))).stderr).toContain(
    '[NOT_FOUND]',
  );
  expect((await trial('--policy', 'operator', '--task', three, '--contributor', 'west')).stderr).toContain(
    '[USAGE]',
  );
  expect((await trial('--task', three)).code).toBe(2);
});
