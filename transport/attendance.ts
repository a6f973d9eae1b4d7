/**
 * Sees to it that a daemon attends to its tasks: one at a time for each task, all tasks side by side, again
 * after every change, and from time to time in case a deadline has passed or something failed.
 */
import type { Logger } from 'pino';
import { StrongroomError } from '../proto/errors.ts';
import type { TaskLife } from '../trust/life.ts';

const PERIOD_MS = 1_000;

export class Attendance implements AsyncDisposable {
  readonly #attend: (task: TaskLife) => Promise<void>;
  readonly #tasks: () => Iterable<TaskLife>;
  readonly #log: Logger;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(options: {
    attend: (task: TaskLife) => Promise<void>;
    tasks: () => Iterable<TaskLife>;
    log: Logger;
  }) {
    this.#attend = options.attend;
    this.#tasks = options.tasks;
    this.#log = options.log;
    this.#timer = setInterval(() => this.noticeAll(), PERIOD_MS);
  }

  noticeAll(): void {
    for (const task of this.#tasks()) if (task.phase !== 'SHREDDED') void this.notice(task);
  }

  /** A task has changed, or its time may have come. Resolves when it has been attended to, well or not. */
  notice(task: TaskLife): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const running = this.#running.get(task.id);
    if (running !== undefined) {
      this.#again.add(task.id);
      return running;
    }
    // The work begins in a later tick: attending may itself change the task, and must then be found running.
    const work = Promise.resolve().then(() => this.#work(task));
    this.#running.set(task.id, work);
    return work;
  }

  async #work(task: TaskLife): Promise<void> {
    do {
      this.#again.delete(task.id);
      try {
        await this.#attend(task);
      } catch (error) {
        // What failed is due again at the next period; the task itself is unharmed.
        const code = error instanceof StrongroomError ? error.code : 'INTERNAL';
        this.#log.error(
          { task: task.id, code, err: error },
          'attending to the task failed; it will be tried again',
        );
        break;
      }
    } while (this.#again.has(task.id) && !this.#closed);
    this.#running.delete(task.id);
  }

  /** Stops noticing, and waits until what is running has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await Promise.all(this.#running.values());
  }
}
