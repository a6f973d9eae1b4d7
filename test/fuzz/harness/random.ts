/** Choices that follow from a seed alone: xoshiro128** 1.1 (Blackman and Vigna, ACM TOMS 47, 2021). */
import { createHash } from 'node:crypto';

export class Random {
  readonly #state: Uint32Array;

  /** Every part of the seed counts; the same parts give the same choices on every machine. */
  constructor(...seed: readonly (string | number)[]) {
    const digest = createHash('sha256').update(seed.join('\n')).digest();
    this.#state = Uint32Array.from([0, 4, 8, 12], (offset) => digest.readUInt32LE(offset));
  }

  /** A whole number from 0 to n − 1; 0 for n < 1. n is below 2^32, so the bias of the remainder does not matter here. */
  below(n: number): number {
    return n < 1 ? 0 : this.#next() % n;
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** Small numbers often, those near `n` rarely: sizes of what is cut out or put in. */
  small(n: number): number {
    return this.below(1 + this.below(1 + this.below(n)));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined && items.length === 0) throw new RangeError('nothing to choose from');
    return item as T;
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  #next(): number {
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = this.#state;
    const [t2, t3] = [s2 ^ s0, s3 ^ s1];
    this.#state.set([s0 ^ t3, s1 ^ t2, t2 ^ (s1 << 9), rotate(t3, 11)]);
    return Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
  }
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
