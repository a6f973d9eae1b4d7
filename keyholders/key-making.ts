/**
 * This key holder's part in the key ceremony of one task, kept while it runs. Everything in it follows from the seed
 * and the log, so a process that was restarted opens it anew and catches up.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { CeremonyProgress, HolderCeremony } from '../schemes/scheme.ts';
import type { Board } from '../transport/board.ts';
import { sha256Hex } from '../trust/digest.ts';
import type { TaskLife } from '../trust/life.ts';
import { openCeremonyOf, type HolderThreads } from './ceremony.ts';

export class KeyMaking implements Disposable {
  readonly #ceremony: HolderCeremony;
  /** What this holder says in the present round, once it has been computed. */
  #message: Uint8Array | undefined;

  private constructor(ceremony: HolderCeremony) {
    this.#ceremony = ceremony;
  }

  /** The caller wipes the seed. */
  static async open(
    task: TaskLife,
    seed: Uint8Array,
    holder: string,
    threads: HolderThreads,
  ): Promise<KeyMaking> {
    const own = { context: task.context, seed, holder: task.holders.indexOf(holder) };
    return new KeyMaking(await openCeremonyOf(own, threads));
  }

  get round(): number {
    return this.#ceremony.round;
  }

  get finished(): boolean {
    return this.#ceremony.finished;
  }

  get progress(): CeremonyProgress {
    return this.#ceremony.progress;
  }

  jointKey(): Uint8Array {
    return this.#ceremony.jointKey();
  }

  /** This holder's message of the present round; computed once. */
  async message(): Promise<Uint8Array> {
    return (this.#message ??= await this.#ceremony.contribution());
  }

  /**
   * Takes in every round that is complete in the log. Throws CIPHERTEXT_INVALID or KEY_TEST_FAILED, naming the key
   * holder whose message is wrong.
   */
  async catchUp(task: TaskLife, board: Pick<Board, 'get'>): Promise<void> {
    while (this.round < task.completeRounds) {
      const messages = await this.#messagesOf(task, this.round, board);
      try {
        await this.#ceremony.take(messages);
      } catch (error) {
        throw task.nameHolder(error);
      }
      this.#message = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#ceremony[Symbol.dispose]();
  }

  #messagesOf(task: TaskLife, round: number, board: Pick<Board, 'get'>): Promise<Uint8Array[]> {
    const own = this.#message;
    const ownDigest = own === undefined ? undefined : sha256Hex(own);
    return Promise.all(
      task.holders.map(async (holder) => {
        const blob = task.contributions[round]?.get(holder)?.payload.message;
        if (blob === undefined) throw new StrongroomError('NOT_APPROVED', `${holder} has not contributed`);
        return own !== undefined && blob.digest === ownDigest ? own : board.get(blob, holder);
      }),
    );
  }
}

/** The steps of a ceremony in words, for people who watch. */
export function describeProgress({ step, tried, expected }: CeremonyProgress): string {
  if (tried === undefined || expected === undefined) return step;
  return `${step}; ${tried} candidates tried, ${expected} expected`;
}
