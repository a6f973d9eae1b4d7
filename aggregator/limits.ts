/**
 * What one party may take of the aggregator at once, so that none crowds the others out. Counted in memory: it
 * begins anew when the aggregator is started again, and what is stored for good has its quota beside it.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { Config } from '../transport/profile.ts';

const HOUR_MS = 3_600_000;

interface Bucket {
  tokens: number;
  at: number;
}

export class PartyLimits {
  readonly #limits: Config['limits'];
  readonly #isOver: (task: string) => boolean;
  readonly #proposals = new Map<string, Bucket>();
  readonly #streams = new Map<string, number>();
  /** By party: the task of each object of which a part has come. */
  readonly #unfinished = new Map<string, Map<string, string>>();

  /** `isOver`: uploads for a task that is over are not counted; nobody will finish them. */
  constructor(limits: Config['limits'], isOver: (task: string) => boolean) {
    this.#limits = limits;
    this.#isOver = isOver;
  }

  /**
   * A proposal has been handed in, good or not: it is planned before it can be refused, and that takes time. A token
   * bucket, full at the start. Throws RATE_LIMITED.
   */
  proposal(party: string, now = Date.now()): void {
    const limit = this.#limits['proposals-per-hour'];
    const { tokens, at } = this.#proposals.get(party) ?? { tokens: limit, at: now };
    const left = Math.min(limit, tokens + ((now - at) * limit) / HOUR_MS) - 1;
    if (left < 0) throw tooMuch(party, `${limit} proposals an hour`);
    this.#proposals.set(party, { tokens: left, at: now });
  }

  /** A stream is open until the answer is disposed of. Throws RATE_LIMITED. */
  stream(party: string): Disposable {
    const limit = this.#limits['open-streams'];
    const open = this.#streams.get(party) ?? 0;
    if (open >= limit) throw tooMuch(party, `${limit} streams at the same time`);
    this.#streams.set(party, open + 1);
    return { [Symbol.dispose]: () => this.#closed(party) };
  }

  #closed(party: string): void {
    const left = (this.#streams.get(party) ?? 1) - 1;
    if (left === 0) this.#streams.delete(party);
    else this.#streams.set(party, left);
  }

  /** An upload begins or goes on; it counts until `uploaded`. Throws RATE_LIMITED. */
  upload({ party, task, digest }: { party: string; task: string; digest: string }): void {
    const unfinished = this.#unfinished.get(party) ?? new Map<string, string>();
    for (const [other, of] of unfinished) if (this.#isOver(of)) unfinished.delete(other);
    const limit = this.#limits['unfinished-uploads'];
    if (!unfinished.has(digest) && unfinished.size >= limit) {
      throw tooMuch(party, `${limit} unfinished uploads`);
    }
    this.#unfinished.set(party, unfinished.set(digest, task));
  }

  /** An upload is complete, or nothing of it is left. */
  uploaded({ party, digest }: { party: string; digest: string }): void {
    const unfinished = this.#unfinished.get(party);
    unfinished?.delete(digest);
    if (unfinished?.size === 0) this.#unfinished.delete(party);
  }
}

function tooMuch(party: string, limit: string): StrongroomError {
  return new StrongroomError('RATE_LIMITED', `${party} has more than ${limit}; try again later.`, {
    details: { party },
  });
}
