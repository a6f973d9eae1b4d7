/**
 * The board as a party sees it: its own verified copy of the log, and the ways to add to it. What the
 * aggregator sends is believed only when it hashes to the checkpoint, and is kept before it is acted upon.
 */
import { EventEmitter, on } from 'node:events';
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { TaskBook } from '../trust/book.ts';
import { equalBytes } from '../trust/digest.ts';
import type { Blob } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import { openCheckpoint } from '../trust/log/checkpoint.ts';
import { leafHash, verifyInclusion } from '../trust/log/merkle.ts';
import { LogReplica } from '../trust/storage/log-replica.ts';
import { connect, type Connection } from './client.ts';
import type { Profile } from './profile.ts';
import type { RetryRule } from './retry.ts';

export class Board implements AsyncDisposable {
  readonly book: TaskBook;
  readonly #address: string;
  readonly #connection: Connection;
  readonly #replica: LogReplica;
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #closing = new AbortController();
  #tailing: Promise<void> | undefined;

  private constructor(address: string, connection: Connection, book: TaskBook, replica: LogReplica) {
    this.#address = address;
    this.#connection = connection;
    this.book = book;
    this.#replica = replica;
  }

  /**
   * Opens the board with what this party has kept of the log, all of it verified anew; dials nobody yet.
   * Throws LOG_INCONSISTENT where the kept copy does not hash to its own checkpoint.
   */
  static open(profile: Profile, retry: RetryRule): Board {
    const { identity, consortium, config } = profile;
    const replica = new LogReplica(join(profile.state, 'log.db'));
    const book = new TaskBook(consortium);
    const kept = replica.load();
    if (kept !== undefined) book.read(kept.entries, kept.checkpoint);
    const address = config.aggregator;
    return new Board(address, connect({ address, identity, consortium, retry }), book, replica);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#connection.close();
    await this.#tailing;
    this.#replica[Symbol.dispose]();
  }

  /** Whether the aggregator answers at present. */
  isConnected(): Promise<boolean> {
    return this.#connection.waitForReady(1_000).then(
      () => true,
      () => false,
    );
  }

  /**
   * Reads the log to its present end. Throws UNREACHABLE where the aggregator has not begun to answer after
   * `answerWithinMs`; without it, once the rule for trying again is used up.
   */
  async refresh(answerWithinMs?: number): Promise<void> {
    const silence = new AbortController();
    const timer =
      answerWithinMs === undefined
        ? undefined
        : setTimeout(() => silence.abort(this.#silent()), answerWithinMs);
    try {
      await this.#readToEnd(silence.signal, () => clearTimeout(timer));
    } finally {
      clearTimeout(timer);
    }
  }

  async #readToEnd(signal: AbortSignal, onAnswer: () => void): Promise<void> {
    let next = this.book.follower.size;
    for await (const { entries, checkpoint } of this.#connection.board.follow(next, { signal })) {
      onAnswer();
      this.#take(next, entries, checkpoint);
      next += entries.length;
    }
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
      for await (const { entries, checkpoint } of this.#connection.board.follow(next, {
        tail: true,
        signal,
      })) {
        this.#take(next, entries, checkpoint);
        next += entries.length;
      }
    } catch (error) {
      // Where nobody listens any more, whoever does so next starts anew and meets the error itself.
      if (!signal.aborted && this.#events.listenerCount('error') > 0) this.#events.emit('error', error);
    }
  }

  #silent(): StrongroomError {
    const address = this.#address;
    const fix = 'is it running, and is its address in strongroom.yaml right?';
    return new StrongroomError('UNREACHABLE', `The aggregator at ${address} does not answer; ${fix}`, {
      details: { address },
    });
  }

  /** An entry of this party's verified copy. Throws NOT_FOUND. */
  entry(index: number): Uint8Array {
    return this.#replica.entry(index);
  }

  /** Verifies, keeps, and only then shows. What another stream has brought already must be the same. */
  #take(first: number, entries: readonly Uint8Array[], checkpoint: string): void {
    const { follower } = this.book;
    const known = Math.min(follower.size - first, entries.length);
    for (const [offset, entry] of entries.slice(0, known).entries()) {
      if (equalBytes(leafHash(entry), follower.leafHashAt(first + offset))) continue;
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
    this.#replica.keep(first + known, fresh, checkpoint);
    this.#events.emit('changed', changed);
  }

  /**
   * Appends a signed envelope, and returns its index once the aggregator has proved that the log contains it.
   * Throws LOG_INCONSISTENT where the proof does not hold.
   */
  async append(envelope: Uint8Array): Promise<number> {
    const { index, checkpoint, inclusionProof } = await this.#connection.board.append(envelope);
    const { log } = this.book.consortium;
    const head = openCheckpoint(checkpoint, log.origin, log.keys);
    if (verifyInclusion(leafHash(envelope), index, head.size, inclusionProof, head.root)) return index;
    throw new StrongroomError(
      'LOG_INCONSISTENT',
      'The aggregator does not prove that the log holds the document.',
    );
  }

  /** Uploads an object for a task; it may be repeated at will. */
  async put(task: string, bytes: Uint8Array): Promise<void> {
    await this.#connection.blobs.put(task, bytes);
  }

  /** Whether the aggregator says that it holds all of an object. */
  async has(digest: string): Promise<boolean> {
    return (await this.#connection.blobs.stat(digest)).complete;
  }

  /** Fetches an object that `party` has signed for, verified against the signed digest and size. */
  async get(blob: Blob, party: string): Promise<Uint8Array> {
    try {
      return await this.#connection.blobs.bytes(blob);
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.code !== 'DIGEST_MISMATCH') throw error;
      throw new StrongroomError('DIGEST_MISMATCH', `What the aggregator sent is not what ${party} signed.`, {
        details: { party, digest: blob.digest },
        cause: error,
      });
    }
  }
}
