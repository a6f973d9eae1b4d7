/**
 * How many bytes each party has claimed for each task: the account behind the quota. A claim is made before
 * the first byte is taken in, so that uploads side by side cannot exceed the quota together.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StrongroomError } from '../proto/errors.ts';

// A power cut may lose the last claims (synchronous=NORMAL): then a party can store so much more, once.
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS claims (
    task TEXT NOT NULL,
    party TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (task, party, digest)
  ) STRICT, WITHOUT ROWID;
`;

export interface Claim {
  readonly task: string;
  readonly party: string;
  readonly digest: string;
  readonly size: number;
}

/** Totals that are kept in memory; the others are added up again. */
const TOTALS = 1_000;

export class BlobClaims implements Disposable {
  readonly #db: DatabaseSync;
  readonly #sizeOf: StatementSync;
  readonly #insert: StatementSync;
  /** What a party has claimed for a task, by both names. */
  readonly #used = new Map<string, number>();

  /** Opens the accounts in this file, which is made where it is not there. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
    this.#sizeOf = this.#db.prepare('SELECT size FROM claims WHERE task = ? AND party = ? AND digest = ?');
    this.#insert = this.#db.prepare('INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)');
  }

  /**
   * Claims room for an object; the same object again replaces its claim. Throws QUOTA_EXCEEDED where the
   * party's claims for the task would come to more than `quota` bytes.
   */
  claim({ task, party, digest, size }: Claim, quota: number): void {
    const before = Number(this.#sizeOf.get(task, party, digest)?.['size'] ?? 0);
    const used = this.#usedBy(task, party) - before;
    if (used + size > quota) {
      throw new StrongroomError(
        'QUOTA_EXCEEDED',
        `${party} may store ${quota} bytes for this task and has ${used}; ${size} more are too many.`,
        { details: { party, quota, used, size } },
      );
    }
    this.#insert.run(task, party, digest, size);
    this.#used.set(`${task} ${party}`, used + size);
  }

  /** Makes all claims of one piece of work together: of each the database would otherwise be told by itself. */
  together<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#used.clear();
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #usedBy(task: string, party: string): number {
    const known = this.#used.get(`${task} ${party}`);
    if (known !== undefined) return known;
    if (this.#used.size >= TOTALS) this.#used.clear();
    const row = this.#db
      .prepare('SELECT COALESCE(SUM(size), 0) AS used FROM claims WHERE task = ? AND party = ?')
      .get(task, party);
    return Number(row?.['used']);
  }

  /** Gives the room back: the object has been thrown away. */
  release({ task, party, digest }: Claim): void {
    this.#used.delete(`${task} ${party}`);
    this.#db
      .prepare('DELETE FROM claims WHERE task = ? AND party = ? AND digest = ?')
      .run(task, party, digest);
  }

  /** Who has claimed room for what in a task. */
  of(task: string): { readonly party: string; readonly digest: string }[] {
    const rows = this.#db.prepare('SELECT party, digest FROM claims WHERE task = ?').all(task);
    return rows.map((row) => ({ party: row['party'] as string, digest: row['digest'] as string }));
  }

  /** Gives back all room of a task. */
  forget(task: string): void {
    this.#used.clear();
    this.#db.prepare('DELETE FROM claims WHERE task = ?').run(task);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
