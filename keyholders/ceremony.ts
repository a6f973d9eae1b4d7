/**
 * A key holder's part in a key ceremony, wherever it is computed. What takes milliseconds is computed in place;
 * what takes seconds in a thread, so that the daemon goes on answering its operator and the log.
 */
import { StrongroomError } from '../proto/errors.ts';
import { openHolderCeremony } from '../schemes/key-share.ts';
import type { CeremonyProgress, HolderCeremony, Parameters } from '../schemes/scheme.ts';
import type { ThreadLease, ThreadPool } from '../trust/threads/pool.ts';
import type { CeremonyState, HolderCalls, OwnSecret } from './thread-calls.ts';

export type HolderThreads = ThreadPool<HolderCalls>;

/** The program of a key holder's threads. */
export const HOLDER_THREAD = new URL('./thread.ts', import.meta.url);

/** Whether a key of these parameters takes seconds to make and to use. */
export const takesSeconds = (parameters: Parameters): boolean =>
  parameters.scheme === 'paillier' || parameters.products !== undefined;

/** Opens this key holder's part in the ceremony of a task; the caller wipes the seed. */
export async function openCeremonyOf(own: OwnSecret, threads: HolderThreads): Promise<HolderCeremony> {
  const { context, seed, holder } = own;
  return takesSeconds(context.parameters)
    ? new ThreadedCeremony(own, threads)
    : openHolderCeremony(context, seed, holder);
}

let last = 0;

/** Calls must not overlap. */
class ThreadedCeremony implements HolderCeremony {
  readonly #thread: ThreadLease<HolderCalls>;
  readonly #ceremony = ++last;
  readonly #opening: Promise<CeremonyState>;
  #state: CeremonyState = { round: 0, progress: { step: 'starting' } };
  #open = true;

  constructor(own: OwnSecret, threads: HolderThreads) {
    this.#thread = threads.lease();
    this.#opening = this.#thread.call('open', { ...own, ceremony: this.#ceremony });
    // Whoever asks first hears of a failure; until then it is not unhandled.
    this.#opening.catch(() => undefined);
  }

  get round(): number {
    return this.#state.round;
  }

  get finished(): boolean {
    return this.#state.jointKey !== undefined;
  }

  get progress(): CeremonyProgress {
    return this.#state.progress;
  }

  async contribution(): Promise<Uint8Array> {
    await this.#opening;
    return (await this.#thread.call('contribution', { ceremony: this.#ceremony })).contribution;
  }

  async take(messages: readonly Uint8Array[]): Promise<void> {
    await this.#opening;
    this.#state = await this.#thread.call('take', { ceremony: this.#ceremony, messages });
  }

  jointKey(): Uint8Array {
    if (this.#state.jointKey !== undefined) return this.#state.jointKey;
    throw new StrongroomError('INTERNAL', 'the key ceremony is not finished');
  }

  /** The thread wipes what it keeps for it, and then serves others. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    void this.#thread
      .call('close', { ceremony: this.#ceremony })
      .catch(() => undefined)
      .finally(() => this.#thread[Symbol.dispose]());
  }
}
