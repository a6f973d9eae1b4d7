/** A party's client: its profile, its connection, and its own verified view of the log. */
import { StrongroomError } from '../proto/errors.ts';
import { Board } from '../transport/board.ts';
import { openProfile, type Profile } from '../transport/profile.ts';
import { PATIENT } from '../transport/retry.ts';
import { signStep, type Blob, type Content, type Kind } from '../trust/documents.ts';
import { signerOf } from '../trust/identity.ts';
import type { TaskLife } from '../trust/life.ts';

export interface WaitOptions {
  /** How long to wait before TIMED_OUT; without it, as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the task whenever it has changed. */
  readonly onChange?: ((task: TaskLife) => void) | undefined;
}

export class Session implements AsyncDisposable {
  readonly profile: Profile;
  readonly board: Board;
  /** By task, of all sessions beside each other. */
  readonly #jointKeys: Map<string, Promise<Uint8Array>>;

  protected constructor(profile: Profile, board: Board, jointKeys = new Map<string, Promise<Uint8Array>>()) {
    this.profile = profile;
    this.board = board;
    this.#jointKeys = jointKeys;
  }

  /**
   * Opens the profile in a configuration file, connects and reads the log to its present end. Throws
   * UNREACHABLE where the aggregator has not begun to answer after `answerWithinMs`, or after about a minute.
   */
  static async open(
    configFile: string,
    { answerWithinMs }: { answerWithinMs?: number } = {},
  ): Promise<Session> {
    const profile = openProfile(configFile);
    const board = Board.open(profile, PATIENT);
    try {
      await board.refresh(answerWithinMs);
      return new this(profile, board);
    } catch (error) {
      await board[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * A session of another party of this process and the same consortium: under its own identity and over its own
   * connection, but it believes what this session has verified of the log, for as long as this session is open.
   * A process that acts for many parties so reads and verifies the log once, and not once for each; likewise it
   * fetches a joint key once.
   */
  beside(configFile: string): Session {
    const profile = openProfile(configFile, this.profile);
    return new Session(profile, this.board.beside(profile, PATIENT), this.#jointKeys);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.board[Symbol.asyncDispose]();
  }

  get name(): string {
    return this.profile.identity.card.party;
  }

  /** The task with this id, or with an id that starts so. Throws NOT_FOUND. */
  task(id: string): TaskLife {
    return this.board.book.task(id);
  }

  /**
   * Follows the log until `ready` gives something for the task. Throws TASK_ENDED where the task ends first,
   * TIMED_OUT, or UNREACHABLE where the aggregator stays away.
   */
  async until<T>(
    id: string,
    ready: (task: TaskLife) => T | undefined,
    { timeoutMs, signal, onChange }: WaitOptions = {},
  ): Promise<T> {
    const task = this.task(id);
    const stop = new AbortController();
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(timedOut(task)), timeoutMs);
    try {
      const first = this.#answer(task, ready);
      if (first !== undefined) return first;
      for await (const changed of this.board.follow(anySignal(stop.signal, signal))) {
        if (!changed.has(task)) continue;
        onChange?.(task);
        const answer = this.#answer(task, ready);
        if (answer !== undefined) return answer;
      }
      throw new StrongroomError('UNREACHABLE', 'The log ended while the task was being followed.');
    } finally {
      clearTimeout(timer);
    }
  }

  #answer<T>(task: TaskLife, ready: (task: TaskLife) => T | undefined): T | undefined {
    const answer = ready(task);
    if (answer === undefined && task.ending !== undefined) {
      const { phase, by, detail } = task.ending;
      throw new StrongroomError('TASK_ENDED', `The task is ${phase} (${by}): ${detail}`, {
        details: { task: task.id, party: by, reason: task.ending.code },
      });
    }
    return answer;
  }

  /** The envelope of a document of a task, signed by this party as of now. */
  sign<K extends Kind>(task: TaskLife, kind: K, content: Content<K>): Uint8Array {
    const speaker = { signer: signerOf(this.profile.identity), seen: this.board.book.seen };
    return signStep(kind, task.id, content, speaker);
  }

  /** The joint key of a task, verified against the digest that all K key holders have signed. */
  jointKey(task: TaskLife, key: Blob): Promise<Uint8Array> {
    const fetching = this.#jointKeys.get(task.id) ?? this.board.get(key, task.aggregator);
    this.#jointKeys.set(task.id, fetching);
    fetching.catch(() => this.#jointKeys.delete(task.id));
    return fetching;
  }

  /** Sees to it that this session's own view of the log contains the entry at this index. */
  catchUp(index: number): Promise<void> {
    return this.board.reach(index);
  }
}

function timedOut(task: TaskLife): StrongroomError {
  return new StrongroomError('TIMED_OUT', `The task is still ${task.phase}.`, { details: { task: task.id } });
}

function anySignal(own: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? own : AbortSignal.any([own, other]);
}
