/**
 * `node bench/trust.ts witnessing|controller-paillier [--runs N]`: what it costs that nobody is believed, in tasks of
 * three input parties and three key holders between real daemons. Linux only. What a BFV task costs a controller is in
 * the suite `tasks`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchResult } from '../clients/output-party.ts';
import { checkedByController } from './suites/tasks.ts';
import { BenchNetwork, WATCHDOG } from './work/network.ts';

const FIGURES: Readonly<Record<string, (runs: number) => Promise<unknown>>> = {
  witnessing,
  'controller-paillier': controllerPaillier,
};

const WORDS = 'all key holders have cosigned the log';

/**
 * How long each key holder waits, between the evaluation in the log and its own release, for a checkpoint that all K
 * have cosigned, in milliseconds; each daemon logs it with the release. After one task that warms up.
 */
async function witnessing(tasks: number): Promise<unknown> {
  await using net = await BenchNetwork.start({ holders: 3, inputs: 3 });
  await run(net, 'bfv');
  const measured = new Set<string>();
  for (let i = 0; i < tasks; i += 1) measured.add(await run(net, 'bfv'));
  const milliseconds = net.holders
    .flatMap((holder) => readFileSync(join(net.folder, holder, 'daemon.log'), 'utf8').split('\n'))
    .filter((line) => line.includes(WORDS))
    .map((line) => JSON.parse(line) as { readonly task: string; readonly milliseconds: number })
    .filter(({ task }) => measured.has(task))
    .map((line) => line.milliseconds)
    .sort((a, b) => a - b);
  return { tasks, milliseconds, median: milliseconds[Math.floor(milliseconds.length / 2)] };
}

/** Processor time of a controller for each Paillier task, key ceremony and all, after a BFV task that warms up. */
async function controllerPaillier(tasks: number): Promise<unknown> {
  await using net = await BenchNetwork.start({ holders: 3, inputs: 3, controller: true });
  await checkedByController(net, await run(net, 'bfv'));
  const before = net.cpuSeconds(WATCHDOG);
  for (let i = 0; i < tasks; i += 1) await checkedByController(net, await run(net, 'paillier'));
  const cpuSecondsPerTask = (net.cpuSeconds(WATCHDOG) - before) / tasks;
  return { tasks, cpuSecondsPerTask, tasksPerMinute: 60 / cpuSecondsPerTask };
}

/** The id of a task, once its result is there. */
async function run(net: BenchNetwork, scheme: 'bfv' | 'paillier'): Promise<string> {
  const task = await net.propose(net.task({ scheme }));
  const file = net.file('people.csv', 'age\n40\n51\n');
  await Promise.all([fetchResult(net.office, task.id), net.submitAll(task, file)]);
  return task.id;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '4' } },
});
const measure = FIGURES[positionals[0] ?? ''];
const runs = Number(values.runs);
if (measure === undefined || !Number.isSafeInteger(runs) || runs < 1) {
  console.error(`Name one of ${Object.keys(FIGURES).join(', ')}, and with --runs how many tasks.`);
  process.exitCode = 2;
} else {
  console.log(JSON.stringify(await measure(runs), null, 1));
}
