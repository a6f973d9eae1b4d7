/**
 * Waiting for a checkpoint that a committee has cosigned: however many wait, one call asks. A connection has so many
 * streams, and were each of them waiting for cosignatures, this party could not hand in its own, for which the others
 * wait.
 */

interface Found {
  /** Entries of the log that the checkpoint covers. */
  readonly size: number;
  readonly note: string;
}

export class CosignedWaits {
  /** Resolves with a checkpoint of at least `size` entries; throws NOT_WITNESSED where there is none in time. */
  readonly #ask: (size: number) => Promise<Found>;
  readonly #wanted = new Set<{ readonly size: number }>();
  #asking: Promise<void> | undefined;
  #found: Found | undefined;

  constructor(ask: (size: number) => Promise<Found>) {
    this.#ask = ask;
  }

  /** Whether nobody waits. */
  get idle(): boolean {
    return this.#wanted.size === 0;
  }

  /**
   * The note of a checkpoint of at least `size` entries. Throws what asking does: where the smallest that is wanted is
   * not there, none of the larger is.
   */
  async until(size: number): Promise<string> {
    const want = { size };
    this.#wanted.add(want);
    try {
      for (;;) {
        if (this.#found !== undefined && this.#found.size >= size) return this.#found.note;
        await (this.#asking ??= this.#askForSmallest());
      }
    } finally {
      this.#wanted.delete(want);
    }
  }

  async #askForSmallest(): Promise<void> {
    const left = [...this.#wanted].map(({ size }) => size).filter((size) => size > (this.#found?.size ?? -1));
    try {
      this.#found = await this.#ask(Math.min(...left));
    } finally {
      this.#asking = undefined;
    }
  }
}
