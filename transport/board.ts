/** The board as a party sees it: a verified view of the log, and the party's own connection to add to it. */
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import type { TaskBook } from '../trust/book.ts';
import type { Blob } from '../trust/documents.ts';
import type { SignedBlob } from '../trust/evaluation.ts';
import { groupsOf } from '../trust/groups.ts';
import type { TaskLife } from '../trust/life.ts';
import { openCheckpoint } from '../trust/log/checkpoint.ts';
import { cosignedBy, openCosigned, requireWitnesses } from '../trust/log/cosignature.ts';
import { leafOf } from '../trust/log/entry.ts';
import { verifyInclusion } from '../trust/log/merkle.ts';
import { CHUNK_BYTES, MANY_OBJECTS } from './chunks.ts';
import { connect, type Connection } from './client.ts';
import { CosignedWaits } from './cosigned-waits.ts';
import { LogView } from './log-view.ts';
import type { Profile } from './profile.ts';
import type { RetryRule } from './retry.ts';

export class Board implements AsyncDisposable {
  readonly #address: string;
  readonly #connection: Connection;
  readonly #view: LogView;
  /** Whether the view ends with this board. */
  readonly #ownsView: boolean;
  /** By committee. */
  readonly #waits = new Map<string, CosignedWaits>();

  private constructor(address: string, connection: Connection, view: LogView, ownsView: boolean) {
    this.#address = address;
    this.#connection = connection;
    this.#view = view;
    this.#ownsView = ownsView;
  }

  /**
   * Opens the board with what this party has kept of the log, all of it verified anew; dials nobody yet.
   * Throws LOG_INCONSISTENT where the kept copy does not hash to its own checkpoint.
   */
  static open(profile: Profile, retry: RetryRule): Board {
    const connection = dial(profile, retry);
    const file = join(profile.state, 'log.db');
    const evidence = join(profile.state, 'evidence');
    const view = new LogView(profile.consortium, file, evidence, connection.board);
    return new Board(profile.config.aggregator, connection, view, true);
  }

  /**
   * The board of another party of the same consortium in this process. It has a connection of its own, and
   * believes what this board has verified of the log, for as long as this board is open.
   */
  beside(profile: Profile, retry: RetryRule): Board {
    if (profile.consortium.digest !== this.#view.pinned) {
      throw new StrongroomError('IDENTITY_INVALID', 'Another consortium has another log.');
    }
    return new Board(profile.config.aggregator, dial(profile, retry), this.#view, false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#ownsView ? this.#view[Symbol.asyncDispose]() : undefined;
    this.#connection.close();
    await ended;
  }

  get book(): TaskBook {
    return this.#view.book;
  }

  /** The digest of the consortium document with which the log begins. */
  get pinned(): string {
    return this.#view.pinned;
  }

  /** The file with the proof that the log has two histories; undefined where there is none. */
  get splitHistory(): string | undefined {
    return this.#view.guard.evidence;
  }

  /** The file of evidence for an entry of a task whose signer had seen another log; undefined where there is none. */
  foreignHistory(task: TaskLife, index: number): string | undefined {
    return this.#view.guard.foreign(task, index);
  }

  /** Throws LOG_INCONSISTENT where this party has a proof that the log has two histories. */
  requireOneHistory(): void {
    this.#view.guard.requireOneHistory();
  }

  /** Holds the checkpoints that stand in a LOG_INCONSISTENT against this party's log, and keeps what that proves. */
  examine(error: StrongroomError): void {
    const { held, shown } = error.details;
    for (const note of [held, shown]) if (typeof note === 'string') this.#view.guard.examine(note);
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
      await this.#view.refresh(silence.signal, () => clearTimeout(timer));
    } finally {
      clearTimeout(timer);
    }
  }

  #silent(): StrongroomError {
    const address = this.#address;
    const fix = 'is it running, and is its address in strongroom.yaml right?';
    return new StrongroomError('UNREACHABLE', `The aggregator at ${address} does not answer; ${fix}`, {
      details: { address },
    });
  }

  /** Sees to it that the view contains the entry at this index, which the aggregator has proved to be there. */
  reach(index: number): Promise<void> {
    return this.#view.reach(index);
  }

  /**
   * Yields the tasks that have changed, batch by batch, until the signal says stop; then its reason is thrown.
   * The log is followed in the background once for all who listen.
   */
  follow(signal: AbortSignal): AsyncGenerator<ReadonlySet<TaskLife>, void, undefined> {
    return this.#view.follow(signal);
  }

  /** An entry of the verified copy. Throws NOT_FOUND. */
  entry(index: number): Uint8Array {
    return this.#view.entry(index);
  }

  /**
   * Appends a signed envelope, and returns its index once the aggregator has proved that the log contains it.
   * Throws LOG_INCONSISTENT where the proof does not hold.
   */
  async append(envelope: Uint8Array): Promise<number> {
    const { index, checkpoint, inclusionProof } = await this.#connection.board.append(envelope);
    const { log } = this.book.consortium;
    const head = openCheckpoint(checkpoint, log.origin, log.keys);
    if (this.#view.guard.examine(checkpoint)) this.requireOneHistory();
    if (verifyInclusion(leafOf(envelope), index, head.size, inclusionProof, head.root)) return index;
    throw new StrongroomError(
      'LOG_INCONSISTENT',
      'The aggregator does not prove that the log holds the document.',
    );
  }

  /** The signed checkpoint of the first `size` entries. Throws LOG_INCONSISTENT where the aggregator shows another. */
  async checkpointAt(size: number, signal?: AbortSignal): Promise<string> {
    const { follower, consortium } = this.book;
    if (size === follower.size && follower.checkpoint !== undefined) return follower.checkpoint;
    const { checkpoint } = await this.#connection.board.prove({ treeSize: size }, { signal });
    const shown = openCheckpoint(checkpoint, consortium.log.origin, consortium.log.keys);
    if (shown.size === size) return checkpoint;
    throw new StrongroomError(
      'LOG_INCONSISTENT',
      `The aggregator shows a checkpoint of ${shown.size} entries, not of ${size}.`,
    );
  }

  /** Hands in a checkpoint that this party has cosigned. Throws LOG_INCONSISTENT where the aggregator's log is another. */
  cosign(checkpoint: string, signal?: AbortSignal): Promise<void> {
    return this.#connection.witnesses.cosign(checkpoint, { signal });
  }

  /**
   * A checkpoint of this log, of at least `size` entries, that all these parties have cosigned: the note, with the
   * log's signature and theirs. Waits for it, `waitMs` at most, in one call with whoever waits for the same parties.
   *
   * Throws NOT_WITNESSED where there is none by then, SIGNATURE_INVALID where a cosignature is false, and
   * LOG_INCONSISTENT where what the aggregator shows is no checkpoint of the history that was verified here.
   */
  cosigned(size: number, parties: readonly string[], waitMs: number): Promise<string> {
    const committee = JSON.stringify([parties, waitMs]);
    const ask = (least: number) => this.#askForCosigned(least, parties, waitMs);
    const waits = this.#waits.get(committee) ?? new CosignedWaits(ask);
    this.#waits.set(committee, waits);
    return waits.until(size).finally(() => {
      if (waits.idle && this.#waits.get(committee) === waits) this.#waits.delete(committee);
    });
  }

  async #askForCosigned(
    size: number,
    parties: readonly string[],
    waitMs: number,
  ): Promise<{ size: number; note: string }> {
    const { follower, consortium } = this.book;
    const note = await this.#connection.witnesses.cosigned({ size, witnesses: [...parties], waitMs });
    if (this.#view.guard.examine(note)) this.requireOneHistory();
    const shown = openCosigned(note, consortium.log, consortium.witnesses);
    requireWitnesses(shown, parties);
    if (shown.size >= size && shown.size <= follower.size) {
      return { size: shown.size, note: cosignedBy(note, consortium.log.origin, parties) };
    }
    throw new StrongroomError('NOT_WITNESSED', `A cosigned log of ${size} entries is not there yet.`);
  }

  /** Uploads an object for a task; it may be repeated at will. */
  async put(task: string, bytes: Uint8Array): Promise<void> {
    await this.#connection.blobs.put(task, bytes);
  }

  /** The same for many; `onSent` hears how many are there. */
  putMany(task: string, objects: Iterable<Uint8Array>, onSent?: (objects: number) => void): Promise<void> {
    return this.#connection.blobs.putMany(task, objects, onSent === undefined ? {} : { onSent });
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
      throw notAsSigned(error, [{ party, blob }]);
    }
  }

  /** The same for many, in order: small ones travel together, and fetching goes on while the caller computes. */
  async *getAll(signed: Iterable<SignedBlob>): AsyncGenerator<Uint8Array, void, undefined> {
    // What does not travel with others is a group by itself.
    const bytesOf = ({ blob }: SignedBlob): number => (blob.size > CHUNK_BYTES ? Infinity : blob.size);
    const groups = groupsOf(signed, bytesOf, GROUP_BYTES, MANY_OBJECTS);
    const fetching: Promise<Uint8Array[]>[] = [];
    for (;;) {
      while (fetching.length < AHEAD) {
        const group = groups.next();
        if (group.done === true) break;
        const objects = this.#group(group.value);
        // Whoever awaits it hears of a failure; the caller may have stopped before.
        objects.catch(() => undefined);
        fetching.push(objects);
      }
      const first = fetching.shift();
      if (first === undefined) return;
      yield* await first;
    }
  }

  async #group(signed: readonly SignedBlob[]): Promise<Uint8Array[]> {
    const [only] = signed;
    if (only !== undefined && signed.length === 1) return [await this.get(only.blob, only.party)];
    try {
      return await Array.fromAsync(this.#connection.blobs.many(signed.map(({ blob }) => blob)));
    } catch (error) {
      throw notAsSigned(error, signed);
    }
  }
}

/** Bytes of one request for many: each request costs the aggregator as much as some of them. */
const GROUP_BYTES = 4 * 1024 * 1024;
/** Groups that are fetched while the one before them is computed with. */
const AHEAD = 2;

/** Names the party whose object the aggregator did not send. */
function notAsSigned(error: unknown, signed: readonly SignedBlob[]): unknown {
  if (!(error instanceof StrongroomError) || error.code !== 'DIGEST_MISMATCH') return error;
  const { party = '', blob } = signed.find((item) => item.blob.digest === error.details['digest']) ?? {};
  return new StrongroomError('DIGEST_MISMATCH', `What the aggregator sent is not what ${party} signed.`, {
    details: { party, digest: blob?.digest ?? '' },
    cause: error,
  });
}

function dial({ identity, consortium, config }: Profile, retry: RetryRule): Connection {
  return connect({ address: config.aggregator, identity, consortium, retry });
}
