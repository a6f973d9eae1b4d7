/** Many input parties on one machine: each submits as itself, and a few of them at a time. */
import type { TaskLife } from '../trust/life.ts';
import { submit } from './provider.ts';
import type { Session } from './session.ts';

/** Enough that all cores are busy while some wait for the disk or an answer. */
const AT_ONCE = 32;
/** With more parties than these, progress is told of all together and not of each. */
const FEW = 20;

export interface Contributors {
  /** The CSV files of a party, by table. */
  readonly tables: (party: string) => ReadonlyMap<string, string>;
  /** The configuration file of a party. */
  readonly profile: (party: string) => string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * Submits for every input party of a task: under its own identity, over its own connection, which is closed
 * again when it has submitted. All of them believe what `reader` has verified of the log. Throws the first error
 * after everything that was under way has ended.
 */
export async function submitAll(reader: Session, task: TaskLife, contributors: Contributors): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([contributors.signal, failed.signal]);
  const parties = task.inputs.values();
  const total = { records: 0, bytes: 0 };
  const work = async () => {
    for (const party of parties) {
      signal.throwIfAborted();
      await using session = reader.beside(contributors.profile(party));
      const { records, bytes } = await submit(session, task.id, contributors.tables(party), { signal });
      if (task.inputs.length <= FEW) contributors.progress(line(party, records, bytes));
      total.records += records;
      total.bytes += bytes;
    }
  };
  const workers = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => failed.abort(error)),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
  if (task.inputs.length > FEW) {
    contributors.progress(line(`${task.inputs.length} parties`, total.records, total.bytes));
  }
}

function line(who: string, records: number, bytes: number): string {
  return `collect   ${who}: ${records} records encrypted into ${(bytes / 1000).toFixed(0)} kB`;
}
