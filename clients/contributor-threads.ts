/**
 * More input parties on one machine than one thread serves in good time: they are spread over as many threads as
 * there are processors. Each thread reads and verifies the log for itself.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';
import type { CollectOptions, Contribution, Contributor } from './contributors.ts';

/** Handed to a thread when it starts. */
export interface ThreadTask {
  /** The id of the task. */
  readonly task: string;
  /** At least one. */
  readonly contributors: readonly Contributor[];
}

/** What a thread says: each submission, and why it ended where it did not end well. */
export type ThreadMessage =
  | { readonly submitted: Contribution }
  | {
      readonly refused: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly details: Readonly<Record<string, string | number>>;
      };
    };

const PROGRAM = new URL('./contributor-worker.ts', import.meta.url);

/** As `submitAll`. The task stands in the log. Throws the first error, after every thread has ended. */
export async function submitInThreads(
  task: string,
  contributors: readonly Contributor[],
  { signal: outer, onSubmitted }: CollectOptions,
): Promise<void> {
  const failed = new AbortController();
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]);
  const count = Math.min(availableParallelism(), contributors.length);
  const threads = Array.from({ length: count }, (_, thread) => {
    const own = contributors.filter((_contributor, i) => i % count === thread);
    return runThread({ task, contributors: own }, signal, onSubmitted).catch((error: unknown) =>
      failed.abort(error),
    );
  });
  await Promise.all(threads);
  signal.throwIfAborted();
}

async function runThread(
  workerData: ThreadTask,
  signal: AbortSignal,
  onSubmitted: CollectOptions['onSubmitted'],
): Promise<void> {
  signal.throwIfAborted();
  const worker = new Worker(PROGRAM, { workerData });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  let refusal: StrongroomError | undefined;
  worker.on('message', (message: ThreadMessage) => {
    if ('submitted' in message) {
      onSubmitted(message.submitted);
      return;
    }
    const { code, message: text, details } = message.refused;
    refusal = new StrongroomError(code, text, { details });
  });
  try {
    await once(worker, 'exit');
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  if (refusal !== undefined) throw refusal;
}
