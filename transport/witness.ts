/**
 * A party that is a witness of the log: it cosigns what this process has read and verified, and hands the
 * cosignatures in.
 *
 * The checkpoint that ends with an evaluation is cosigned at once, by every witness: a release waits for it, and
 * so all have cosigned one and the same size. The newest checkpoint is cosigned at most once in `HEAD_PERIOD_MS`.
 * Sizes only grow. A cosignature is handed in before the next is made, so that one at most is lost with a process;
 * the last is made again at every start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StrongroomError } from '../proto/errors.ts';
import { signerOf, type Identity } from '../trust/identity.ts';
import type { TaskLife } from '../trust/life.ts';
import { Cosigner } from '../trust/log/cosigner.ts';
import { WitnessStore } from '../trust/storage/witness-store.ts';
import type { Board } from './board.ts';

const HEAD_PERIOD_MS = 1_000;

export class Witness implements AsyncDisposable {
  readonly #board: Board;
  readonly #log: Logger;
  readonly #store: WitnessStore;
  readonly #cosigner: Cosigner;
  readonly #closing = new AbortController();
  /** Sizes of the log that end with an evaluation, ascending, not cosigned yet. */
  #due: number[] = [];
  #headDue = true;
  /** Whether what was cosigned before this process began has been handed in again. */
  #resumed = false;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #working: Promise<void> | undefined;
  readonly #following: Promise<void>;

  /** Begins to cosign what `board` reads. `file` remembers what was cosigned last. */
  constructor(options: { board: Board; identity: Identity; file: string; log: Logger }) {
    this.#board = options.board;
    this.#log = options.log;
    this.#store = new WitnessStore(options.file);
    this.#cosigner = new Cosigner(this.#board.book.consortium.log, signerOf(options.identity), this.#store);
    this.#note(this.#board.book.tasks.values());
    this.#following = this.#follow();
    this.#wake();
  }

  /** Stops cosigning, and waits until what is under way has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#following;
    await this.#working;
    this.#store[Symbol.dispose]();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        for await (const changed of this.#board.follow(signal)) {
          this.#note(changed);
          this.#wake();
        }
      } catch (error) {
        // Whoever runs this process listens as well, and is told what is wrong with the log.
        if (error instanceof StrongroomError) return;
        // A full disk takes nothing at present.
        await sleep(HEAD_PERIOD_MS, undefined, { signal }).catch(() => undefined);
        this.#note(this.#board.book.tasks.values());
      }
    }
  }

  #note(tasks: Iterable<TaskLife>): void {
    for (const { phase, evaluatedSize } of tasks) {
      if ((phase !== 'EVALUATED' && phase !== 'RELEASING') || evaluatedSize === undefined) continue;
      if (evaluatedSize > this.#cosigner.size && !this.#due.includes(evaluatedSize)) {
        this.#due.push(evaluatedSize);
      }
    }
    this.#due.sort((a, b) => a - b);
  }

  #wake(): void {
    if (!this.#busy) this.#working = this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    try {
      this.#board.requireOneHistory();
      for (let size = this.#next(); size !== undefined; size = this.#next()) await this.#cosign(size);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const code = error instanceof StrongroomError ? error.code : 'INTERNAL';
      if (error instanceof StrongroomError && code === 'LOG_INCONSISTENT') this.#board.examine(error);
      this.#log.warn({ code, err: error }, 'the log was not cosigned; it will be tried again as it grows');
      // A refusal stays one; a disk that was full has room again without the log having grown.
      if (error instanceof StrongroomError && error.kind === 'refused') return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#headDue = true;
        this.#wake();
      }, HEAD_PERIOD_MS);
    } finally {
      this.#busy = false;
    }
  }

  /** The size that is to be cosigned next; undefined where none is due. */
  #next(): number | undefined {
    const { size } = this.#board.book.follower;
    if (this.#closing.signal.aborted || size < this.#cosigner.size) return undefined;
    if (!this.#resumed && this.#cosigner.size > 0) return this.#cosigner.size;
    this.#due = this.#due.filter((due) => due > this.#cosigner.size);
    const [due] = this.#due;
    if (due !== undefined) return due;
    if (size === this.#cosigner.size || !this.#headDue) return undefined;
    this.#headDue = false;
    this.#timer = setTimeout(() => {
      this.#headDue = true;
      this.#wake();
    }, HEAD_PERIOD_MS);
    return size;
  }

  async #cosign(size: number): Promise<void> {
    const oldSize = this.#cosigner.size;
    const { last } = this.#cosigner;
    const checkpoint =
      size === oldSize && last !== undefined
        ? last
        : await this.#board.checkpointAt(size, this.#closing.signal);
    const proof = oldSize === 0 ? [] : this.#board.book.follower.consistencyProof(oldSize, size);
    const cosigned = this.#cosigner.add({ oldSize, proof, checkpoint });
    this.#resumed = true;
    await this.#board.cosign(cosigned, this.#closing.signal);
    this.#log.debug({ size }, 'cosigned the log');
  }
}
