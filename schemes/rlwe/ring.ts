/**
 * Arithmetic in Z_Q[X]/(X^N + 1), Q a product of NTT primes, by SEAL: this project has no ring arithmetic of its
 * own. Polynomials ride as the two halves of a CKKS ciphertext, in a context with one prime more than the ring,
 * so that all primes of the ring are data primes (SEAL keeps the only prime of a context as a data prime).
 * Purely a calculator: nothing here is encrypted, so the context's security level is not checked.
 *
 * Where `Words` are asked for, they are one polynomial, or two, one after the other; a factor is always one, and
 * the two operands of a sum are as many. An operation on two costs little more than the arithmetic.
 */
import type { Ciphertext, Evaluator, Plaintext } from 'node-seal/allows';
import { leaseContext, type ContextLease } from './context-cache.ts';
import { guarded, type Engine } from './engine.ts';
import { parmsId } from './parms-id.ts';
import { primesBelow } from './primes.ts';
import { writeCiphertext, writePlaintext } from './wire.ts';
import { bytesOf, residues, wordsOf, type Words } from './words.ts';

const CKKS = 2;
/** The extra prime: of a size that no ring of ours uses. */
const EXTRA_PRIME_LIMIT = 1n << 50n;
/** Where a serialised ciphertext says whether it is in NTT form (`wire.ts`). */
const NTT_FLAG = 48;

export class Ring implements Disposable {
  readonly ringDegree: number;
  readonly primes: readonly bigint[];
  readonly #lease: ContextLease;
  readonly #evaluator: Evaluator;
  readonly #left: Ciphertext;
  readonly #right: Ciphertext;
  readonly #factor: Plaintext;
  /** What is handed to the engine: a ciphertext and a plaintext, whose words are overwritten again and again. */
  readonly #ciphertext: Uint8Array;
  readonly #plaintext: Uint8Array;

  constructor(engine: Engine, ringDegree: number, primes: readonly bigint[]) {
    const [extra = 0n] = primesBelow(EXTRA_PRIME_LIMIT, 2n * BigInt(ringDegree)).take(1);
    const shape = {
      scheme: CKKS,
      ringDegree,
      primes: primes.length === 1 ? primes : [...primes, extra],
      plainModulus: 0n,
      secure: false,
    } as const;
    this.#lease = leaseContext(engine, shape);
    this.ringDegree = ringDegree;
    this.primes = primes;
    const zero = new BigUint64Array(ringDegree * primes.length);
    const level = parmsId(CKKS, ringDegree, primes, 0n);
    this.#ciphertext = writeCiphertext({ parmsId: level, isNtt: true, ringDegree, primes }, zero);
    this.#plaintext = writePlaintext(level, zero);
    this.#evaluator = new engine.Evaluator(this.#lease.context);
    this.#left = new engine.Ciphertext();
    this.#right = new engine.Ciphertext();
    this.#factor = new engine.Plaintext();
  }

  /** Coefficients to points: SEAL's number-theoretic transform, in its bit-reversed order. */
  toNtt(words: Words): Words {
    return guarded('transforming a polynomial', () => {
      this.#load(this.#left, words, false);
      this.#evaluator.cipherTransformToNttInplace(this.#left);
      return this.#save(words.length);
    });
  }

  /** The inverse of `toNtt`. */
  fromNtt(words: Words): Words {
    return guarded('transforming a polynomial', () => {
      this.#load(this.#left, words, true);
      this.#evaluator.cipherTransformFromNttInplace(this.#left);
      return this.#save(words.length);
    });
  }

  /** The product of two polynomials in NTT form, in NTT form. */
  multiply(a: Words, factor: Words): Words {
    return guarded('multiplying polynomials', () => {
      this.#load(this.#left, a, true);
      this.#loadFactor(factor);
      this.#evaluator.multiplyPlainInplace(this.#left, this.#factor);
      return this.#save(a.length);
    });
  }

  /** a·factor + b, all in NTT form. */
  multiplyAdd(a: Words, factor: Words, b: Words): Words {
    return guarded('multiplying polynomials', () => {
      this.#load(this.#left, a, true);
      this.#loadFactor(factor);
      this.#evaluator.multiplyPlainInplace(this.#left, this.#factor);
      this.#load(this.#right, b, true);
      this.#evaluator.addInplace(this.#left, this.#right);
      return this.#save(a.length);
    });
  }

  /** The sum of two polynomials in the same form. */
  add(a: Words, b: Words): Words {
    return guarded('adding polynomials', () => {
      this.#load(this.#left, a, true);
      this.#load(this.#right, b, true);
      this.#evaluator.addInplace(this.#left, this.#right);
      return this.#save(a.length);
    });
  }

  /** The difference of two polynomials in the same form. */
  subtract(a: Words, b: Words): Words {
    return guarded('subtracting polynomials', () => {
      this.#load(this.#left, a, true);
      this.#load(this.#right, b, true);
      this.#evaluator.subInplace(this.#left, this.#right);
      return this.#save(a.length);
    });
  }

  /** The polynomial with these signed integers as coefficients. */
  lift(coefficients: ArrayLike<number | bigint>): Words {
    return residues(coefficients, this.primes);
  }

  /** Overwrites the operands that are still held here and in the engine; for use after work on a secret. */
  wipe(): void {
    const words = this.ringDegree * this.primes.length;
    const zeros = new BigUint64Array(2 * words);
    this.multiplyAdd(zeros, zeros.slice(words), zeros);
  }

  [Symbol.dispose](): void {
    for (const held of [this.#evaluator, this.#left, this.#right, this.#factor]) {
      if (!held.isDeleted()) held.delete();
    }
    this.#lease[Symbol.dispose]();
  }

  /** One polynomial is followed by zero. */
  #load(register: Ciphertext, words: Words, isNtt: boolean): void {
    const wordsAt = this.#ciphertext.length - 16 * this.ringDegree * this.primes.length;
    this.#ciphertext[NTT_FLAG] = isNtt ? 1 : 0;
    this.#ciphertext.set(bytesOf(words), wordsAt);
    this.#ciphertext.fill(0, wordsAt + words.byteLength);
    register.loadFromArray(this.#lease.context, this.#ciphertext);
  }

  #loadFactor(words: Words): void {
    this.#plaintext.set(bytesOf(words), this.#plaintext.length - words.byteLength);
    this.#factor.loadFromArray(this.#lease.context, this.#plaintext);
  }

  /** The first `count` words of the left register. */
  #save(count: number): Words {
    const bytes = this.#left.saveToArray(this.#lease.engine.ComprModeType.none) as Uint8Array;
    return wordsOf(bytes, bytes.length - 16 * this.ringDegree * this.primes.length, count);
  }
}
