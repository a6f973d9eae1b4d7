/** What an input party computes to link its records: batch by batch, of many records on all processors. */
import { availableParallelism } from 'node:os';
import { batchesOf } from '../schemes/linkage/batches.ts';
import { blindKeys, pseudonymsOf, type HolderAnswer } from '../schemes/linkage/blinding.ts';
import { answerBytes, BATCH, POINT_BYTES, YOUNG_MEGABYTES } from '../schemes/linkage/sizes.ts';
import { keyBytes } from '../statistics/linked-table.ts';
import { ThreadPool } from '../trust/threads/pool.ts';
import type { LinkageCalls } from './linkage-thread.ts';

const PROGRAM = new URL('./linkage-thread.ts', import.meta.url);

/** Fewer records are done before a thread has started. */
const FEW = 2048;

/** Batches that are on their way to the threads or back. */
const AT_ONCE = availableParallelism() + 1;

/** Of all parties of this process. */
const THREADS = new ThreadPool<LinkageCalls>(PROGRAM, { youngMegabytes: YOUNG_MEGABYTES });

/** How many of them link at present. */
let linking = 0;

/** The threads, with the memory that they hold, end with the work of the last party that needs them. */
export class LinkageWork implements Disposable {
  readonly #seed: Uint8Array;
  readonly #records: number;
  readonly #threads: ThreadPool<LinkageCalls> | undefined;

  /** `seed` is that of the blinds; the caller keeps it. */
  constructor(seed: Uint8Array, records: number) {
    this.#seed = seed;
    this.#records = records;
    this.#threads = records <= FEW ? undefined : THREADS;
    linking++;
  }

  [Symbol.dispose](): void {
    if (--linking === 0) THREADS[Symbol.dispose]();
  }

  /** The request for these keys. */
  blind(keys: readonly string[]): Promise<Uint8Array> {
    const seed = this.#seed;
    return this.#inBatches((from, to) => {
      const batch = keys.slice(from, to).map(keyBytes);
      return this.#threads?.call('blind', { keys: batch, seed, from }) ?? blindKeys(batch, seed, from);
    });
  }

  /** The pseudonyms, in the order of the request. Throws LINKAGE_INVALID as `pseudonymsOf` does. */
  pseudonyms(request: Uint8Array, answers: readonly HolderAnswer[]): Promise<Uint8Array> {
    const seed = this.#seed;
    return this.#inBatches((from, to) => {
      const asked = request.slice(from * POINT_BYTES, to * POINT_BYTES);
      // What is too much in an answer is refused with its last batch.
      const end = to === this.#records ? undefined : answerBytes(to);
      const parts = answers.map((one) => ({ ...one, answer: one.answer.slice(answerBytes(from), end) }));
      const argument = { request: asked, seed, answers: parts, from };
      return this.#threads?.call('pseudonyms', argument) ?? pseudonymsOf(asked, seed, parts, from);
    });
  }

  /** What all batches give, one after the other. */
  async #inBatches(
    work: (from: number, to: number) => Uint8Array | Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const results: Uint8Array[] = [];
    const queue = batchesOf(this.#records);
    const next = async () => {
      for (const [from, to] of queue) results[from / BATCH] = await work(from, to);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return Buffer.concat(results);
  }
}
