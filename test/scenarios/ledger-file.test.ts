/** The ledger of a key holder on its disk: what it holds after a restart, and how it is whole again after a loss. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Ledger, type LedgerEntry } from '../../keyholders/ledger.ts';
import { parseHistory } from '../../keyholders/policy/history-file.ts';
import { Cast, HOLDER } from '../fixtures/policy-tasks.ts';
import { refusal, UNSIGNED_CHECKPOINT } from '../fixtures/trust-parties.ts';

let cast: Cast;
let folder: string;
beforeAll(async () => {
  cast = await Cast.make();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Opens the file anew, as a daemon that starts does. */
function opened<T>(act: (ledger: Ledger) => T): T {
  using ledger = new Ledger(join(folder, 'ledger.db'));
  return act(ledger);
}

const NEVER = () => false;
const released = (): [string, string | null][] =>
  opened(({ entries }) => entries.map(({ task, releasedAt }) => [task, releasedAt]));

test('an approval and a release are there after a restart, with the commitments of the inputs that came', () => {
  const task = cast.propose();
  opened((ledger) => ledger.approve(task, new Date('2026-01-01')));
  expect(opened(({ entries }) => entries)).toMatchObject([
    {
      task: task.id,
      requester: 'registry',
      approvedAt: '2026-01-01T00:00:00.000Z',
      releasedAt: null,
      contributors: ['north', 'south', 'east'].map((party) => ({ party, manifest: null })),
      asked: { table: 'people', output: 'registry', minimumContributors: 2 },
    },
  ]);
  cast.submit(task, ['north', 'south']);
  opened((ledger) => ledger.release(task, new Date('2026-01-02')));
  const manifests = task.inputSet.map(({ digest }) => digest);
  expect(opened(({ entries }) => entries)).toMatchObject([
    {
      approvedAt: '2026-01-01T00:00:00.000Z',
      releasedAt: '2026-01-02T00:00:00.000Z',
      contributors: [
        { party: 'north', manifest: manifests[0] },
        { party: 'south', manifest: manifests[1] },
      ],
    },
  ]);
});

test('what was written first stands', () => {
  const task = cast.propose();
  cast.submit(task);
  const [entry] = opened((ledger) => {
    ledger.release(task, new Date('2026-01-01'));
    ledger.approve(task, new Date('2026-01-03'));
    ledger.release(task, new Date('2026-01-04'));
    return ledger.entries;
  });
  expect(entry).toMatchObject({
    approvedAt: '2026-01-01T00:00:00.000Z',
    releasedAt: '2026-01-01T00:00:00.000Z',
  });
});

test('a ledger that was lost is filled again from the own words in the log', () => {
  const task = cast.propose();
  cast.say(task, 'approval', HOLDER, { plan: task.planDigest, commitment: '00'.repeat(32) });
  opened((ledger) => ledger.follow(task, HOLDER, NEVER));
  expect(released()).toEqual([[task.id, null]]);
  cast.submit(task);
  const digest = '00'.repeat(32);
  const release = {
    evaluation: digest,
    outputs: [digest],
    receiver: 'registry',
    box: { digest, size: 1 },
    opened: digest,
    checkpoint: UNSIGNED_CHECKPOINT,
  };
  cast.say(task, 'release', HOLDER, release);
  opened((ledger) => ledger.follow(task, HOLDER, NEVER));
  expect(released()).toEqual([[task.id, task.releases.get(HOLDER)?.payload.at]]);
});

test('the words of another key holder are not one’s own', () => {
  const task = cast.propose();
  cast.say(task, 'approval', 'holder-2', { plan: task.planDigest, commitment: '00'.repeat(32) });
  opened((ledger) => ledger.follow(task, HOLDER, NEVER));
  expect(released()).toEqual([]);
});

test('a task that ends without a release is closed, and one whose release is in the journal is not', () => {
  const [one, other] = [cast.propose(), cast.propose()];
  for (const task of [one, other]) {
    cast.submit(task);
    opened((ledger) => ledger.release(task, new Date('2026-01-02')));
    cast.say(task, 'abort', 'holder-2', { outcome: 'failed', code: 'EVALUATION_MISMATCH', detail: 'no' });
  }
  opened((ledger) => ledger.follow(one, HOLDER, NEVER));
  opened((ledger) => ledger.follow(other, HOLDER, () => true));
  const ended = opened(({ entries }) => entries.map((entry) => [entry.task, entry.ended, entry.releasedAt]));
  expect(new Map(ended.map(([task, ...rest]) => [task, rest]))).toEqual(
    new Map([
      [one.id, [true, null]],
      [other.id, [false, '2026-01-02T00:00:00.000Z']],
    ]),
  );
});

test('what an operator has accepted holds for the pair of tasks, and for nothing else', () => {
  const about = 'exposes: east';
  opened((ledger) => ledger.accept('a', [{ task: 'b', about }]));
  opened((ledger) => {
    expect(ledger.isAccepted('a', { task: 'b', about })).toBe(true);
    expect(ledger.isAccepted('b', { task: 'a', about })).toBe(true);
    expect(ledger.isAccepted('a', { task: 'c', about })).toBe(false);
    expect(ledger.isAccepted('a', { task: 'b', about: 'exposes: north' })).toBe(false);
  });
});

test('what it prints is a history for a trial, and what is altered is refused', async () => {
  opened((ledger) => ledger.approve(cast.propose(), new Date()));
  const entries = opened((ledger) => ledger.entries);
  expect(parseHistory(JSON.stringify(entries), 'h.json')).toEqual(entries);
  const altered: [string, (entry: LedgerEntry) => object][] = [
    ['0.approvedAt', (entry) => ({ ...entry, approvedAt: 'yesterday' })],
    ['0.asked.table', (entry) => ({ ...entry, asked: { ...entry.asked, table: 1 } })],
    ['Unrecognized key: "more"', (entry) => ({ ...entry, more: 1 })],
  ];
  for (const [where, alter] of altered) {
    const error = await refusal(() => parseHistory(JSON.stringify(entries.map(alter)), 'h.json'), 'USAGE');
    expect(error.message).toContain(where);
  }
  await refusal(() => parseHistory('[', 'h.json'), 'USAGE');
});
