/**
 * How a key holder speaks: each of its words once. It is signed, written to the journal, and then sent, byte for byte
 * the same until the log has it, whatever happens to this process in between.
 */
import type { Logger } from 'pino';
import { StrongroomError } from '../proto/errors.ts';
import type { Board } from '../transport/board.ts';
import { sha256Hex } from '../trust/digest.ts';
import type { Blob, Content, Kind } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import type { Journal, Said } from './journal.ts';
import { stepsIn } from './steps.ts';

/** Signs the words of a step, with the object that they refer to. Signing sends nothing. */
type Sign = <K extends Kind>(
  task: TaskLife,
  kind: K,
  content: Content<K>,
  blob: Uint8Array | undefined,
) => Said;

export interface SpeechOptions {
  /** Whose words these are. */
  readonly name: string;
  readonly board: Pick<Board, 'put' | 'append'>;
  readonly journal: Pick<Journal, 'said' | 'say' | 'holds'>;
  readonly log: Logger;
  readonly sign: Sign;
}

export class Speech {
  readonly #options: SpeechOptions;
  /** What this process has found in the journal as it stands in the log, by digest; the journal only grows. */
  readonly #journalled = new Set<string>();

  constructor(options: SpeechOptions) {
    this.#options = options;
  }

  /**
   * Throws JOURNAL_ROLLED_BACK where the log shows acts of this key holder that its journal does not hold, or holds in
   * other words: the data folder was put back to an older state. It must not act in this task again, since it cannot
   * know what else it has said.
   */
  requireWhole(task: TaskLife): void {
    const { name, journal } = this.#options;
    for (const { step, digest } of stepsIn(task, name)) {
      if (this.#journalled.has(digest)) continue;
      if (journal.holds(task.id, step, digest)) {
        this.#journalled.add(digest);
        continue;
      }
      throw new StrongroomError(
        'JOURNAL_ROLLED_BACK',
        `The journal of ${name} does not hold its own ${step} as it stands in the log`,
      );
    }
  }

  /**
   * Says something once: composes, signs and journals it where the journal does not hold it yet; then sends
   * what the journal holds, blob first, until the log has it. What can be computed again from the seed and the
   * log, `derived`, is sent and not kept.
   */
  async say<K extends Kind>(
    task: TaskLife,
    step: string,
    kind: K,
    compose: (put: (bytes: Uint8Array) => Blob) => Promise<{ content: Content<K>; blob?: Uint8Array }>,
    derived?: Uint8Array,
  ): Promise<void> {
    const { journal, sign } = this.#options;
    const kept = journal.said(task.id, step);
    if (kept !== undefined) {
      return this.send(task, step, { envelope: kept.envelope, blob: kept.blob ?? derived });
    }
    const { content, blob } = await compose((bytes) => ({ digest: sha256Hex(bytes), size: bytes.length }));
    // Composing takes a while. In a task that has ended meanwhile nothing more is said, least of all a share.
    if (task.ending !== undefined && kind !== 'shred') return;
    const said = sign(task, kind, content, blob ?? derived);
    journal.say(task.id, step, blob === undefined ? { ...said, blob: undefined } : said);
    await this.send(task, step, said);
  }

  /**
   * Sends what the journal holds. A refusal by the aggregator proves nothing about the task, so it is logged, and the
   * same is sent again when the task is next attended to.
   */
  async send(task: TaskLife, step: string, said: Said): Promise<void> {
    const { board, log } = this.#options;
    try {
      if (said.blob !== undefined) await board.put(task.id, said.blob);
      await board.append(said.envelope);
      log.info({ task: task.id, step }, `said ${step}`);
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.kind !== 'refused') throw error;
      log.warn({ task: task.id, step, code: error.code }, `the aggregator does not take the ${step}`);
    }
  }
}
