/** Contestants of our own making: work done on this thread, or on several worker threads at once. */
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import { StrongroomError } from '../../proto/errors.ts';
import type { Answer, Contestant } from './benchmark.ts';

/** Something to be done again and again. What it needs is ready; `run` alone is timed. */
export interface Work extends Disposable {
  /** What a run does, in the unit of the benchmark. */
  readonly units: number;
  run(): unknown;
  /** What the last run came to; worked out after it. */
  answer(): Answer | Promise<Answer>;
}

/** On this thread. */
export async function here(
  name: string,
  open: () => Work | Promise<Work>,
  note?: string,
): Promise<Contestant> {
  const work = await open();
  return {
    name,
    note,
    async run() {
      const start = performance.now();
      await work.run();
      return { seconds: (performance.now() - start) / 1000, units: work.units };
    },
    answer: () => Promise.resolve(work.answer()),
    [Symbol.asyncDispose]: () => Promise.try(() => work[Symbol.dispose]()),
  };
}

/** What one run of several contestants came to. */
interface Shared {
  /** Of each, in the order of their names. */
  readonly seconds: readonly number[];
  readonly answer: Answer;
}

/** Contestants that are parts of the same work: whoever is first in a round does it, one unit, for all. */
export function partsOf(names: readonly string[], run: () => Promise<Shared>): Contestant[] {
  let last: Shared | undefined;
  let told = 0;
  return names.map((name, i) => ({
    name,
    async run() {
      if (told++ % names.length === 0) last = await run();
      return { seconds: last?.seconds[i] ?? NaN, units: 1 };
    },
    answer: () => Promise.resolve(last?.answer ?? null),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));
}

/** Which function of which module opens the work in a thread; the arguments are cloned into it. */
export interface ThreadWork {
  readonly module: string;
  readonly open: string;
  readonly args: unknown;
}

export type FromThread = { readonly units: number } | { readonly done: true } | { readonly answer: Answer };
export type ToThread = 'run' | 'answer' | 'end';

/**
 * Work of several threads at once, each with its own engine; timed from the call to the last that is done. `merge`
 * makes one answer of theirs.
 */
export async function inThreads(
  name: string,
  works: readonly ThreadWork[],
  merge: (answers: readonly Answer[]) => Answer,
): Promise<Contestant> {
  const url = new URL('thread.ts', import.meta.url);
  const workers = works.map((work) => new Worker(url, { workerData: work }));
  const heard = (): Promise<FromThread[]> => Promise.all(workers.map(hear));
  const ask = (what: ToThread): Promise<FromThread[]> => {
    const answers = heard();
    for (const worker of workers) worker.postMessage(what);
    return answers;
  };
  const units = (await heard()).reduce((sum, told) => sum + ('units' in told ? told.units : 0), 0);
  return {
    name,
    async run() {
      const start = performance.now();
      await ask('run');
      return { seconds: (performance.now() - start) / 1000, units };
    },
    async answer() {
      return merge((await ask('answer')).map((told) => ('answer' in told ? told.answer : null)));
    },
    async [Symbol.asyncDispose]() {
      const ended = workers.map((worker) => once(worker, 'exit'));
      for (const worker of workers) worker.postMessage('end');
      await Promise.all(ended);
    },
  };
}

async function hear(worker: Worker): Promise<FromThread> {
  const [message] = (await once(worker, 'message')) as [FromThread];
  return message;
}

export async function openWork({ module, open, args }: ThreadWork): Promise<Work> {
  const exports = (await import(module)) as Record<string, (args: unknown) => Work | Promise<Work>>;
  const opener = exports[open];
  if (opener === undefined) throw new StrongroomError('INTERNAL', `${module} opens no ${open}.`);
  return opener(args);
}

/** Where contestants compute the same on data of different forms: each is compared with what it should give. */
export function expecting(contestant: Contestant, expected: Answer): Contestant {
  return {
    ...contestant,
    run: () => contestant.run(),
    answer: async () => {
      const answer = await contestant.answer();
      return isDeepStrictEqual(answer, expected) ? 'as in the clear' : answer;
    },
    [Symbol.asyncDispose]: () => contestant[Symbol.asyncDispose](),
  };
}
