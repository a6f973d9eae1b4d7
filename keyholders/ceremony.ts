/**
 * A key holder's part in a key ceremony, wherever it is computed. What takes milliseconds is computed in place;
 * what takes seconds in a worker thread, so that the daemon goes on answering its operator and the log.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { StrongroomError } from '../proto/errors.ts';
import { openHolderCeremony } from '../schemes/key-share.ts';
import type { CeremonyProgress, HolderCeremony, Parameters, SchemeContext } from '../schemes/scheme.ts';
import type { WorkerAnswer, WorkerRequest, WorkerTask } from './ceremony-messages.ts';

/** Opens this key holder's part in the ceremony of a task; the caller wipes the seed. */
export async function openCeremonyOf(
  context: SchemeContext,
  seed: Uint8Array,
  holder: number,
): Promise<HolderCeremony> {
  return takesSeconds(context.parameters)
    ? new ThreadedCeremony({ context, seed, holder })
    : openHolderCeremony(context, seed, holder);
}

const takesSeconds = (parameters: Parameters): boolean =>
  parameters.scheme === 'paillier' || parameters.products !== undefined;

const PROGRAM = new URL('./ceremony-worker.ts', import.meta.url);

/** Calls must not overlap. */
class ThreadedCeremony implements HolderCeremony {
  readonly #worker: Worker;
  #ended = false;
  #round = 0;
  #progress: CeremonyProgress = { step: 'starting' };
  #jointKey: Uint8Array | undefined;

  constructor(workerData: WorkerTask) {
    this.#worker = new Worker(PROGRAM, { workerData });
    // A thread that fails ends, and the next call meets that.
    this.#worker.on('error', () => undefined);
    this.#worker.once('exit', () => (this.#ended = true));
    this.#worker.unref();
  }

  get round(): number {
    return this.#round;
  }

  get finished(): boolean {
    return this.#jointKey !== undefined;
  }

  get progress(): CeremonyProgress {
    return this.#progress;
  }

  async contribution(): Promise<Uint8Array> {
    const { contribution } = await this.#ask({ ask: 'contribution' });
    if (contribution !== undefined) return contribution;
    throw new StrongroomError('INTERNAL', 'the ceremony thread has answered another question');
  }

  async take(messages: readonly Uint8Array[]): Promise<void> {
    await this.#ask({ ask: 'take', messages });
  }

  jointKey(): Uint8Array {
    if (this.#jointKey !== undefined) return this.#jointKey;
    throw new StrongroomError('INTERNAL', 'the key ceremony is not finished');
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  async #ask(request: WorkerRequest): Promise<Extract<WorkerAnswer, { ok: true }>> {
    const settled = new AbortController();
    const { signal } = settled;
    const gone = () => new StrongroomError('INTERNAL', 'the ceremony thread has ended');
    if (this.#ended) throw gone();
    const end = once(this.#worker, 'exit', { signal }).then(() => Promise.reject(gone()));
    const reply = once(this.#worker, 'message', { signal }) as Promise<[WorkerAnswer]>;
    try {
      this.#worker.postMessage(request);
      const [answer] = await Promise.race([reply, end]);
      if (!answer.ok) throw new StrongroomError(answer.code, answer.message, { details: answer.details });
      this.#round = answer.round;
      this.#progress = answer.progress;
      this.#jointKey = answer.jointKey;
      return answer;
    } finally {
      settled.abort();
    }
  }
}
