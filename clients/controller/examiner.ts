/**
 * Recomputes in a thread beside the controller, so that a key ceremony of seconds does not keep it from following the
 * log. One job at a time; the objects come over the controller's own connection.
 */
import { Worker } from 'node:worker_threads';
import { StrongroomError } from '../../proto/errors.ts';
import type { FetchAll, SignedBlob } from '../../trust/evaluation.ts';
import type { Claim, Evidence } from '../../trust/evidence.ts';
import type { Failure, Fault, Job, ThreadMessage, ThreadRequest } from './thread-messages.ts';

const PROGRAM = new URL('./thread.ts', import.meta.url);

type Answer = Exclude<ThreadMessage, { fetch: number }>;

export class Examiner implements AsyncDisposable {
  readonly #fetchAll: FetchAll;
  readonly #worker: Worker;
  #last: Promise<unknown> = Promise.resolve();
  #running: PromiseWithResolvers<Answer> | undefined;
  #ended = false;
  /** What the evidence in hand names, by digest. */
  #named = new Map<string, SignedBlob>();

  constructor(fetchAll: FetchAll) {
    this.#fetchAll = fetchAll;
    this.#worker = new Worker(PROGRAM);
    this.#worker.on('message', (message: ThreadMessage) => this.#hear(message));
    this.#worker.on('error', (error) => this.#end(String(error)));
    this.#worker.once('exit', () => this.#end('it has ended'));
  }

  /** What somebody has done wrong. Throws where an object cannot be fetched. */
  async faults(job: Exclude<Job, { job: 'evidence' }>): Promise<readonly Fault[]> {
    const answer = await this.#ask(job);
    if ('faults' in answer) return answer.faults;
    throw new StrongroomError('INTERNAL', 'the thread has answered another question');
  }

  /** What this evidence proves; `objects` are those that need not stand in it. Throws EVIDENCE_INVALID where it proves nothing. */
  async prove(evidence: Evidence, pinned: string, objects: readonly SignedBlob[]): Promise<Claim> {
    this.#named = new Map(objects.map((object) => [object.blob.digest, object]));
    const answer = await this.#ask({ job: 'evidence', evidence, pinned });
    if ('proven' in answer) return answer.proven;
    throw new StrongroomError('INTERNAL', 'the thread has answered another question');
  }

  async #ask(job: Job): Promise<Answer> {
    const turn = this.#last.then(() => this.#run(job));
    this.#last = turn.catch(() => undefined);
    const answer = await turn;
    if (!('failed' in answer)) return answer;
    const { code, message, details } = answer.failed;
    throw new StrongroomError(code, message, { details: { ...details } });
  }

  #run(job: Job): Promise<Answer> {
    if (this.#ended) throw new StrongroomError('INTERNAL', 'the thread that recomputes has ended');
    this.#running = Promise.withResolvers<Answer>();
    this.#tell({ start: job });
    return this.#running.promise;
  }

  #hear(message: ThreadMessage): void {
    if ('fetch' in message) void this.#bring(message);
    else this.#running?.resolve(message);
  }

  async #bring({ fetch: id, signed }: Extract<ThreadMessage, { fetch: number }>): Promise<void> {
    try {
      const named = signed.map((one) => this.#named.get(one.blob.digest) ?? one);
      const objects = await Array.fromAsync(this.#fetchAll(named));
      this.#tell({ fetched: id, objects });
    } catch (error) {
      this.#tell({ fetched: id, failed: failure(error) });
    }
  }

  #tell(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  #end(why: string): void {
    this.#ended = true;
    this.#running?.reject(new StrongroomError('INTERNAL', `the thread that recomputes: ${why}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running?.promise.catch(() => undefined);
    await this.#worker.terminate();
  }
}

function failure(error: unknown): Failure {
  if (error instanceof StrongroomError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  return { code: 'INTERNAL', message: String(error), details: {} };
}
