/**
 * The cosignatures that witnesses have handed in, in SQLite (WAL, synchronous=FULL): durable when `add` returns,
 * since a witness does not hand in an older one again.
 */
import { EventEmitter, once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';

export class Cosignatures implements Disposable {
  readonly #db: DatabaseSync;
  readonly #events = new EventEmitter<{ cosigned: [] }>().setMaxListeners(0);

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS cosignature (
        size INTEGER NOT NULL, witness TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (size, witness)
      ) STRICT, WITHOUT ROWID;
    `);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** Keeps the signature line of a witness on the checkpoint of this size; a later one takes the place of an earlier. */
  add(size: number, witness: string, line: string): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO cosignature (size, witness, line) VALUES (?, ?, ?)')
      .run(size, witness, line);
    this.#events.emit('cosigned');
  }

  /** The signature lines on the checkpoint of this size, in order of the witnesses' names. */
  lines(size: number): string {
    const rows = this.#db.prepare('SELECT line FROM cosignature WHERE size = ? ORDER BY witness').all(size);
    return rows.map((row) => row['line'] as string).join('');
  }

  /** Of the sizes from `from` to `to`, the smallest or largest that most of these witnesses have cosigned, and how many. */
  best(
    witnesses: readonly string[],
    { from, to, prefer }: { from: number; to: number; prefer: 'smallest' | 'largest' },
  ): { size: number; count: number } | undefined {
    const row = this.#db
      .prepare(
        `SELECT size, count(*) AS count FROM cosignature
         WHERE size BETWEEN ? AND ? AND witness IN (SELECT value FROM json_each(?))
         GROUP BY size ORDER BY count DESC, size ${prefer === 'smallest' ? 'ASC' : 'DESC'} LIMIT 1`,
      )
      .get(from, to, JSON.stringify(witnesses));
    return row as { size: number; count: number } | undefined;
  }

  /** Resolves with the next cosignature, or when the signal says stop. */
  async next(signal: AbortSignal): Promise<void> {
    await once(this.#events, 'cosigned', { signal }).catch(() => undefined);
  }
}
