/** Integers of several words, drawn for a whole polynomial at once in the kernel (`kernel/wide.ts`). */
import { kernel, type Kernel } from './kernel/kernel.ts';
import type { Modulus } from './kernel/modulus.ts';
import type { Xof } from './xof.ts';

const WORD_BITS = 64n;
/** A stream gives no more at once. */
const READ_BYTES = 32768;

/** Overwritten with zeros when disposed of. */
export class WideIntegers implements Disposable {
  readonly #kernel: Kernel = kernel();
  readonly #count: number;
  readonly #bound: bigint;
  /** Words of one of them: those of x + bound, the most significant first. */
  readonly #lanes: number;
  readonly #at: number;
  #open = true;

  /** `count` integers x uniform in {−bound, …, bound}, of the stream those that `samplers.ts:uniformInterval` draws. */
  constructor(xof: Xof, count: number, bound: bigint) {
    const span = 2n * bound;
    const bits = span.toString(2).length;
    this.#count = count;
    this.#bound = bound;
    this.#lanes = Math.ceil(bits / Number(WORD_BITS));
    this.#at = this.#kernel.allocate(this.#bytes);
    this.#draw(xof, span, (1n << BigInt(((bits - 1) % 64) + 1)) - 1n);
  }

  /** The residues in [0, q), to an address. */
  residues(to: number, modulus: Modulus): void {
    const { q } = modulus;
    this.#kernel.words(to, this.#count).fill((q - (this.#bound % q)) % q);
    for (let lane = 0; lane < this.#lanes; lane += 1) {
      const weight = (1n << (WORD_BITS * BigInt(this.#lanes - 1 - lane))) % q;
      const { w, quotient } = modulus.factor(weight);
      const from = this.#at + 8 * lane;
      this.#kernel.call.addMultiple(to, from, this.#size, this.#count, q, w, quotient);
    }
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#kernel.release(this.#at, this.#bytes);
  }

  get #size(): number {
    return 8 * this.#lanes;
  }

  get #bytes(): number {
    return this.#size * this.#count;
  }

  /** Candidates of the bit length of the span, of which those that are not above it are kept. */
  #draw(xof: Xof, span: bigint, mask: bigint): void {
    const [random, most] = [this.#kernel.allocate(READ_BYTES), this.#kernel.allocate(this.#size)];
    const words = this.#kernel.words(most, this.#lanes);
    words.forEach((_, lane) => {
      words[lane] = BigInt.asUintN(64, span >> (WORD_BITS * BigInt(this.#lanes - 1 - lane)));
    });
    const atOnce = Math.floor(READ_BYTES / this.#size);
    for (let drawn = 0; drawn < this.#bytes;) {
      const candidates = Math.min(atOnce, (this.#bytes - drawn) / this.#size);
      this.#kernel.bytes(random, READ_BYTES).set(xof.read(candidates * this.#size));
      const to = this.#at + drawn;
      drawn += this.#kernel.call.interval(to, random, candidates, this.#lanes, most, mask);
    }
    this.#kernel.release(random, READ_BYTES);
    this.#kernel.release(most, this.#size);
  }
}
