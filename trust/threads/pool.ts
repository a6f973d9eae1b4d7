/**
 * Worker threads of one program, for what would keep a process from answering others for seconds. They are started
 * when they are needed, as many as there are processors, and end once nothing has been asked of them for a while: what
 * they have loaded and set up serves the next call.
 */
import { availableParallelism } from 'node:os';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { StrongroomError } from '../../proto/errors.ts';
import type { FetchAll } from '../evaluation.ts';
import { errorOf, failureOf } from './failure.ts';
import type { Calls, ThreadMessage, ThreadRequest } from './messages.ts';

const IDLE_MS = 30_000;

/** Fetches nothing: for calls that have all they need. */
const NOTHING: FetchAll = () => {
  throw new StrongroomError('INTERNAL', 'this call fetches no objects');
};

interface ThreadPoolOptions {
  /** How many threads at most; as many as there are processors where nothing is said. */
  readonly most?: number;
  /**
   * What a thread keeps at most for new objects, megabytes. For programs that make much that dies young: V8's own limit
   * lets that grow to over a hundred before it collects, and no faster.
   */
  readonly youngMegabytes?: number;
}

export class ThreadPool<C extends Calls<C>> implements Disposable {
  readonly #program: URL;
  readonly #most: number;
  readonly #limits: ResourceLimits;
  readonly #threads = new Set<Thread>();

  constructor(program: URL, { most = availableParallelism(), youngMegabytes }: ThreadPoolOptions = {}) {
    this.#program = program;
    this.#most = most;
    this.#limits = youngMegabytes === undefined ? {} : { maxYoungGenerationSizeMb: youngMegabytes };
  }

  /** Asks any thread. Throws what its handler throws, and INTERNAL where the thread ends first. */
  async call<N extends keyof C & string>(
    name: N,
    argument: C[N]['argument'],
    fetchAll: FetchAll = NOTHING,
  ): Promise<C[N]['result']> {
    using thread = this.lease();
    return await thread.call(name, argument, fetchAll);
  }

  /** The thread with the least to do, for calls that build on each other, until it is given back. */
  lease(): ThreadLease<C> {
    const [least] = [...this.#threads].filter(({ ended }) => !ended).sort((a, b) => a.users - b.users);
    const thread =
      least !== undefined && (least.users === 0 || this.#threads.size >= this.#most) ? least : this.#start();
    thread.take();
    let held = true;
    return {
      call: (name, argument, fetchAll = NOTHING) => thread.call(name, argument, fetchAll),
      [Symbol.dispose]: () => {
        if (held) thread.giveBack();
        held = false;
      },
    };
  }

  /** Ends all threads; calls that are under way throw INTERNAL, and later ones start others. */
  [Symbol.dispose](): void {
    for (const thread of this.#threads) thread.end();
  }

  #start(): Thread {
    const thread = new Thread(this.#program, this.#limits, () => this.#threads.delete(thread));
    this.#threads.add(thread);
    return thread;
  }
}

export interface ThreadLease<C extends Calls<C>> extends Disposable {
  call<N extends keyof C & string>(
    name: N,
    argument: C[N]['argument'],
    fetchAll?: FetchAll,
  ): Promise<C[N]['result']>;
}

interface Call {
  readonly fetchAll: FetchAll;
  readonly answer: PromiseWithResolvers<unknown>;
}

class Thread {
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  readonly #onEnd: () => void;
  #last = 0;
  #users = 0;
  #ended = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(program: URL, resourceLimits: ResourceLimits, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(program, { resourceLimits });
    this.#worker.on('message', (message: ThreadMessage) => this.#hear(message));
    // A thread that fails ends, and whoever waits for it or asks it next meets that.
    this.#worker.on('error', () => undefined);
    this.#worker.once('exit', () => {
      this.#ended = true;
      clearTimeout(this.#idle);
      for (const { answer } of this.#calls.values()) answer.reject(gone());
      onEnd();
    });
    this.#worker.unref();
  }

  get ended(): boolean {
    return this.#ended;
  }

  get users(): number {
    return this.#users;
  }

  take(): void {
    this.#users += 1;
    clearTimeout(this.#idle);
  }

  giveBack(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#idle = setTimeout(() => this.end(), IDLE_MS).unref();
  }

  /** From now on it is none of the pool: it takes a moment until it has ended. */
  end(): void {
    this.#ended = true;
    this.#onEnd();
    void this.#worker.terminate();
  }

  async call(name: string, argument: unknown, fetchAll: FetchAll): Promise<never> {
    if (this.#ended) throw gone();
    const id = ++this.#last;
    const answer = Promise.withResolvers<unknown>();
    this.#calls.set(id, { fetchAll, answer });
    if (this.#calls.size === 1) this.#worker.ref();
    try {
      this.#tell({ call: id, name, argument });
      return (await answer.promise) as never;
    } finally {
      this.#calls.delete(id);
      if (this.#calls.size === 0) this.#worker.unref();
    }
  }

  #hear(message: ThreadMessage): void {
    if ('fetch' in message) {
      void this.#bring(message);
      return;
    }
    const answer = this.#calls.get(message.answered)?.answer;
    if ('failed' in message) answer?.reject(errorOf(message.failed));
    else answer?.resolve(message.result);
  }

  async #bring({ fetch: fetched, of, signed }: Extract<ThreadMessage, { fetch: number }>): Promise<void> {
    const fetchAll = this.#calls.get(of)?.fetchAll ?? NOTHING;
    try {
      this.#tell({ fetched, objects: await Array.fromAsync(fetchAll(signed)) });
    } catch (error) {
      this.#tell({ fetched, failed: failureOf(error) });
    }
  }

  #tell(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }
}

function gone(): StrongroomError {
  return new StrongroomError('INTERNAL', 'the thread that computes has ended');
}
