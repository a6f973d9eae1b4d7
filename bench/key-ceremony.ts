/**
 * How long the key ceremony of a Paillier task takes between the real daemons of one machine: an aggregator and K key
 * holders as processes, all their traffic on loopback, from the last approval to the joint key that all have signed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, Network } from '../clients/network.ts';
import { cancel, propose } from '../clients/requester.ts';
import { Session } from '../clients/session.ts';
import { validateTask, type TaskDocument } from '../statistics/task.ts';
import type { TaskLife } from '../trust/life.ts';

export interface KeyCeremonyRun {
  readonly seconds: number;
  readonly candidates: number;
  /** What each holder sends to the aggregator, and fetches from it: the messages, without the documents about them. */
  readonly sentBytes: readonly number[];
  readonly fetchedBytes: readonly number[];
}

export interface KeyCeremonyFigures {
  readonly modulusBits: number;
  readonly holders: number;
  readonly runs: readonly KeyCeremonyRun[];
  readonly meanSeconds: number;
  readonly expectedCandidates: number;
}

/** Runs that many ceremonies one after another, on one network. */
export async function measureKeyCeremony(
  { modulusBits, holders: k, runs }: { modulusBits: number; holders: number; runs: number },
  onRun: (run: KeyCeremonyRun, index: number) => void = () => undefined,
): Promise<KeyCeremonyFigures> {
  const holders = Array.from({ length: k }, (_, i) => `holder-${i + 1}`);
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  try {
    const parties = [
      ...INPUTS.map((name) => ({ name, roles: ['input'] as const })),
      ...holders.map((name) => ({ name, roles: ['processing'] as const })),
      { name: OFFICE, roles: ['output'] as const },
    ];
    await createNetwork(folder, { parties, policy: 'automatic' });
    await using network = await Network.start(folder, holders);
    await using office = await Session.open(network.profile(OFFICE));
    const done: KeyCeremonyRun[] = [];
    let expectedCandidates = 0;
    for (let index = 0; index < runs; index += 1) {
      const task = await propose(office, taskFor(holders, modulusBits));
      await office.until(task.id, (life) => life.jointKey);
      const run = figuresOf(task);
      expectedCandidates = task.plan.scheme === 'paillier' ? task.plan.parameters.expectedCandidates : 0;
      await cancel(office, task, 'the key was all that was wanted');
      await office.until(task.id, (life) => life.shreds.size === k || undefined).catch(() => undefined);
      done.push(run);
      onRun(run, index);
    }
    const meanSeconds = done.reduce((sum, { seconds }) => sum + seconds, 0) / runs;
    return { modulusBits, holders: k, runs: done, meanSeconds, expectedCandidates };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const INPUTS = ['north', 'south', 'east'];
const OFFICE = 'office';

function taskFor(holders: readonly string[], modulusBits: number): TaskDocument {
  return validateTask({
    strongroom: 'task/1',
    title: 'A key',
    purpose: 'A benchmark',
    'legal-basis': 'None: there are no data',
    retention: 'P1D',
    parties: { input: INPUTS, processing: holders, output: OFFICE },
    tables: { people: { columns: { age: { type: 'integer', min: 0, max: 120 } }, 'max-rows': 1 } },
    domain: { union: 'people' },
    statistics: [{ name: 'people', statistic: 'count' }],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'PT1H', release: 'PT10M' },
    scheme: 'paillier',
    security: { 'modulus-bits': modulusBits },
  });
}

/** By the clocks of the signers, which are one clock here. */
function figuresOf(task: TaskLife): KeyCeremonyRun {
  const times = (documents: Iterable<{ payload: { at: string } }>) =>
    [...documents].map(({ payload }) => Date.parse(payload.at));
  const approved = Math.max(...times(task.approvals.values()));
  const made = Math.max(...times(task.jointKeys.values()));
  const sentBytes = task.holders.map((holder) =>
    task.contributions.reduce((sum, round) => sum + (round.get(holder)?.payload.message.size ?? 0), 0),
  );
  const all = sentBytes.reduce((sum, bytes) => sum + bytes, 0);
  return {
    seconds: (made - approved) / 1000,
    candidates: Number(/(\d+) candidates tried/.exec(task.ceremony?.about ?? '')?.[1] ?? 0),
    sentBytes,
    fetchedBytes: sentBytes.map((own) => all - own),
  };
}
