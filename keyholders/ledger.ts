/**
 * What this key holder has been asked and has released, in a file of its own: whose inputs, by the digests of
 * their manifests, which statistics over which records, for whom, when. Written durably (WAL, synchronous=FULL)
 * before an approval or a release leaves the house, so that whatever anybody knows by this key is in it.
 */
import { DatabaseSync } from 'node:sqlite';
import type { TaskLife } from '../trust/life.ts';
import { askedBy, type Asked } from './ledger-asked.ts';

/** One task that this key holder has approved. Times are ISO 8601 in UTC, by this key holder's clock. */
export interface LedgerEntry {
  readonly task: string;
  readonly requester: string;
  readonly approvedAt: string;
  /** Null until a share has been released. */
  readonly releasedAt: string | null;
  /** It has ended without a release: nothing is known by it. */
  readonly ended: boolean;
  /** Before the release the declared input parties, with null; then those of the sealed set. */
  readonly contributors: readonly { readonly party: string; readonly manifest: string | null }[];
  readonly asked: Asked;
}

/** What a task would tell beside another one; beside itself where it takes no other. */
export interface Concern {
  readonly task: string;
  readonly about: string;
}

export class Ledger implements Disposable {
  readonly #db: DatabaseSync;
  readonly #entries = new Map<string, LedgerEntry>();

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS asked (task TEXT PRIMARY KEY, approved_at TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS accepted (
        task TEXT NOT NULL, other TEXT NOT NULL, about TEXT NOT NULL, PRIMARY KEY (task, other, about)
      ) STRICT;
    `);
    for (const { entry } of this.#db.prepare('SELECT entry FROM asked ORDER BY approved_at, task').all()) {
      const parsed = JSON.parse(String(entry)) as LedgerEntry;
      this.#entries.set(parsed.task, parsed);
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** In the order of approval. */
  get entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }

  entry(task: string): LedgerEntry | undefined {
    return this.#entries.get(task);
  }

  /** Writes down an approval; one that is there stays as it is. */
  approve(task: TaskLife, at: Date): void {
    if (this.#entries.has(task.id)) return;
    this.#write({
      task: task.id,
      requester: task.proposal.payload.by,
      approvedAt: at.toISOString(),
      releasedAt: null,
      ended: false,
      contributors: task.inputs.map((party) => ({ party, manifest: null })),
      asked: askedBy(task.document, task.plan.layout),
    });
  }

  /** Writes down a release, with the inputs of the sealed set; one that is there stays as it is. */
  release(task: TaskLife, at: Date): void {
    this.approve(task, at);
    const entry = this.#entries.get(task.id);
    if (entry === undefined || entry.releasedAt !== null) return;
    const contributors = task.inputSet.map(({ payload, digest }) => ({
      party: payload.by,
      manifest: digest,
    }));
    this.#write({ ...entry, releasedAt: at.toISOString(), ended: false, contributors });
  }

  /** Writes down that nothing was released, and nothing will be. */
  end(task: string): void {
    const entry = this.#entries.get(task);
    if (entry !== undefined && !entry.ended) this.#write({ ...entry, releasedAt: null, ended: true });
  }

  #isOver(task: string): boolean {
    return this.#entries.get(task)?.ended ?? true;
  }

  /** The operator has seen what a task would tell beside others, and has approved it. */
  accept(task: string, concerns: readonly Concern[]): void {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO accepted (task, other, about) VALUES (?, ?, ?)');
    for (const { task: other, about } of concerns) insert.run(task, other, about);
  }

  /** Whether the operator has approved one of the two in view of just this about the other. */
  isAccepted(task: string, { task: other, about }: Concern): boolean {
    const query = this.#db.prepare('SELECT 1 FROM accepted WHERE task = ? AND other = ? AND about = ?');
    return query.get(task, other, about) !== undefined || query.get(other, task, about) !== undefined;
  }

  /**
   * Takes in what the log shows of this key holder's own words in a task and the ledger has lost, or has not known
   * of from the start, and closes a task that ended without a release. `released`: whether the journal holds one.
   */
  follow(task: TaskLife, holder: string, released: () => boolean): void {
    const approval = task.approvals.get(holder);
    const release = task.releases.get(holder);
    if (approval !== undefined) this.approve(task, new Date(approval.payload.at));
    if (release !== undefined) this.release(task, new Date(release.payload.at));
    else if (task.ending !== undefined && !this.#isOver(task.id) && !released()) this.end(task.id);
  }

  #write(entry: LedgerEntry): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO asked (task, approved_at, entry) VALUES (?, ?, ?)')
      .run(entry.task, entry.approvedAt, JSON.stringify(entry));
    this.#entries.set(entry.task, entry);
  }
}
