/**
 * Where each packed object is: an index in SQLite over the packs. It may lose its last entries in a power cut
 * (synchronous=NORMAL), since whatever is behind the `end` of a pack is read again when it is opened; what has been
 * deleted stays deleted.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { hex, unhex } from '../digest.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS packs (name TEXT PRIMARY KEY, "end" INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS objects (
    digest BLOB PRIMARY KEY,
    pack TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    size INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS objects_by_pack ON objects (pack);
`;

/** Where the bytes of an object are. */
export interface Place {
  /** The name of the file. */
  readonly pack: string;
  readonly offset: number;
  readonly size: number;
}

export interface Placed extends Place {
  readonly digest: string;
}

export class PackIndex implements Disposable {
  readonly #db: DatabaseSync;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #extend: StatementSync;

  /** Opens the index in this file, which is made where it is not there. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 5000 });
    this.#db.exec(SCHEMA);
    this.#find = this.#db.prepare('SELECT pack, "offset", size FROM objects WHERE digest = ?');
    this.#insert = this.#db.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)');
    this.#extend = this.#db.prepare('INSERT OR REPLACE INTO packs VALUES (?, ?)');
  }

  find(digest: string): Place | undefined {
    return this.#find.get(unhex(digest)) as Place | undefined;
  }

  /** The packs, and up to where what is in them is known. */
  packs(): Map<string, number> {
    const rows = this.#db.prepare('SELECT name, "end" FROM packs').all();
    return new Map(rows.map((row) => [row['name'] as string, row['end'] as number]));
  }

  in(pack: string): Placed[] {
    const rows = this.#db
      .prepare('SELECT digest, pack, "offset", size FROM objects WHERE pack = ?')
      .all(pack);
    return rows.map((row) => ({
      digest: hex(row['digest'] as Uint8Array),
      pack,
      offset: row['offset'] as number,
      size: row['size'] as number,
    }));
  }

  /** What is in the packs of a group, by name. */
  ofGroup(group: string): string[] {
    // Names of packs are the group, a full stop and something random; a slash comes right after the full stop.
    const rows = this.#db
      .prepare('SELECT digest FROM objects WHERE pack >= ? AND pack < ?')
      .all(`${group}.`, `${group}/`);
    return rows.map((row) => hex(row['digest'] as Uint8Array));
  }

  /** Objects of one pack that are on the disk, which ends at `end`. The last place of an object counts. */
  add(pack: string, placed: readonly Placed[], end: number): void {
    this.#together(() => {
      for (const { digest, offset, size } of placed) this.#insert.run(unhex(digest), pack, offset, size);
      this.#extend.run(pack, end);
    });
  }

  /** Forgets objects, durably. */
  delete(digests: Iterable<string>): void {
    const remove = this.#db.prepare('DELETE FROM objects WHERE digest = ?');
    this.#db.exec('PRAGMA synchronous = FULL');
    try {
      this.#together(() => {
        for (const digest of digests) remove.run(unhex(digest));
      });
    } finally {
      this.#db.exec('PRAGMA synchronous = NORMAL');
    }
  }

  /** Forgets a pack whose file is gone, with all that was in it. */
  drop(pack: string): void {
    this.#together(() => {
      this.#db.prepare('DELETE FROM objects WHERE pack = ?').run(pack);
      this.#db.prepare('DELETE FROM packs WHERE name = ?').run(pack);
    });
  }

  #together(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
