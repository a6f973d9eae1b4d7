/**
 * Ciphertexts made by others, validated word by word in the kernel, and added up in the same pass over their bytes.
 * Refuses what `parseCiphertext` refuses, by the same errors.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { kernel } from './kernel/kernel.ts';
import { NOT_ZERO, OUT_OF_RANGE } from './kernel/vectors.ts';
import { parseCiphertext, requireCiphertextHead } from './validation.ts';
import { ciphertextHead, type CiphertextShape } from './wire.ts';

/** Words below 2^60 are added without reduction as long as 64 bits hold the sum. */
const TERMS_BETWEEN_REDUCTIONS = 16;

/** Room for the words of one ciphertext. */
export class CiphertextReader implements Disposable {
  readonly shape: CiphertextShape;
  readonly #head: Uint8Array;
  readonly #words: number;
  #open = true;

  constructor(shape: CiphertextShape) {
    this.shape = shape;
    this.#head = ciphertextHead(shape);
    this.#words = kernel().allocate(this.wordBytes);
  }

  /** Of both polynomials. */
  get wordBytes(): number {
    return 16 * this.shape.ringDegree * this.shape.primes.length;
  }

  /**
   * Throws CIPHERTEXT_INVALID, naming the first check that failed, unless the bytes are a ciphertext of the shape. Adds
   * its words, modulo 2^64, to those at the address `sum` where one is given and nothing is thrown.
   */
  read(what: string, bytes: Uint8Array, sum?: number): void {
    if (!this.#open) throw new StrongroomError('INTERNAL', 'the evaluation is closed');
    requireCiphertextHead(what, this.#head, this.wordBytes, bytes);
    const { call } = kernel();
    kernel().bytes(this.#words, this.wordBytes).set(bytes.subarray(this.#head.length));
    const { primes, ringDegree } = this.shape;
    const block = 8 * ringDegree;
    let [range, second] = [0, 0];
    for (let i = 0; i < 2 * primes.length; i += 1) {
      const [at, prime] = [i * block, primes[i % primes.length] ?? 0n];
      const found =
        sum === undefined
          ? call.check(this.#words + at, block, prime)
          : call.fold(this.#words + at, block, prime, sum + at);
      range |= found;
      if (i >= primes.length) second |= found;
    }
    if ((range & OUT_OF_RANGE) === 0 && (second & NOT_ZERO) !== 0) return;
    if (sum !== undefined) call.unfold(this.#words, this.wordBytes, sum);
    parseCiphertext(what, this.shape, bytes);
    throw new StrongroomError('INTERNAL', `${what} is valid and was refused`);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    kernel().release(this.#words, this.wordBytes);
  }
}

/**
 * Σ of ciphertexts of one shape: (Σ c_0, Σ c_1) modulo q, the bytes that SEAL's `add` makes. Many may share a reader, which
 * must stay open for as long as anything is added.
 */
export class CiphertextTotal implements Disposable {
  readonly #reader: CiphertextReader;
  readonly #sum: number;
  /** Words below their primes that are in a word of the sum since it was last below its own. */
  #terms = 0;
  #open = true;

  constructor(reader: CiphertextReader) {
    this.#reader = reader;
    this.#sum = kernel().allocate(reader.wordBytes);
  }

  /** Throws CIPHERTEXT_INVALID, and adds nothing, unless the bytes are a ciphertext of the shape. */
  add(what: string, bytes: Uint8Array): void {
    this.#requireOpen();
    if (this.#terms === TERMS_BETWEEN_REDUCTIONS) this.#reduce();
    this.#reader.read(what, bytes, this.#sum);
    this.#terms += 1;
  }

  /** The same without adding anything. */
  check(what: string, bytes: Uint8Array): void {
    this.#reader.read(what, bytes);
  }

  /** Throws CIPHERTEXT_INVALID where what was added cancels out so that c_1 = 0. */
  bytes(what: string): Uint8Array {
    this.#requireOpen();
    this.#reduce();
    const head = ciphertextHead(this.#reader.shape);
    const total = new Uint8Array(head.length + this.#reader.wordBytes);
    total.set(head);
    total.set(kernel().bytes(this.#sum, this.#reader.wordBytes), head.length);
    this.#reader.read(what, total);
    return total;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    kernel().release(this.#sum, this.#reader.wordBytes);
  }

  /** Its memory may be another's by now. */
  #requireOpen(): void {
    if (!this.#open) throw new StrongroomError('INTERNAL', 'the sum is closed');
  }

  #reduce(): void {
    const { primes, ringDegree } = this.#reader.shape;
    for (let i = 0; i < 2 * primes.length; i += 1) {
      kernel().call.reduce(this.#sum + i * 8 * ringDegree, 8 * ringDegree, primes[i % primes.length] ?? 0n);
    }
    this.#terms = 1;
  }
}
