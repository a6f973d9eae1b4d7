/**
 * A party's own copy of the log: every entry that it has verified, with the checkpoint over them. What it has
 * seen once it remembers, so that a log that is rolled back or rewritten while the party is away is noticed.
 */
import { DatabaseSync } from 'node:sqlite';
import { StrongroomError } from '../../proto/errors.ts';

export class LogReplica implements Disposable {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 5000 });
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS entry (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), checkpoint TEXT NOT NULL) STRICT;
    `);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** Everything kept, in order, as of one instant; undefined where nothing is. */
  load(): { entries: Uint8Array[]; checkpoint: string } | undefined {
    this.#db.exec('BEGIN');
    try {
      const head = this.#db.prepare('SELECT checkpoint FROM head').get();
      if (head === undefined) return undefined;
      const rows = this.#db.prepare('SELECT bytes FROM entry ORDER BY idx').all();
      return {
        entries: rows.map((row) => row['bytes'] as Uint8Array),
        checkpoint: head['checkpoint'] as string,
      };
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  entry(index: number): Uint8Array {
    const row = this.#db.prepare('SELECT bytes FROM entry WHERE idx = ?').get(index);
    if (row === undefined)
      throw new StrongroomError('NOT_FOUND', `Entry ${index} of the log is not kept here.`);
    return row['bytes'] as Uint8Array;
  }

  /**
   * Keeps verified entries from index `first` on, and the checkpoint that covers them, in one transaction. A
   * second process of the same party may have kept some of them already; verified entries are the same.
   */
  keep(first: number, entries: readonly Uint8Array[], checkpoint: string): void {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO entry (idx, bytes) VALUES (?, ?)');
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      entries.forEach((bytes, offset) => insert.run(first + offset, bytes));
      // They have no gap: whoever keeps entries has kept all before them, or read them here.
      const { last } = this.#db.prepare('SELECT max(idx) AS last FROM entry').get() as {
        last: number | null;
      };
      if ((last ?? -1) + 1 === first + entries.length) {
        this.#db.prepare('INSERT OR REPLACE INTO head (one, checkpoint) VALUES (1, ?)').run(checkpoint);
      }
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
