/**
 * Deletes the objects of tasks that are over, once the time has passed for which their documents say that objects
 * are kept (`retention`). The log stays whole. Until then whoever joins late can fetch and check everything, the
 * messages of the key ceremony too.
 *
 * The time counts from when this aggregator first noticed that the task was over, by its own clock: what parties
 * write into documents as a date neither hastens nor delays it. That instant, and that all is deleted, is in a
 * SQLite file. Deleting is repeated where a process died in it; a power cut may forget the instant, and then the
 * time begins anew (synchronous=NORMAL).
 */
import { DatabaseSync } from 'node:sqlite';
import { after } from '../statistics/duration.ts';
import type { TaskLife } from '../trust/life.ts';
import type { BlobStore } from '../trust/storage/blob-store.ts';
import type { BlobClaims } from './blob-service-claims.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS over (
    task TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
`;

/** Where objects are, and who has claimed room for which. */
interface Stores {
  readonly blobs: Pick<BlobStore, 'delete' | 'forget' | 'packedOf'>;
  readonly claims: BlobClaims;
}

interface Over {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly deleted: boolean;
}

export class Retention implements Disposable {
  readonly #db: DatabaseSync;
  readonly #over: Map<string, Over>;

  /** Opens the file, which is made where it is not there. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
    const rows = this.#db.prepare('SELECT task, since, deleted FROM over').all();
    this.#over = new Map(
      rows.map((row) => [
        row['task'] as string,
        { since: row['since'] as number, deleted: row['deleted'] === 1 },
      ]),
    );
  }

  /** Whether the objects of a task need not be there any more. */
  hasPassed(task: TaskLife, now: Date): boolean {
    const over = this.#over.get(task.id);
    return over !== undefined && after(new Date(over.since), task.document.retention) <= now;
  }

  /** Deletes what is due, durably; may be repeated at will. Returns the tasks whose objects it has deleted. */
  async enforce(tasks: Iterable<TaskLife>, { blobs, claims }: Stores, now: Date): Promise<TaskLife[]> {
    const [due, kept]: [TaskLife[], TaskLife[]] = [[], []];
    for (const task of tasks) {
      if (isOver(task)) this.#notice(task, now);
      (this.hasPassed(task, now) ? due : kept).push(task);
    }
    const deleted = due.filter((task) => this.#over.get(task.id)?.deleted !== true);
    for (const task of deleted) {
      const uploads = claims.of(task.id);
      // A power cut may have forgotten the claim of an object that no document names.
      const stored = [...uploads.map(({ digest }) => digest), ...blobs.packedOf(task.id)];
      const digests = new Set([...task.blobs.keys(), ...stored]);
      const unwanted = [...digests].filter((digest) => !kept.some((other) => other.blobs.has(digest)));
      await blobs.delete(unwanted);
      for (const { digest, party } of uploads) await blobs.forget(digest, party);
      claims.forget(task.id);
      this.#db.prepare('UPDATE over SET deleted = 1 WHERE task = ?').run(task.id);
      this.#over.set(task.id, { since: this.#over.get(task.id)?.since ?? 0, deleted: true });
    }
    return deleted;
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #notice(task: TaskLife, now: Date): void {
    if (this.#over.has(task.id)) return;
    this.#db.prepare('INSERT INTO over (task, since) VALUES (?, ?)').run(task.id, now.getTime());
    this.#over.set(task.id, { since: now.getTime(), deleted: false });
  }
}

/** Whether nothing but the destruction of key shares is still to come. False where there is no such task. */
export function isOver(task: TaskLife | undefined): boolean {
  return task?.ending !== undefined || task?.delivery !== undefined;
}
