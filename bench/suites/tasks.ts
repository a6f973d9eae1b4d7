import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DatabaseSync } from 'node:sqlite';
import { StrongroomError } from '../../proto/errors.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { AGGREGATOR } from '../../clients/network.ts';
import type { Answer, Benchmark, Contestant, Pace, Scale } from '../harness/benchmark.ts';
import { partsOf } from '../harness/contestants.ts';
import { median } from '../harness/statistics.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { BenchNetwork, WATCHDOG } from '../work/network.ts';

const SHAPE = { holders: 3, inputs: 3 };
const AT_ONCE = { tiny: [1, 2], quick: [1, 4], full: [1, 10, 100] };

/** Whole tasks between real daemons. */
export const tasks: Suite = {
  name: 'tasks',
  about:
    'small tasks from proposal to verified result: one, and several, 10 or 100 at once; witnessing; processor time by daemon',
  benchmarks: ({ scale }: Setting): Benchmark[] => [
    {
      name: 'at once',
      about:
        'Tasks of three input parties and three key holders, from the proposals to the last verified result; one at a time is the reference',
      unit: 'tasks',
      reference: 'strongroom, 1 at once',
      // A party may propose 240 tasks an hour, and at full length a round has 111.
      pace:
        scale === 'full'
          ? { warmUp: 0, leastRounds: 2, mostRounds: 2, seconds: 0 }
          : { warmUp: 0, leastRounds: 2, mostRounds: 5, seconds: 3 },
      open: async () => {
        const net = await networkFor(scale, false);
        const file = net.file('people.csv', 'age\n40\n51\n');
        const [first, ...others] = AT_ONCE[scale].map((count) => atOnce(net, file, count));
        if (first === undefined) return [];
        return [{ ...first, [Symbol.asyncDispose]: () => done(net) }, ...others];
      },
    },
    {
      name: 'witnessing',
      about:
        'Of one small task, and how long its release waits for a checkpoint with the evaluation that all key holders have cosigned',
      unit: 'tasks',
      reference: 'strongroom, whole task',
      pace:
        scale === 'full'
          ? { warmUp: 1, mostRounds: 12, seconds: 30 }
          : { warmUp: 0, leastRounds: 3, seconds: 0 },
      open: () =>
        partsIn(scale, false, ['whole task', 'waiting for cosignatures'], (net, file) =>
          witnessing(net, file),
        ),
    },
    processorTime(scale, 'bfv', {
      warmUp: 1,
      leastRounds: 2,
      mostRounds: 6,
      seconds: scale === 'full' ? 12 : 2,
    }),
    // Its key takes half a minute.
    ...(scale === 'full'
      ? [processorTime(scale, 'paillier', { warmUp: 0, leastRounds: 2, mostRounds: 2, seconds: 0 })]
      : []),
  ],
  close: async () => {
    const opened = await shared;
    shared = undefined;
    await opened?.[Symbol.asyncDispose]();
  },
};

let shared: Promise<BenchNetwork> | undefined;

/** Except at full length one network serves all, its controller looking on. */
function networkFor(scale: Scale, controller: boolean): Promise<BenchNetwork> {
  if (scale === 'full') return BenchNetwork.start({ ...SHAPE, controller });
  return (shared ??= BenchNetwork.start({ ...SHAPE, controller: true }));
}

async function done(net: BenchNetwork): Promise<void> {
  if ((await shared) !== net) await net[Symbol.asyncDispose]();
}

/** Parts of the run of one task. */
async function partsIn(
  scale: Scale,
  controller: boolean,
  names: readonly string[],
  run: (net: BenchNetwork, file: string) => Promise<{ seconds: number[]; answer: Answer }>,
): Promise<Contestant[]> {
  const net = await networkFor(scale, controller);
  const file = net.file('people.csv', 'age\n40\n51\n');
  const [first, ...others] = partsOf(
    names.map((name) => `strongroom, ${name}`),
    () => run(net, file),
  );
  if (first === undefined) return [];
  return [{ ...first, [Symbol.asyncDispose]: () => done(net) }, ...others];
}

async function runTask(
  net: BenchNetwork,
  file: string,
  scheme: 'bfv' | 'paillier' = 'bfv',
): Promise<{ id: string; result: Answer }> {
  const task = await net.propose(net.task({ scheme }));
  const [{ document }] = await Promise.all([fetchResult(net.office, task.id), net.submitAll(task, file)]);
  return {
    id: task.id,
    result: document.result.statistics.map(({ rows }) => rows.map(({ value }) => value)),
  };
}

function atOnce(net: BenchNetwork, file: string, count: number): Contestant {
  let answer: Answer = null;
  return {
    name: `strongroom, ${count} at once`,
    async run() {
      const started = performance.now();
      const done = await Promise.all(Array.from({ length: count }, () => runTask(net, file)));
      const seconds = (performance.now() - started) / 1000;
      answer = done[0]?.result ?? null;
      if (done.some(({ result }) => !isDeepStrictEqual(result, answer))) {
        throw new StrongroomError('INTERNAL', 'The same task has had different results.');
      }
      return { seconds, units: count };
    },
    answer: () => Promise.resolve(answer),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What each key holder logs with its release. */
const COSIGNED = 'all key holders have cosigned the log';

/** The seconds of one task, and those that a key holder waited for cosignatures, in the median of the key holders. */
async function witnessing(net: BenchNetwork, file: string): Promise<{ seconds: number[]; answer: Answer }> {
  const started = performance.now();
  const { id, result } = await runTask(net, file);
  const whole = (performance.now() - started) / 1000;
  const waits = net.holders
    .flatMap((holder) => readFileSync(net.network.daemons.get(holder)?.logFile ?? '', 'utf8').split('\n'))
    .filter((line) => line.includes(COSIGNED) && line.includes(id))
    .map((line) => (JSON.parse(line) as { readonly milliseconds: number }).milliseconds / 1000);
  if (waits.length !== net.holders.length) {
    throw new StrongroomError('INTERNAL', `${waits.length} key holders have logged how long they waited.`);
  }
  return { seconds: [whole, median(waits)], answer: result };
}

function processorTime(scale: Scale, scheme: 'bfv' | 'paillier', pace: Partial<Pace>): Benchmark {
  const names = ['aggregator', 'key holder', 'controller'];
  return {
    name: `processor time by daemon, ${scheme}`,
    about:
      'Of one small task with its key: what each daemon spends on it, the controller having checked all of it',
    unit: 'tasks',
    reference: 'strongroom, aggregator',
    pace,
    open: () =>
      partsIn(scale, true, names, async (net, file) => {
        const daemons = [AGGREGATOR, net.holders[0] ?? '', WATCHDOG];
        const before = daemons.map((daemon) => net.cpuSeconds(daemon));
        const { id, result } = await runTask(net, file, scheme);
        await checkedByController(net, id);
        const seconds = daemons.map((daemon, i) => net.cpuSeconds(daemon) - (before[i] ?? NaN));
        return { seconds, answer: result };
      }),
  };
}

async function checkedByController({ folder }: BenchNetwork, id: string): Promise<void> {
  using state = new DatabaseSync(join(folder, WATCHDOG, 'state', 'controller.db'), {
    readOnly: true,
    timeout: 10_000,
  });
  const done = state.prepare(`SELECT 1 FROM done WHERE task = ? AND "check" = 'evaluation'`);
  while (done.get(id) === undefined) await sleep(20);
}
