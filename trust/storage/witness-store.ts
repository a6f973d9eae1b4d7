/**
 * What a witness has cosigned last, in SQLite (WAL, synchronous=FULL).
 *
 * What is durable: the record, when `advance` returns. Reading it and writing the next is one transaction, so
 * that two processes of one party are one witness.
 */
import { DatabaseSync } from 'node:sqlite';

/** The head of the log that was cosigned last: its size, its root in base64, and the log's signed note of it. */
export interface LastCosigned {
  readonly size: number;
  readonly root: string;
  readonly checkpoint: string;
}

export class WitnessStore implements Disposable {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 5000 });
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS cosigned (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        size INTEGER NOT NULL, root TEXT NOT NULL, checkpoint TEXT NOT NULL
      ) STRICT;
    `);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  get last(): LastCosigned | undefined {
    const row = this.#db.prepare('SELECT size, root, checkpoint FROM cosigned').get();
    return row as LastCosigned | undefined;
  }

  /** Replaces the record by what `next` makes of it. Where that throws, nothing has changed. */
  advance(next: (last: LastCosigned | undefined) => LastCosigned): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const { size, root, checkpoint } = next(this.last);
      this.#db
        .prepare('INSERT OR REPLACE INTO cosigned (one, size, root, checkpoint) VALUES (1, ?, ?, ?)')
        .run(size, root, checkpoint);
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
