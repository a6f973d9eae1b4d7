/** Contestants that evaluate f of a task in a network of daemons: a key holder's checks, and the aggregator's own evaluation. */
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { Aggregator } from '../../aggregator/aggregator.ts';
import { AGGREGATOR } from '../../clients/network.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { EarlySums } from '../../keyholders/early-sums.ts';
import { openProfile } from '../../transport/profile.ts';
import type { Content, Kind } from '../../trust/documents.ts';
import { evaluate, inputSetOf, requireSameAsClaimed, type FetchAll } from '../../trust/evaluation.ts';
import type { TaskLife } from '../../trust/life.ts';
import { openBlobStore } from '../../trust/storage/blob-store.ts';
import type { Contestant } from '../harness/benchmark.ts';
import type { BenchNetwork } from './network.ts';

/** A network, and the task in it that was finished last. */
export interface Finished {
  readonly net: BenchNetwork;
  task: TaskLife;
  /** Proposes one more task of the same shape. */
  readonly propose: () => Promise<TaskLife>;
  /** The table of every input party. */
  readonly file: string;
}

const terms = (task: TaskLife): number => task.plan.ciphertexts * task.inputSet.length;

/**
 * A task of its own in every run, live beside the daemons. The inputs of all parties but one come in and are added up;
 * the last comes in, the aggregator seals and evaluates. Timed from when the log shows the evaluation to the decision to
 * release: what is left of the last input, the sums, the comparison. The wait for cosignatures is left out.
 */
export function early(finished: Finished): Contestant {
  const { net } = finished;
  const session = net.office.beside(net.network.profile(net.holders[0] ?? ''));
  const fetchAll: FetchAll = (signed) => session.board.getAll(signed);
  let digests: string[] = [];
  return {
    name: 'strongroom',
    async run() {
      const task = await finished.propose();
      const { log, reached } = progressLog();
      using sums = new EarlySums({ fetchAll, log });
      const followed = follow(net, task, (life) => sums.follow(life));
      const [last = '', ...others] = net.inputs;
      await Promise.all(others.map((party) => submitAs(finished, task, party)));
      await reached(others.length);
      await submitAs(finished, task, last);
      const started = await followed;
      const set = inputSetOf(task);
      const outputs = (await sums.outputs(task, set)) ?? (await evaluate(set, fetchAll));
      digests = requireSameAsClaimed(task, outputs);
      const seconds = (performance.now() - started) / 1000;
      await fetchResult(net.office, task.id);
      finished.task = task;
      return { seconds, units: terms(task) };
    },
    answer: () => Promise.resolve(digests),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** As a key holder does that has seen nothing of the inputs before: it fetches, verifies and adds all of them. */
export function whole({ net, task }: Finished): Contestant {
  const session = net.office.beside(net.network.profile(net.holders[0] ?? ''));
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

/** Of the task that was finished last; of a new one once untimed, so that nothing is opened in the time. */
export async function firstEvaluation(finished: Finished): Promise<Contestant> {
  const { network, office } = finished.net;
  const { identity, state } = openProfile(network.profile(AGGREGATOR));
  const blobs = await openBlobStore(join(state, 'blobs'));
  const evaluation = new Evaluation({
    identity,
    book: office.board.book,
    blobs,
    append: () => undefined,
    log: pino({ level: 'silent' }),
  });
  let known: TaskLife | undefined;
  return {
    name: 'aggregator',
    async run() {
      const { task } = finished;
      if (known !== task) await evaluation.again(task);
      known = task;
      const started = performance.now();
      await evaluation.again(task);
      return { seconds: (performance.now() - started) / 1000, units: terms(task) };
    },
    async answer() {
      // Another task may have been finished since it last ran.
      await evaluation.again(finished.task);
      return evaluation.outputs;
    },
    [Symbol.asyncDispose]: () => blobs[Symbol.asyncDispose](),
  };
}

async function submitAs({ net, file }: Finished, task: TaskLife, party: string): Promise<void> {
  await using session = net.office.beside(net.network.profile(party));
  await submit(session, task.id, new Map([['people', file]]));
}

/** Tells of every change of a task until its evaluation stands in the log; resolves to when that was seen. */
function follow({ office }: BenchNetwork, { id }: TaskLife, see: (task: TaskLife) => void): Promise<number> {
  const evaluated = office.until(id, (task) => {
    see(task);
    return task.evaluation === undefined ? undefined : performance.now();
  });
  // Whoever awaits it hears of a failure, unless something else has failed before.
  evaluated.catch(() => undefined);
  return evaluated;
}

/** A log by which to wait until so many inputs are added up. */
function progressLog(): { log: Logger; reached: (inputs: number) => Promise<void> } {
  let seen = 0;
  let wake = (): void => undefined;
  const write = (line: string): void => {
    seen = (JSON.parse(line) as { inputs?: number }).inputs ?? seen;
    wake();
  };
  return {
    log: pino({ level: 'info' }, { write }),
    async reached(inputs) {
      while (seen < inputs) await new Promise<void>((done) => (wake = done));
    },
  };
}
