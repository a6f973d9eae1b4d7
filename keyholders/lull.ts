/**
 * When to do work that can wait: while things come in one after the other, whoever brings them needs the line and the
 * processor more. It is due `quietMs` after the last one, and at the latest `patienceMs` after the first that waits, so
 * that a steady stream does not put it off for good.
 */
export interface Pace {
  readonly quietMs: number;
  readonly patienceMs: number;
}

export class Lull {
  readonly #pace: Pace;
  #first: number | undefined;
  #last = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Something has come in, and waits. */
  stir(): void {
    const now = performance.now();
    this.#first ??= now;
    this.#last = now;
  }

  /** Nothing waits any more. */
  settle(): void {
    this.#first = undefined;
  }

  /** Milliseconds until what waits is due; 0 and below where it is. */
  get left(): number {
    const { quietMs, patienceMs } = this.#pace;
    if (this.#first === undefined) return 0;
    return Math.min(this.#last + quietMs, this.#first + patienceMs) - performance.now();
  }
}
