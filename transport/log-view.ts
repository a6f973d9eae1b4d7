/**
 * A verified view of the log: this process's own copy of it. What the aggregator sends is believed only when it
 * hashes to the checkpoint, and is kept before it is acted upon.
 */
import { EventEmitter, on } from 'node:events';
import { StrongroomError } from '../proto/errors.ts';
import { TaskBook } from '../trust/book.ts';
import type { Consortium } from '../trust/consortium.ts';
import { equalBytes } from '../trust/digest.ts';
import type { TaskLife } from '../trust/life.ts';
import { leafOf } from '../trust/log/entry.ts';
import { LogReplica } from '../trust/storage/log-replica.ts';
import type { BoardClient } from './board-client.ts';
import { HistoryGuard } from './history-guard.ts';

/** How long the aggregator has to show a second copy of the log, where the first contradicts itself. */
const INVESTIGATION_MS = 30_000;

interface Batch {
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  readonly checkpoint: string;
  readonly changed: ReadonlySet<TaskLife>;
}

export class LogView implements AsyncDisposable {
  readonly book: TaskBook;
  readonly guard: HistoryGuard;
  /** The digest of the consortium document with which the log begins. */
  readonly pinned: string;
  readonly #client: BoardClient;
  readonly #replica: LogReplica;
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #closing = new AbortController();
  #tailing: Promise<void> | undefined;
  /** Verified batches that the disk has not taken yet. */
  readonly #unkept: Batch[] = [];

  /**
   * Opens what is kept of the log in a file, all of it verified anew, to be followed through `client`; evidence that
   * it has more than one history goes to the folder `evidence`.
   * Throws LOG_INCONSISTENT where the kept copy does not hash to its own checkpoint.
   */
  constructor(consortium: Consortium, file: string, evidence: string, client: BoardClient) {
    this.#client = client;
    this.#replica = new LogReplica(file);
    this.pinned = consortium.digest;
    this.book = new TaskBook(consortium);
    this.guard = new HistoryGuard(this, consortium.digest, evidence);
    const kept = this.#replica.load();
    if (kept !== undefined) this.book.read(kept.entries, kept.checkpoint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#tailing;
    this.#replica[Symbol.dispose]();
  }

  /** Reads the log to its present end. `onAnswer` is called with every answer of the aggregator. */
  async refresh(signal?: AbortSignal, onAnswer: () => void = () => undefined): Promise<void> {
    let next = this.book.follower.size;
    try {
      for await (const { entries, checkpoint } of this.#client.follow(next, { signal })) {
        onAnswer();
        this.#take(next, entries, checkpoint);
        next += entries.length;
      }
    } catch (error) {
      await this.#investigate(error);
      throw error;
    }
  }

  /** Where the aggregator shows what contradicts this view, whether it proves that the log has two histories. */
  async #investigate(error: unknown): Promise<void> {
    if (!(error instanceof StrongroomError) || error.code !== 'LOG_INCONSISTENT') return;
    const { shown } = error.details;
    if (typeof shown === 'string' && this.guard.examine(shown)) return;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(INVESTIGATION_MS)]);
    try {
      await this.guard.compare(this.#client.follow(0, { signal }));
    } catch {
      // What it shows is not even a log: nothing to keep, and what was noticed first is told.
    }
  }

  /** Sees to it that this view contains the entry at this index, which the aggregator has proved to be there. */
  async reach(index: number): Promise<void> {
    while (this.book.follower.size <= index) {
      // Whoever follows the log is told; many that wait need not all ask.
      if (this.#tailing === undefined) await this.refresh();
      else await this.#next();
    }
  }

  async #next(): Promise<void> {
    const changes = this.follow(this.#closing.signal);
    await changes.next();
    await changes.return();
  }

  /**
   * Yields the tasks that have changed, batch by batch, until the signal says stop; then its reason is thrown.
   * The log is followed in the background once for all who listen.
   */
  async *follow(signal: AbortSignal): AsyncGenerator<ReadonlySet<TaskLife>, void, undefined> {
    const batches = on(this.#events, 'changed', { signal });
    this.#tailing ??= this.#tail().finally(() => (this.#tailing = undefined));
    try {
      for await (const [changed] of batches) yield changed as ReadonlySet<TaskLife>;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  async #tail(): Promise<void> {
    const { signal } = this.#closing;
    let next = this.book.follower.size;
    try {
      this.#keep();
      for await (const { entries, checkpoint } of this.#client.follow(next, { tail: true, signal })) {
        this.#take(next, entries, checkpoint);
        next += entries.length;
      }
    } catch (error) {
      await this.#investigate(error);
      // Where nobody listens any more, whoever does so next starts anew and meets the error itself.
      if (!signal.aborted && this.#events.listenerCount('error') > 0) this.#events.emit('error', error);
    }
  }

  /** An entry of the verified copy. Throws NOT_FOUND. */
  entry(index: number): Uint8Array {
    return this.#replica.entry(index);
  }

  /** Verifies, keeps, and only then shows. What another stream has brought already must be the same. */
  #take(first: number, entries: readonly Uint8Array[], checkpoint: string): void {
    const { follower } = this.book;
    const known = Math.min(follower.size - first, entries.length);
    for (const [offset, entry] of entries.slice(0, known).entries()) {
      if (equalBytes(leafOf(entry), follower.leafHashAt(first + offset))) continue;
      throw new StrongroomError(
        'LOG_INCONSISTENT',
        `The aggregator shows two different entries ${first + offset}.`,
      );
    }
    const fresh = entries.slice(known);
    if (fresh.length === 0 && follower.size > 0) {
      // Nothing new; but a head of the same size over other entries is another history.
      if (first + entries.length === follower.size) follower.extend([], checkpoint);
      return;
    }
    const changed = this.book.read(fresh, checkpoint);
    this.#unkept.push({ first: first + known, entries: fresh, checkpoint, changed });
    this.#keep();
  }

  /** Keeps what has been verified, in order, and shows it. Throws where the disk takes no more; what is left stays. */
  #keep(): void {
    for (let next = this.#unkept[0]; next !== undefined; next = this.#unkept[0]) {
      this.#replica.keep(next.first, next.entries, next.checkpoint);
      for (const task of next.changed) this.guard.examineTask(task);
      this.#unkept.shift();
      this.#events.emit('changed', next.changed);
    }
  }
}
