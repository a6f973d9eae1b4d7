/**
 * Arithmetic in Z_Q[X]/(X^N + 1), Q a product of NTT primes, by SEAL: this project has no ring arithmetic of its
 * own. A polynomial rides as the first half of a CKKS ciphertext whose second half is zero, in a context with
 * one prime more than the ring, so that all primes of the ring are data primes. Purely a calculator: nothing
 * here is encrypted, so the context's security level is not checked.
 */
import type { Ciphertext, Evaluator, Plaintext } from 'node-seal/allows';
import { leaseContext, type ContextLease } from './context-cache.ts';
import { guarded, type Engine } from './engine.ts';
import { parmsId } from './parms-id.ts';
import { primesBelow } from './primes.ts';
import { readPolynomial, writeCiphertext, writeNttPlaintext, type CiphertextShape } from './wire.ts';
import { residues, type Words } from './words.ts';

const CKKS = 2;
/** The extra prime: of a size that no ring of ours uses. */
const EXTRA_PRIME_LIMIT = 1n << 50n;

export class Ring implements Disposable {
  readonly ringDegree: number;
  readonly primes: readonly bigint[];
  readonly #lease: ContextLease;
  readonly #evaluator: Evaluator;
  readonly #left: Ciphertext;
  readonly #right: Ciphertext;
  readonly #factor: Plaintext;
  readonly #parmsId: Uint8Array;

  constructor(engine: Engine, ringDegree: number, primes: readonly bigint[]) {
    const [extra = 0n] = primesBelow(EXTRA_PRIME_LIMIT, 2n * BigInt(ringDegree)).take(1);
    const shape = {
      scheme: CKKS,
      ringDegree,
      primes: [...primes, extra],
      plainModulus: 0n,
      secure: false,
    } as const;
    this.#lease = leaseContext(engine, shape);
    this.ringDegree = ringDegree;
    this.primes = primes;
    this.#parmsId = parmsId(CKKS, ringDegree, primes, 0n);
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
      return this.#save(true);
    });
  }

  /** The inverse of `toNtt`. */
  fromNtt(words: Words): Words {
    return guarded('transforming a polynomial', () => {
      this.#load(this.#left, words, true);
      this.#evaluator.cipherTransformFromNttInplace(this.#left);
      return this.#save(false);
    });
  }

  /** The product of two polynomials in NTT form, in NTT form. */
  multiply(a: Words, b: Words): Words {
    return guarded('multiplying polynomials', () => {
      this.#load(this.#left, a, true);
      this.#factor.loadFromArray(this.#lease.context, writeNttPlaintext(this.#parmsId, b));
      this.#evaluator.multiplyPlainInplace(this.#left, this.#factor);
      return this.#save(true);
    });
  }

  /** The sum of two polynomials in the same form. */
  add(a: Words, b: Words): Words {
    return guarded('adding polynomials', () => {
      this.#load(this.#left, a, true);
      this.#load(this.#right, b, true);
      this.#evaluator.addInplace(this.#left, this.#right);
      return this.#save(true);
    });
  }

  /** The difference of two polynomials in the same form. */
  subtract(a: Words, b: Words): Words {
    return guarded('subtracting polynomials', () => {
      this.#load(this.#left, a, true);
      this.#load(this.#right, b, true);
      this.#evaluator.subInplace(this.#left, this.#right);
      return this.#save(true);
    });
  }

  /** The polynomial with these signed integers as coefficients. */
  lift(coefficients: ArrayLike<number | bigint>): Words {
    return residues(coefficients, this.primes);
  }

  /** Overwrites the operands that the engine still holds; for use after work on a secret. */
  wipe(): void {
    const zero = new BigUint64Array(this.ringDegree * this.primes.length);
    this.multiply(zero, zero);
    this.add(zero, zero);
  }

  [Symbol.dispose](): void {
    for (const held of [this.#evaluator, this.#left, this.#right, this.#factor]) {
      if (!held.isDeleted()) held.delete();
    }
    this.#lease[Symbol.dispose]();
  }

  #shape(isNtt: boolean): CiphertextShape {
    return { parmsId: this.#parmsId, isNtt, ringDegree: this.ringDegree, primes: this.primes };
  }

  #load(register: Ciphertext, words: Words, isNtt: boolean): void {
    register.loadFromArray(this.#lease.context, writeCiphertext(this.#shape(isNtt), words));
  }

  #save(isNtt: boolean): Words {
    const bytes = this.#left.saveToArray(this.#lease.engine.ComprModeType.none) as Uint8Array;
    return readPolynomial(this.#shape(isNtt), bytes, 0);
  }
}
