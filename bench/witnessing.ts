/**
 * What witnessing adds to a release: how long each key holder waits, between the evaluation in the log and its own
 * release, for a checkpoint that all K have cosigned. Each daemon logs it with the release.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOLDERS, withNetwork } from './local-tasks.ts';

export interface WitnessingFigures {
  readonly tasks: number;
  /** Of all key holders in all tasks, ascending. */
  readonly milliseconds: readonly number[];
  readonly median: number;
}

const WORDS = 'all key holders have cosigned the log';

/** Runs that many BFV tasks of three key holders one after another, after one that warms up. */
export function measureWitnessing(tasks: number): Promise<WitnessingFigures> {
  return withNetwork([], async (network, run) => {
    await run('bfv');
    const measured = new Set<string>();
    for (let i = 0; i < tasks; i += 1) measured.add(await run('bfv'));
    const milliseconds = HOLDERS.flatMap((holder) =>
      readFileSync(join(network.folder, holder, 'daemon.log'), 'utf8')
        .split('\n')
        .filter((line) => line.includes(WORDS))
        .map((line) => JSON.parse(line) as { readonly task: string; readonly milliseconds: number })
        .filter(({ task }) => measured.has(task))
        .map((line) => line.milliseconds),
    ).sort((a, b) => a - b);
    return { tasks, milliseconds, median: milliseconds[Math.floor(milliseconds.length / 2)] ?? NaN };
  });
}
