/**
 * Watches that the log has one history: whatever checkpoint the aggregator shows this process, wherever, is held
 * against the verified copy, and so is what the signers of documents say to have seen. Evidence is written to a file
 * before anybody acts upon it, verified as anybody would verify it; a proof of two histories is found again at the
 * next start.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { createDurably } from '../trust/durable-file.ts';
import { sha256Hex } from '../trust/digest.ts';
import type { Log } from '../trust/evidence/compose.ts';
import { foreignHistory, proveForeignHistory } from '../trust/evidence/foreign-history.ts';
import { evidenceText, parseEvidence, type Evidence } from '../trust/evidence/form.ts';
import { proveSplitHistory, splitHistory, type SplitHistory } from '../trust/evidence/split-history.ts';
import { openStatements } from '../trust/evidence/statements.ts';
import type { TaskLife } from '../trust/life.ts';
import { LogFollower } from '../trust/log/follower.ts';
import type { FollowResponse } from './messages.ts';

const NAME = /^split-history-[0-9a-f]{16}\.json$/;

export class HistoryGuard {
  readonly #log: Log;
  readonly #pinned: string;
  readonly #folder: string;
  #file: string | undefined;

  /**
   * `log` is the verified copy, `pinned` the digest of the consortium document with which it begins, and `folder`
   * where evidence is kept; it is made when there is some.
   */
  constructor(log: Log, pinned: string, folder: string) {
    this.#log = log;
    this.#pinned = pinned;
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
    return this.#examineBy(this.#log.book.follower, shown);
  }

  /**
   * Reads a second copy of the log from its beginning, as the aggregator shows it now, until it proves that it is
   * another history than the one that was verified, or ends. A log that does not hash to its own checkpoints proves nothing.
   */
  async compare(copy: AsyncIterable<FollowResponse>): Promise<void> {
    const { follower, consortium } = this.#log.book;
    const other = new LogFollower(consortium);
    for await (const { entries, checkpoint } of copy) {
      other.extend(entries, checkpoint);
      // The second is the same the other way round, once the second copy is the larger one.
      if (this.examine(checkpoint) || this.#examineBy(other, follower.checkpoint)) return;
    }
  }

  /**
   * Keeps evidence for each entry of a task that counts for nothing because its signer had seen another log.
   * Throws where the disk takes no more.
   */
  examineTask(task: TaskLife): void {
    for (const { index, code } of task.ignored) {
      if (code !== 'LOG_INCONSISTENT' || this.foreign(task, index) !== undefined) continue;
      const evidence = foreignHistory(this.#log, task, index);
      if (evidence === undefined) continue;
      proveForeignHistory(openStatements(evidence, this.#pinned), evidence.own);
      this.#write(foreignName(task, index), evidence);
    }
  }

  /** The file of evidence for an entry of a task whose signer had seen another log; undefined where there is none. */
  foreign(task: TaskLife, index: number): string | undefined {
    const file = join(this.#folder, foreignName(task, index));
    return existsSync(file) ? file : undefined;
  }

  #examineBy(follower: LogFollower, shown: string | undefined): boolean {
    if (this.#file !== undefined) return true;
    if (shown === undefined || this.#log.book.follower.size === 0) return false;
    try {
      const evidence = splitHistory(follower, this.#log.entry(0), shown);
      if (evidence !== undefined) this.#keep(evidence);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
    }
    return this.evidence !== undefined;
  }

  #keep(evidence: SplitHistory): void {
    proveSplitHistory(evidence, this.#pinned);
    const name = `split-history-${sha256Hex(new TextEncoder().encode(evidenceText(evidence))).slice(0, 16)}.json`;
    this.#write(name, evidence);
    this.#file = name;
  }

  #write(name: string, evidence: Evidence): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, name);
    try {
      createDurably(file, new TextEncoder().encode(evidenceText(evidence)));
    } catch (error) {
      // Another process of this party may have written the same.
      if (!(error instanceof StrongroomError) || !existsSync(file)) throw error;
    }
  }

  #proves(file: string): boolean {
    try {
      const evidence = parseEvidence(new Uint8Array(readFileSync(file)));
      if (evidence.kind !== 'split-history') return false;
      proveSplitHistory(evidence, this.#pinned);
      return true;
    } catch {
      return false;
    }
  }
}

function foreignName(task: TaskLife, index: number): string {
  return `foreign-history-${task.id.slice(0, 16)}-${index}.json`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}
