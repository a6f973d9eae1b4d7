import { join } from 'node:path';
import { fetchResult } from '../../clients/output-party.ts';
import { openCombiner } from '../../schemes/combiner.ts';
import type { TaskLife } from '../../trust/life.ts';
import { unpackShares } from '../../trust/release.ts';
import type { Benchmark, Contestant } from '../harness/benchmark.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { BenchNetwork } from '../work/network.ts';
import { early, firstEvaluation, whole, type Finished } from '../work/re-evaluation.ts';
import { surveyTask, writeSurvey } from '../work/survey.ts';

const INPUTS = { tiny: 3, quick: 6, full: 12 };
/** What fills some ciphertexts for each party. */
const CELLS = { tiny: 160, quick: 32_000, full: 64_000 };

let shared: Promise<Finished> | undefined;

/** A task that has gone through its whole life between real daemons. */
async function finishedTask(scale: Setting['scale']): Promise<Finished> {
  const net = await BenchNetwork.start({ holders: 3, inputs: INPUTS[scale] });
  const { tables, statistics } = surveyTask(1000, CELLS[scale]);
  const propose = () => net.propose(net.task({ tables, statistics }));
  const task = await propose();
  const file = join(net.folder, 'people.csv');
  writeSurvey(file, 100);
  const [result] = await Promise.all([fetchResult(net.office, task.id), net.submitAll(task, file)]);
  if (result.document.task !== task.id) throw new RangeError('the result of another task');
  return { net, task, propose, file };
}

/** Checks of a key holder, and the way to the result. */
export const keyHolder: Suite = {
  name: 'key-holder',
  about:
    'verification and re-evaluation, against the evaluation of the aggregator; from the releases to the result',
  benchmarks: ({ scale }: Setting): Benchmark[] => {
    const open = () => (shared ??= finishedTask(scale));
    return [
      {
        name: 'verify and re-evaluate',
        about:
          'From the evaluation in the log to the decision to release: a key holder has added up the inputs as they came in, and adds what is left of the last; the aggregator reads all from its disk and adds them up',
        unit: 'ciphertexts',
        reference: 'aggregator',
        // Each run is a whole task.
        ...(scale === 'quick' && { pace: { warmUp: 0, leastRounds: 2, mostRounds: 2 } }),
        open: async () => {
          const finished = await open();
          return [early(finished), await firstEvaluation(finished)];
        },
      },
      {
        name: 'fetch all, verify and add',
        about:
          'A key holder that has seen none of the inputs before fetches them, checks their digests, adds them up and compares; the aggregator reads them from its disk and adds them up',
        unit: 'ciphertexts',
        reference: 'aggregator',
        open: async () => {
          const finished = await open();
          return [whole(finished), await firstEvaluation(finished)];
        },
      },
      {
        name: 'release to result',
        about:
          'The output party verifies the releases, opens its boxes, combines and finishes; combining alone is the reference',
        unit: 'results',
        reference: 'strongroom, combine',
        open: async () => {
          const { net, task } = await open();
          return [resultAgain(net, task), await combineAgain(net, task)];
        },
      },
    ];
  },
  close: async () => {
    const opened = await shared;
    shared = undefined;
    await opened?.net[Symbol.asyncDispose]();
  },
};

function resultAgain({ office }: BenchNetwork, task: TaskLife): Contestant {
  let outputs = 0;
  return {
    name: 'strongroom',
    async run() {
      const started = performance.now();
      const { opened } = await fetchResult(office, task.id);
      const seconds = (performance.now() - started) / 1000;
      outputs = opened.outputs.length;
      return { seconds, units: 1 };
    },
    answer: () => Promise.resolve(outputs),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function combineAgain({ office }: BenchNetwork, task: TaskLife): Promise<Contestant> {
  const { opened } = await fetchResult(office, task.id);
  const key = await office.jointKey(task, task.requireJointKey());
  const shares = opened.shares.map((packed, i) => unpackShares(packed, task.holders[i] ?? ''));
  let outputs = 0;
  return {
    name: 'strongroom, combine',
    run() {
      const started = performance.now();
      const values = openCombiner(task.context, key).combine(opened.outputs, shares);
      const seconds = (performance.now() - started) / 1000;
      outputs = values.length;
      return Promise.resolve({ seconds, units: 1 });
    },
    answer: () => Promise.resolve(outputs),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
