import { join } from 'node:path';
import pino from 'pino';
import { Aggregator } from '../../aggregator/aggregator.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { Session } from '../../clients/session.ts';
import { openCombiner } from '../../schemes/combiner.ts';
import { openProfile } from '../../transport/profile.ts';
import type { Content, Kind } from '../../trust/documents.ts';
import { evaluate, inputSetOf, requireSameAsClaimed } from '../../trust/evaluation.ts';
import type { TaskLife } from '../../trust/life.ts';
import { unpackShares } from '../../trust/release.ts';
import { openBlobStore } from '../../trust/storage/blob-store.ts';
import type { Benchmark, Contestant } from '../harness/benchmark.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { AGGREGATOR } from '../../clients/network.ts';
import { BenchNetwork } from '../work/network.ts';
import { surveyTask, writeSurvey } from '../work/survey.ts';

const INPUTS = { tiny: 3, quick: 6, full: 12 };
/** What fills some ciphertexts for each party. */
const CELLS = { tiny: 160, quick: 32_000, full: 64_000 };

let shared: Promise<{ net: BenchNetwork; task: TaskLife }> | undefined;

/** A task that has gone through its whole life between real daemons. */
async function finishedTask(scale: Setting['scale']): Promise<{ net: BenchNetwork; task: TaskLife }> {
  const net = await BenchNetwork.start({ holders: 3, inputs: INPUTS[scale] });
  const { tables, statistics } = surveyTask(1000, CELLS[scale]);
  const task = await net.propose(net.task({ tables, statistics }));
  const file = join(net.folder, 'people.csv');
  writeSurvey(file, 100);
  const [result] = await Promise.all([fetchResult(net.office, task.id), net.submitAll(task, file)]);
  if (result.document.task !== task.id) throw new RangeError('the result of another task');
  return { net, task };
}

/** Checks of a key holder, and the way to the result. */
export const keyHolder: Suite = {
  name: 'key-holder',
  about: 'verify and re-evaluate, against the evaluation of the aggregator; from the releases to the result',
  benchmarks: ({ scale }: Setting): Benchmark[] => {
    const open = () => (shared ??= finishedTask(scale));
    return [
      {
        name: 'verify and re-evaluate',
        about:
          'A key holder fetches the inputs, checks their digests, adds them up and compares; the aggregator reads them from its disk and adds them up',
        unit: 'ciphertexts',
        reference: 'aggregator',
        open: async () => {
          const { net, task } = await open();
          return [await reEvaluation(net, task), await firstEvaluation(net, task)];
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

const terms = (task: TaskLife): number => task.plan.ciphertexts * task.inputSet.length;

/** As `keyholders/key-holder.ts` does before it releases. */
async function reEvaluation({ network, holders }: BenchNetwork, { id }: TaskLife): Promise<Contestant> {
  const session = await Session.open(network.profile(holders[0] ?? ''));
  const task = session.task(id);
  let digests: string[] = [];
  return {
    name: 'strongroom',
    async run() {
      const started = performance.now();
      const outputs = await evaluate(inputSetOf(task), (signed) => session.board.getAll(signed));
      digests = requireSameAsClaimed(task, outputs);
      return { seconds: (performance.now() - started) / 1000, units: terms(task) };
    },
    answer: () => Promise.resolve(digests),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The aggregator's own evaluation again, on what is on its disk; what it would say is kept here. */
class Evaluation extends Aggregator {
  outputs: string[] = [];

  async again(task: TaskLife): Promise<void> {
    await this.evaluate(task);
  }

  protected override say<K extends Kind>(_task: TaskLife, kind: K, content: Content<K>): void {
    if (kind !== 'evaluation') return;
    this.outputs = (content as Content<'evaluation'>).outputs.map(({ digest }) => digest);
  }
}

async function firstEvaluation({ network, office }: BenchNetwork, task: TaskLife): Promise<Contestant> {
  const { identity, state } = openProfile(network.profile(AGGREGATOR));
  const blobs = await openBlobStore(join(state, 'blobs'));
  const evaluation = new Evaluation({
    identity,
    book: office.board.book,
    blobs,
    append: () => undefined,
    log: pino({ level: 'silent' }),
  });
  return {
    name: 'aggregator',
    async run() {
      const started = performance.now();
      await evaluation.again(task);
      return { seconds: (performance.now() - started) / 1000, units: terms(task) };
    },
    answer: () => Promise.resolve(evaluation.outputs),
    [Symbol.asyncDispose]: () => blobs[Symbol.asyncDispose](),
  };
}

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
