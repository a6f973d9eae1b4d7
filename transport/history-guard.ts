/**
 * Watches that the log has one history: whatever checkpoint the aggregator shows this process, wherever, is held
 * against the verified copy. A proof that there are two is written to a file before anybody acts upon it, and is
 * found again at the next start.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { sha256Hex } from '../trust/digest.ts';
import type { LogIdentity } from '../trust/log/checkpoint.ts';
import { LogFollower } from '../trust/log/follower.ts';
import {
  encodeSplitHistory,
  parseSplitHistory,
  splitHistory,
  verifySplitHistory,
  type SplitHistory,
} from '../trust/log/split-history.ts';
import { createDurably } from '../trust/durable-file.ts';
import type { FollowResponse } from './messages.ts';

const NAME = /^split-history-[0-9a-f]{16}\.json$/;

export class HistoryGuard {
  readonly #follower: LogFollower;
  readonly #log: LogIdentity;
  readonly #folder: string;
  #file: string | undefined;

  /** `folder` is where evidence is kept; it is made when there is some. */
  constructor(follower: LogFollower, log: LogIdentity, folder: string) {
    this.#follower = follower;
    this.#log = log;
    this.#folder = folder;
    this.#file = namesIn(folder).find((name) => this.#proves(join(folder, name)));
  }

  /** The file with the proof that the log has two histories; undefined where there is none. */
  get evidence(): string | undefined {
    return this.#file === undefined ? undefined : join(this.#folder, this.#file);
  }

  /** Throws LOG_INCONSISTENT where the log is proved to have two histories. */
  requireOneHistory(): void {
    if (this.evidence === undefined) return;
    throw new StrongroomError('LOG_INCONSISTENT', 'The log has signed two histories; the proof is kept.', {
      details: { evidence: this.evidence },
    });
  }

  /**
   * Holds a checkpoint that was shown against the verified copy. Returns whether there is a proof of two histories
   * now. What is not signed by the log, or is of more entries than the copy has, proves nothing.
   */
  examine(shown: string): boolean {
    try {
      const record = splitHistory(this.#follower, this.#log, shown);
      if (record !== undefined) this.#keep(record);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
    }
    return this.evidence !== undefined;
  }

  /**
   * Reads a second copy of the log from its beginning, as the aggregator shows it now, until it proves that it is
   * another history than the one that was verified, or ends. A log that does not hash to its own checkpoints proves nothing.
   */
  async compare(copy: AsyncIterable<FollowResponse>): Promise<void> {
    const other = new LogFollower({ log: this.#log });
    for await (const { entries, checkpoint } of copy) {
      other.extend(entries, checkpoint);
      if (this.examine(checkpoint) || this.#examineFrom(other)) return;
    }
  }

  /** The same the other way round, once the second copy is the larger one. */
  #examineFrom(other: LogFollower): boolean {
    const { checkpoint } = this.#follower;
    const record = checkpoint === undefined ? undefined : splitHistory(other, this.#log, checkpoint);
    if (record !== undefined) this.#keep(record);
    return record !== undefined;
  }

  #keep(record: SplitHistory): void {
    if (this.#file !== undefined) return;
    verifySplitHistory(record, this.#log);
    const bytes = encodeSplitHistory(record);
    const name = `split-history-${sha256Hex(bytes).slice(0, 16)}.json`;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // Another process of this party may have written the same.
    if (!namesIn(this.#folder).includes(name)) createDurably(join(this.#folder, name), bytes);
    this.#file = name;
  }

  #proves(file: string): boolean {
    try {
      verifySplitHistory(parseSplitHistory(new Uint8Array(readFileSync(file))), this.#log);
      return true;
    } catch {
      return false;
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}
