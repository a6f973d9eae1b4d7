/** A key holder at work: what it remembers, by which rules it decides, and how it attends to its tasks. */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StrongroomError } from '../proto/errors.ts';
import { Attendance } from '../transport/attendance.ts';
import type { Board } from '../transport/board.ts';
import type { Profile } from '../transport/profile.ts';
import { Witness } from '../transport/witness.ts';
import type { TaskLife } from '../trust/life.ts';
import { Journal } from './journal.ts';
import { KeyHolder, type KeyHolderOptions } from './key-holder.ts';
import { Ledger } from './ledger.ts';
import type { Policy } from './policy.ts';
import { Rules } from './policy/rules.ts';

const AGAIN_AFTER_MS = 1_000;

export interface PostOptions {
  readonly profile: Profile;
  /** Open for as long as the post is. */
  readonly board: Board;
  /** Where journal, ledger and what was cosigned are kept. */
  readonly folder: string;
  readonly log: Logger;
  /** Whether it attends to a task at all; to every task where absent. */
  readonly concerns?: (task: TaskLife) => boolean;
  /** Lets a test put another key holder in the place of the honest one. */
  readonly create?: ((options: KeyHolderOptions) => KeyHolder) | undefined;
}

export class Post implements AsyncDisposable {
  readonly holder: KeyHolder;
  readonly policy: Policy;
  readonly journal: Journal;
  readonly #board: Board;
  readonly #log: Logger;
  readonly #attendance: Attendance;
  readonly #concerns: (task: TaskLife) => boolean;
  readonly #opened = new AsyncDisposableStack();

  constructor({ profile, board, folder, log, concerns, create }: PostOptions) {
    const { config, identity } = profile;
    const rules = Rules.read(config.policy, profile.folder);
    log.info({ policy: rules.file }, 'tasks are decided by this policy');
    const ledger = this.#opened.use(new Ledger(resolve(folder, 'ledger.db')));
    this.policy = { rules, ledger, holder: identity.card.party };
    this.journal = this.#opened.use(new Journal(resolve(folder, 'journal.db'), profile.unlock));
    const witness = resolve(folder, 'witness.db');
    this.#opened.use(new Witness({ board, identity, file: witness, log }));
    const options = { board, identity, journal: this.journal, policy: this.policy, log };
    const holder = this.#opened.use(create?.(options) ?? new KeyHolder(options));
    this.holder = holder;
    this.#board = board;
    this.#log = log;
    this.#concerns = concerns ?? (() => true);
    this.#attendance = this.#opened.use(
      new Attendance({ attend: (task) => holder.attend(task), tasks: () => this.#tasks(), log }),
    );
  }

  *#tasks(): Iterable<TaskLife> {
    for (const task of this.#board.book.tasks.values()) if (this.#concerns(task)) yield task;
  }

  /** Has the key holder act on a task; resolves when that has been tried. */
  attend(task: TaskLife): Promise<void> {
    return this.#attendance.notice(task);
  }

  /** Brings the ledger up to what the log shows: also one that was lost is whole before anything is decided by it. */
  recall(): void {
    for (const task of this.#board.book.tasks.values()) this.#follow(task);
  }

  #follow(task: TaskLife): void {
    const { journal, policy, holder } = this;
    policy.ledger.follow(task, holder.name, () => journal.said(task.id, 'release') !== undefined);
  }

  /** Works until the signal says stop, whose reason is then thrown. Yields the tasks that have changed, batch by batch. */
  async *work(stop: AbortSignal): AsyncGenerator<ReadonlySet<TaskLife>, void, undefined> {
    for (;;) {
      try {
        yield* this.#workOff(stop);
      } catch (error) {
        // A disk that is full takes nothing at present; what the log says is read again once it does.
        if (stop.aborted || error instanceof StrongroomError) throw error;
        this.#log.error({ err: error }, 'following the log failed; it will be tried again');
        await sleep(AGAIN_AFTER_MS, undefined, { signal: stop });
      }
    }
  }

  async *#workOff(stop: AbortSignal): AsyncGenerator<ReadonlySet<TaskLife>, void, undefined> {
    this.recall();
    this.#attendance.noticeAll();
    for await (const changed of this.#board.follow(stop)) {
      for (const task of changed) this.#follow(task);
      for (const task of changed) if (this.#concerns(task)) void this.attend(task);
      yield changed;
    }
  }

  /** Waits for what is being said, then closes. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
