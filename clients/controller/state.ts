/**
 * What a controller remembers beside its copy of the log, in one SQLite file (WAL, synchronous=FULL): what it has
 * checked, what it found, and the checkpoints that it saw. A check is written down after its evidence is on the disk,
 * with its findings in one transaction; one that was interrupted is done again and writes the same.
 */
import { DatabaseSync } from 'node:sqlite';
import type { ErrorCode } from '../../proto/errors.ts';
import type { EvidenceKind } from '../../trust/evidence.ts';

/**
 * What is checked: an `entry` of the log that counts for nothing, whether it is a second of two `wordings`, the joint
 * `key`, the answers to a `linkage` request, the `match` of linked records, the `inputs` of a task that ended early, the
 * `evaluation` with its inputs, whether the date of a seal had come (`seal-time`), whether the log is still the one that
 * was verified (`history`), and whether the `objects` for one of these can be had.
 */
export type CheckName =
  | 'entry'
  | 'wordings'
  | 'key'
  | 'linkage'
  | 'match'
  | 'inputs'
  | 'evaluation'
  | 'seal-time'
  | 'history'
  | 'objects';

export interface Check {
  /** The task, or empty where it is about the log. */
  readonly task: string;
  readonly check: CheckName;
  /** What of the task: the index of an entry, or the digest of a document. */
  readonly subject: string;
}

export interface Finding {
  readonly task: string;
  /** A kind of evidence, or `unproven` where nothing can be shown to others. */
  readonly kind: EvidenceKind | 'unproven';
  readonly accused: string;
  readonly code: ErrorCode;
  readonly says: string;
  /** The evidence file; null where there is none. */
  readonly evidence: string | null;
}

export interface Found extends Finding {
  readonly check: CheckName;
}

export class ControllerState implements Disposable {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS done (
        task TEXT NOT NULL, "check" TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, ms INTEGER NOT NULL,
        PRIMARY KEY (task, "check", subject)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS finding (
        task TEXT NOT NULL, "check" TEXT NOT NULL, subject TEXT NOT NULL, n INTEGER NOT NULL,
        kind TEXT NOT NULL, accused TEXT NOT NULL, code TEXT NOT NULL, says TEXT NOT NULL, evidence TEXT,
        PRIMARY KEY (task, "check", subject, n)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS head (size INTEGER PRIMARY KEY, checkpoint TEXT NOT NULL) STRICT;
    `);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  isDone({ task, check, subject }: Check): boolean {
    const row = this.#db
      .prepare('SELECT 1 FROM done WHERE task = ? AND "check" = ? AND subject = ?')
      .get(task, check, subject);
    return row !== undefined;
  }

  /** Writes down a check with what it found. What was written of it before is replaced. */
  keep({ task, check, subject }: Check, findings: readonly Finding[], ms: number): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#db
        .prepare('INSERT OR REPLACE INTO done (task, "check", subject, at, ms) VALUES (?, ?, ?, ?, ?)')
        .run(task, check, subject, new Date().toISOString(), Math.round(ms));
      this.#db
        .prepare('DELETE FROM finding WHERE task = ? AND "check" = ? AND subject = ?')
        .run(task, check, subject);
      const insert = this.#db.prepare(
        'INSERT INTO finding (task, "check", subject, n, kind, accused, code, says, evidence) VALUES (?,?,?,?,?,?,?,?,?)',
      );
      for (const [n, { kind, accused, code, says, evidence }] of findings.entries()) {
        insert.run(task, check, subject, n, kind, accused, code, says, evidence);
      }
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Everything found, in no order; with a task, in that task. */
  findings(task?: string): Found[] {
    const rows = this.#db
      .prepare(
        'SELECT task, "check", kind, accused, code, says, evidence FROM finding WHERE ?1 IS NULL OR task = ?1',
      )
      .all(task ?? null);
    return rows.map((row) => ({ ...row })) as unknown as Found[];
  }

  /** How many checks of each kind have been made. */
  counts(): Map<CheckName, number> {
    const rows = this.#db.prepare('SELECT "check", count(*) AS n FROM done GROUP BY "check"').all();
    return new Map(rows.map((row) => [row['check'] as CheckName, row['n'] as number]));
  }

  /** Which checks of a task have been made. */
  doneIn(task: string): Set<CheckName> {
    const rows = this.#db.prepare('SELECT DISTINCT "check" FROM done WHERE task = ?').all(task);
    return new Set(rows.map((row) => row['check'] as CheckName));
  }

  keepHead(size: number, checkpoint: string): void {
    this.#db.prepare('INSERT OR IGNORE INTO head (size, checkpoint) VALUES (?, ?)').run(size, checkpoint);
  }

  /** The smallest head that is kept and covers the entry at this index; undefined where there is none. */
  headOver(index: number): { size: number; checkpoint: string } | undefined {
    const row = this.#db
      .prepare('SELECT size, checkpoint FROM head WHERE size > ? ORDER BY size LIMIT 1')
      .get(index);
    if (row === undefined) return undefined;
    return { size: row['size'] as number, checkpoint: row['checkpoint'] as string };
  }
}
