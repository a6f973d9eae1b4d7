/** Many input parties in one process: each submits as itself, some of them at a time. */
import type { TaskLife } from '../trust/life.ts';
import { submit } from './provider.ts';
import type { Session } from './session.ts';

/** Enough that the processor is busy while some wait for the disk or an answer. */
const AT_ONCE = 64;

export interface Contributor {
  readonly party: string;
  /** Its configuration file. */
  readonly profile: string;
  /** The files of its tables, by table. */
  readonly tables: ReadonlyMap<string, string>;
}

export interface Contribution {
  readonly party: string;
  readonly records: number;
  readonly bytes: number;
}

export interface CollectOptions {
  readonly signal?: AbortSignal;
  /** Called after each submission. */
  readonly onSubmitted: (contribution: Contribution) => void;
}

/**
 * Submits for all these parties: under its own identity each, over its own connection, which is closed again when
 * it has submitted. All of them believe what `reader` has verified of the log. Throws the first error, after
 * everything that was under way has ended.
 */
export async function submitAll(
  reader: Session,
  task: TaskLife,
  contributors: readonly Contributor[],
  { signal: outer, onSubmitted }: CollectOptions,
): Promise<void> {
  const failed = new AbortController();
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]);
  const queue = contributors.values();
  const work = async () => {
    for (const { party, profile, tables } of queue) {
      signal.throwIfAborted();
      await using session = reader.beside(profile);
      const { records, bytes } = await submit(session, task.id, tables, { signal, seeing: false });
      onSubmitted({ party, records, bytes });
    }
  };
  const workers = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => failed.abort(error)),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
}
