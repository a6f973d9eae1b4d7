/**
 * The log on disk: envelopes in order in SQLite (WAL, synchronous=FULL), and over them in memory the Merkle
 * tree of RFC 6962, 64 bytes for each entry.
 *
 * What is durable: an entry, when `append` returns. A process or machine that stops inside `append` has either
 * the whole entry or none of it.
 */
import { once, EventEmitter } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { StrongroomError } from '../proto/errors.ts';
import { hex, unhex } from '../trust/digest.ts';
import { entryOf } from '../trust/log/entry.ts';
import { leafHash, MerkleTree } from '../trust/log/merkle.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS entries (
    "index" INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    envelope BLOB NOT NULL
  ) STRICT;
`;

export class LogStore implements Disposable {
  readonly #db: DatabaseSync;
  readonly #tree: MerkleTree;
  readonly #events = new EventEmitter<{ entry: [index: number, envelope: Uint8Array] }>().setMaxListeners(0);

  /** Opens the log in this file, which is made where it is not there. Throws LOG_INCONSISTENT where an entry is missing. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
    const rows = this.#db.prepare('SELECT "index", digest FROM entries ORDER BY "index"').all();
    rows.forEach((row, index) => {
      if (row['index'] === index) return;
      throw new StrongroomError('LOG_INCONSISTENT', `Entry ${index} is missing from the log in ${path}.`);
    });
    this.#tree = new MerkleTree(rows.map((row) => leafHash(unhex(row['digest'] as string))));
  }

  get size(): number {
    return this.#tree.size;
  }

  /** Roots and proofs at every size that the log has had. */
  get tree(): Pick<MerkleTree, 'size' | 'root' | 'subtree' | 'inclusionProof' | 'consistencyProof'> {
    return this.#tree;
  }

  /** Where exactly these bytes stand; undefined where they do not. */
  find(envelope: Uint8Array): number | undefined {
    const row = this.#db.prepare('SELECT "index" FROM entries WHERE digest = ?').get(hex(entryOf(envelope)));
    return row?.['index'] as number | undefined;
  }

  /**
   * Appends an envelope and returns its index; durable when it returns. Bytes that stand in the log already
   * keep their place. Listeners have been called when it returns.
   */
  append(envelope: Uint8Array): number {
    const known = this.find(envelope);
    if (known !== undefined) return known;
    const index = this.size;
    const entry = entryOf(envelope);
    this.#db
      .prepare('INSERT INTO entries ("index", digest, envelope) VALUES (?, ?, ?)')
      .run(index, hex(entry), envelope);
    this.#tree.append(leafHash(entry));
    this.#events.emit('entry', index, envelope);
    return index;
  }

  /** Calls the listener with every new entry, in the same tick in which it became durable. */
  onEntry(listener: (index: number, envelope: Uint8Array) => void): void {
    this.#events.on('entry', listener);
  }

  /** The entries from an index on: as many as fit into `limitBytes`, and one at least where there is one. */
  read(from: number, limitBytes: number): Uint8Array[] {
    const rows = this.#db
      .prepare('SELECT envelope FROM entries WHERE "index" >= ? ORDER BY "index"')
      .iterate(from);
    const entries: Uint8Array[] = [];
    let bytes = 0;
    for (const row of rows) {
      const envelope = row['envelope'] as Uint8Array;
      bytes += envelope.length;
      if (entries.length > 0 && bytes > limitBytes) break;
      entries.push(envelope);
    }
    return entries;
  }

  /** The entries as the tree holds them, `count` of them from an index on, or as many as there are. */
  entries(from: number, count: number): Uint8Array[] {
    const rows = this.#db
      .prepare('SELECT digest FROM entries WHERE "index" >= ? ORDER BY "index" LIMIT ?')
      .all(from, count);
    return rows.map((row) => unhex(row['digest'] as string));
  }

  /** Resolves once the log has more than `size` entries. Throws the reason of an aborted signal. */
  async grown(size: number, signal: AbortSignal): Promise<void> {
    try {
      while (this.size <= size) await once(this.#events, 'entry', { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
