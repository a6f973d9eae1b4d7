/**
 * What a key holder must not forget, in one SQLite file: its seeds, its operator's decisions and everything
 * that it has said, written durably (WAL, synchronous=FULL) before any of it leaves the house.
 */
import { DatabaseSync } from 'node:sqlite';
import { sha256Hex } from '../trust/digest.ts';
import { parseEnvelope } from '../trust/envelope.ts';
import { openAtRest, sealAtRest, type UnlockKey } from '../trust/at-rest.ts';

/** What was said at one step of a task: the signed envelope, and the blob that it refers to, byte for byte. */
export interface Said {
  readonly envelope: Uint8Array;
  readonly blob: Uint8Array | undefined;
}

export interface Decision {
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
}

export class Journal implements Disposable {
  readonly #db: DatabaseSync;
  readonly #unlock: UnlockKey;

  constructor(file: string, unlock: UnlockKey) {
    this.#unlock = unlock;
    this.#db = new DatabaseSync(file);
    // secure_delete overwrites what is deleted, so that a destroyed seed does not stay in a free page.
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      CREATE TABLE IF NOT EXISTS said (
        task TEXT NOT NULL, step TEXT NOT NULL, envelope BLOB NOT NULL, blob BLOB,
        PRIMARY KEY (task, step)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS seed (task TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS decision (task TEXT PRIMARY KEY, verdict TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
    `);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** What was said at this step; undefined where nothing was. */
  said(task: string, step: string): Said | undefined {
    const row = this.#db
      .prepare('SELECT envelope, blob FROM said WHERE task = ? AND step = ?')
      .get(task, step);
    if (row === undefined) return undefined;
    return { envelope: row['envelope'] as Uint8Array, blob: (row['blob'] as Uint8Array | null) ?? undefined };
  }

  /** Whether the payload of this digest is what was said at this step. */
  holds(task: string, step: string, payloadDigest: string): boolean {
    const said = this.said(task, step);
    return said !== undefined && sha256Hex(parseEnvelope(said.envelope).payload) === payloadDigest;
  }

  /** Writes down what is about to be said. A step is said once: a second, different wording throws. */
  say(task: string, step: string, said: Said): void {
    this.#db
      .prepare('INSERT INTO said (task, step, envelope, blob) VALUES (?, ?, ?, ?)')
      .run(task, step, said.envelope, said.blob ?? null);
  }

  /** The seed of this task's key share; the caller wipes it. Undefined before approval and after shredding. */
  seed(task: string): Uint8Array | undefined {
    const row = this.#db.prepare('SELECT sealed FROM seed WHERE task = ?').get(task);
    return row === undefined
      ? undefined
      : openAtRest(row['sealed'] as Uint8Array, this.#unlock, `seed ${task}`);
  }

  /** Whether a seed is kept; unlike `seed` it opens nothing. */
  hasSeed(task: string): boolean {
    return this.#db.prepare('SELECT 1 FROM seed WHERE task = ?').get(task) !== undefined;
  }

  keepSeed(task: string, seed: Uint8Array): void {
    this.#db
      .prepare('INSERT INTO seed (task, sealed) VALUES (?, ?)')
      .run(task, sealAtRest(seed, this.#unlock, `seed ${task}`));
  }

  /** Destroys the seed and the blobs of this task, also in the write-ahead log. */
  shred(task: string): void {
    this.#db.prepare('DELETE FROM seed WHERE task = ?').run(task);
    this.#db.prepare('UPDATE said SET blob = NULL WHERE task = ? AND blob IS NOT NULL').run(task);
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  decision(task: string): Decision | undefined {
    const row = this.#db.prepare('SELECT verdict, reason FROM decision WHERE task = ?').get(task);
    if (row === undefined) return undefined;
    return { verdict: row['verdict'] as Decision['verdict'], reason: row['reason'] as string };
  }

  /** The operator's word; the first one stands. */
  decide(task: string, decision: Decision): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO decision (task, verdict, reason) VALUES (?, ?, ?)')
      .run(task, decision.verdict, decision.reason);
  }
}
