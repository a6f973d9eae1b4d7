/**
 * What a task costs a controller: processor time of its daemon while tasks of three input parties go through their whole
 * life on a local network, and it follows, replays their key ceremonies, validates the inputs and evaluates.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Network } from '../clients/network.ts';
import { WATCHDOG, withNetwork, type Scheme } from './local-tasks.ts';

export interface ControllerFigures {
  readonly scheme: Scheme;
  readonly tasks: number;
  readonly cpuSecondsPerTask: number;
  /** With one core for itself. */
  readonly tasksPerMinute: number;
}

/** Of Linux, `getconf CLK_TCK`: in which /proc counts. */
const TICKS_PER_SECOND = 100;

/** Runs that many tasks one after another, after a BFV task that warms up. Linux only. */
export function measureController(tasks: number, scheme: Scheme): Promise<ControllerFigures> {
  return withNetwork([WATCHDOG], async (network, run) => {
    await evaluated(network, await run('bfv'));
    const before = cpuSeconds(network);
    for (let i = 0; i < tasks; i += 1) await evaluated(network, await run(scheme));
    const cpuSecondsPerTask = (cpuSeconds(network) - before) / tasks;
    return { scheme, tasks, cpuSecondsPerTask, tasksPerMinute: 60 / cpuSecondsPerTask };
  });
}

/** Until the controller has evaluated as well, and has recomputed the key before that. */
async function evaluated(network: Network, task: string): Promise<void> {
  using state = new DatabaseSync(join(network.folder, WATCHDOG, 'state', 'controller.db'), {
    readOnly: true,
    timeout: 10_000,
  });
  const done = state.prepare(`SELECT 1 FROM done WHERE task = ? AND "check" = 'evaluation'`);
  while (done.get(task) === undefined) await sleep(50);
}

/** User and system time of the controller's process so far, all its threads (proc_pid_stat(5), fields 14 and 15). */
function cpuSeconds(network: Network): number {
  const { pid } = network.daemons.get(WATCHDOG)?.child ?? {};
  const stat = readFileSync(`/proc/${pid ?? ''}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
