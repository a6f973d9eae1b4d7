/**
 * What a task costs a controller: processor time of its daemon while tasks of three input parties go through their whole
 * life on a local network, and it follows, replays their key ceremonies, validates the inputs and evaluates.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { createNetwork, Network } from '../clients/network.ts';
import { fetchResult } from '../clients/output-party.ts';
import { submit } from '../clients/provider.ts';
import { propose } from '../clients/requester.ts';
import { Session } from '../clients/session.ts';
import { validateTask, type TaskDocument } from '../statistics/task.ts';

export interface ControllerFigures {
  readonly tasks: number;
  readonly cpuSecondsPerTask: number;
  /** With one core for itself. */
  readonly tasksPerMinute: number;
}

const INPUTS = ['north', 'south', 'east'];
const HOLDERS = ['holder-1', 'holder-2', 'holder-3'];
const [OFFICE, WATCHDOG] = ['office', 'watchdog'];
/** Of Linux, `getconf CLK_TCK`: in which /proc counts. */
const TICKS_PER_SECOND = 100;

/** Runs that many tasks one after another, after one that warms up. Linux only. */
export async function measureController(tasks: number): Promise<ControllerFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  try {
    const parties = [
      ...INPUTS.map((name) => ({ name, roles: ['input'] as const })),
      ...HOLDERS.map((name) => ({ name, roles: ['processing'] as const })),
      { name: OFFICE, roles: ['output'] as const },
      { name: WATCHDOG, roles: ['controller'] as const },
    ];
    await createNetwork(folder, { parties, policy: 'automatic' });
    writeFileSync(join(folder, 'people.csv'), 'age\n40\n50\n');
    await using network = await Network.start(folder, HOLDERS, {}, [WATCHDOG]);
    await using office = await Session.open(network.profile(OFFICE));
    await runTask(network, office);
    const before = cpuSeconds(network);
    for (let i = 0; i < tasks; i += 1) await runTask(network, office);
    const cpuSecondsPerTask = (cpuSeconds(network) - before) / tasks;
    return { tasks, cpuSecondsPerTask, tasksPerMinute: 60 / cpuSecondsPerTask };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until the result is there, and the controller has evaluated as well. */
async function runTask(network: Network, office: Session): Promise<void> {
  const task = await propose(office, document());
  for (const party of INPUTS) {
    await using session = office.beside(network.profile(party));
    await submit(session, task.id, new Map([['people', join(network.folder, 'people.csv')]]));
  }
  await fetchResult(office, task.id);
  using state = new DatabaseSync(join(network.folder, WATCHDOG, 'state', 'controller.db'), {
    readOnly: true,
    timeout: 10_000,
  });
  const done = state.prepare(`SELECT 1 FROM done WHERE task = ? AND "check" = 'evaluation'`);
  while (done.get(task.id) === undefined) await sleep(50);
}

/** User and system time of the controller's process so far, all its threads (proc_pid_stat(5), fields 14 and 15). */
function cpuSeconds(network: Network): number {
  const { pid } = network.daemons.get(WATCHDOG)?.child ?? {};
  const stat = readFileSync(`/proc/${pid ?? ''}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function document(): TaskDocument {
  return validateTask({
    strongroom: 'task/1',
    title: 'Mean age',
    purpose: 'A benchmark',
    'legal-basis': 'None: the people are made up',
    retention: 'P1D',
    parties: { input: INPUTS, processing: HOLDERS, output: OFFICE, controllers: [WATCHDOG] },
    tables: { people: { columns: { age: { type: 'integer', min: 0, max: 120 } }, 'max-rows': 1000 } },
    domain: { union: 'people' },
    statistics: [{ name: 'mean-age', statistic: 'mean', of: 'age', decimals: 2 }],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'PT10M', release: 'PT10M' },
    scheme: 'bfv',
  });
}
