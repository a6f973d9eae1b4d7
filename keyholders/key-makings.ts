/** The key ceremonies that a process takes part in at present. */
import type { TaskLife } from '../trust/life.ts';
import type { HolderThreads } from './ceremony.ts';
import { KeyMaking } from './key-making.ts';

/** For so long what has been computed for an approval is kept: the others may approve at once. */
const APPROVED_KEPT_MS = 30_000;

export class KeyMakings implements Disposable {
  readonly #holder: string;
  readonly #threads: HolderThreads;
  readonly #tasks = new Map<string, KeyMaking>();

  constructor(holder: string, threads: HolderThreads) {
    this.#holder = holder;
    this.#threads = threads;
  }

  /**
   * Opens the ceremony of a task that is being approved; wipes the seed. A task may wait for days until all have
   * approved: what can be computed again is not kept for that.
   */
  async begin(task: TaskLife, seed: Uint8Array): Promise<KeyMaking> {
    const ceremony = await this.#open(task, seed);
    this.leave(task);
    this.#tasks.set(task.id, ceremony);
    const leave = () => {
      if (task.phase !== 'KEYING' && this.#tasks.get(task.id) === ceremony) this.leave(task);
    };
    setTimeout(leave, APPROVED_KEPT_MS).unref();
    return ceremony;
  }

  /** The ceremony of a task that makes its key, opened from a copy of the seed where it is not open; wipes the copy. */
  async enter(task: TaskLife, seed: () => Uint8Array): Promise<KeyMaking> {
    const entered = this.#tasks.get(task.id) ?? (await this.#open(task, seed()));
    this.#tasks.set(task.id, entered);
    return entered;
  }

  leave(task: TaskLife): void {
    this.#tasks.get(task.id)?.[Symbol.dispose]();
    this.#tasks.delete(task.id);
  }

  async #open(task: TaskLife, seed: Uint8Array): Promise<KeyMaking> {
    try {
      return await KeyMaking.open(task, seed, this.#holder, this.#threads);
    } finally {
      seed.fill(0);
    }
  }

  [Symbol.dispose](): void {
    for (const ceremony of this.#tasks.values()) ceremony[Symbol.dispose]();
    this.#tasks.clear();
  }
}
