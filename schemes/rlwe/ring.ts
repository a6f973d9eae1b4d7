/**
 * Arithmetic in Z_Q[X]/(X^N + 1), Q a product of NTT primes, by the kernel (`kernel/`): the same words as SEAL makes.
 *
 * Where `Words` are asked for, they are one polynomial, or two, one after the other, every word below its prime; a
 * factor is always one, and the two operands of a sum are as many.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { kernel, type Kernel } from './kernel/kernel.ts';
import { leaseModuli, type ModuliLease, type Modulus } from './kernel/modulus.ts';
import { MixedRadix } from './mixed-radix.ts';
import { WideIntegers } from './wide-integers.ts';
import { bytesOf, residues, type Words } from './words.ts';
import type { Xof } from './xof.ts';

export class Ring implements Disposable {
  readonly ringDegree: number;
  readonly primes: readonly bigint[];
  readonly #kernel: Kernel;
  readonly #lease: ModuliLease;
  /** Room for two operands of two polynomials. */
  readonly #left: number;
  readonly #right: number;
  #radix: MixedRadix | undefined;
  #open = true;

  constructor(ringDegree: number, primes: readonly bigint[]) {
    this.ringDegree = ringDegree;
    this.primes = primes;
    this.#kernel = kernel();
    this.#lease = leaseModuli(ringDegree, primes);
    this.#left = this.#kernel.allocate(this.#operandBytes);
    this.#right = this.#kernel.allocate(this.#operandBytes);
  }

  /** Coefficients to points: SEAL's number-theoretic transform, in its bit-reversed order. */
  toNtt(words: Words): Words {
    this.#load(this.#left, words);
    this.#forward(words.length);
    return this.#save(words.length);
  }

  /** The inverse of `toNtt`. */
  fromNtt(words: Words): Words {
    this.#load(this.#left, words);
    this.#eachBlock(words.length, ({ inverseTable, q, unscale }, at) => {
      this.#kernel.call.inverse(at, inverseTable, this.ringDegree, q);
      this.#kernel.call.scale(at, this.#blockBytes, q, unscale.w, unscale.quotient);
    });
    return this.#save(words.length);
  }

  /** The product of two polynomials in NTT form, in NTT form. */
  multiply(a: Words, factor: Words): Words {
    this.#load(this.#left, a);
    this.#multiply(a.length, factor);
    return this.#save(a.length);
  }

  /** a·factor + b, all in NTT form. */
  multiplyAdd(a: Words, factor: Words, b: Words): Words {
    this.#load(this.#left, a);
    this.#multiply(a.length, factor);
    return this.#combine('add', b);
  }

  /** The sum of two polynomials in the same form. */
  add(a: Words, b: Words): Words {
    this.#load(this.#left, a);
    return this.#combine('add', b);
  }

  /** The difference of two polynomials in the same form. */
  subtract(a: Words, b: Words): Words {
    this.#load(this.#left, a);
    return this.#combine('subtract', b);
  }

  /** The polynomial with these signed integers as coefficients. */
  lift(coefficients: ArrayLike<number | bigint>): Words {
    if (!(coefficients instanceof Int8Array)) return residues(coefficients, this.primes);
    this.#liftSmall(coefficients);
    return this.#save(this.#polynomialWords);
  }

  /** The points of the polynomial with these small coefficients. */
  liftToNtt(coefficients: Int8Array): Words {
    this.#liftSmall(coefficients);
    this.#forward(this.#polynomialWords);
    return this.#save(this.#polynomialWords);
  }

  /** e − a·factor in NTT form, for the polynomial e with these small coefficients, and a and factor in NTT form. */
  liftLessProduct(coefficients: Int8Array, a: Words, factor: Words): Words {
    this.#liftSmall(coefficients);
    this.#forward(this.#polynomialWords);
    this.#load(this.#right, a);
    this.#load(this.#right + this.#operandBytes / 2, factor);
    this.#eachBlock(this.#polynomialWords, ({ q, bits, ratio }, at, productAt) => {
      const factorAt = productAt + this.#operandBytes / 2;
      this.#kernel.call.multiply(productAt, this.#blockBytes, q, factorAt, bits, ratio);
      this.#kernel.call.subtract(at, this.#blockBytes, q, productAt);
    });
    return this.#save(this.#polynomialWords);
  }

  /** The polynomial whose coefficients are the next draws of `samplers.ts:uniformInterval` of the stream. */
  uniformInterval(xof: Xof, bound: bigint): Words {
    using values = new WideIntegers(xof, this.ringDegree, bound);
    this.#eachBlock(this.#polynomialWords, (modulus, at) => {
      values.residues(at, modulus);
    });
    return this.#save(this.#polynomialWords);
  }

  /** Whether ‖x‖∞ ≤ bound for one polynomial in coefficient form, with its coefficients in (−Q/2, Q/2]. */
  isWithin(words: Words, bound: bigint): boolean {
    if (words.length !== this.#polynomialWords) {
      throw new StrongroomError('INTERNAL', `${words.length} words are not one polynomial of this ring`);
    }
    this.#load(this.#left, words);
    this.#radix ??= new MixedRadix(this.ringDegree, this.#lease.moduli);
    return this.#radix.within(this.#left, this.#right, bound);
  }

  /** Overwrites the operands that are still held here; for use after work on a secret. */
  wipe(): void {
    for (const at of [this.#left, this.#right]) this.#kernel.bytes(at, this.#operandBytes).fill(0);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#kernel.release(this.#left, this.#operandBytes);
    this.#kernel.release(this.#right, this.#operandBytes);
    this.#lease[Symbol.dispose]();
  }

  get #polynomialWords(): number {
    return this.ringDegree * this.primes.length;
  }

  get #operandBytes(): number {
    return 16 * this.#polynomialWords;
  }

  get #blockBytes(): number {
    return 8 * this.ringDegree;
  }

  #load(address: number, words: Words): void {
    if (!this.#open) throw new StrongroomError('INTERNAL', 'the ring was disposed of');
    if (words.length !== this.#polynomialWords && words.length !== 2 * this.#polynomialWords) {
      throw new StrongroomError('INTERNAL', `${words.length} words are no polynomials of this ring`);
    }
    this.#kernel.bytes(address, words.byteLength).set(bytesOf(words));
  }

  #save(count: number): Words {
    return this.#kernel.words(this.#left, count).slice();
  }

  /** The left operand, prime by prime: the modulus, the address of its words, and of those of a polynomial at the right. */
  #eachBlock(words: number, act: (modulus: Modulus, at: number, factorAt: number) => void): void {
    const { moduli } = this.#lease;
    for (let block = 0; block < words / this.ringDegree; block += 1) {
      const modulus = moduli[block % moduli.length];
      const factorAt = this.#right + (block % moduli.length) * this.#blockBytes;
      if (modulus) act(modulus, this.#left + block * this.#blockBytes, factorAt);
    }
  }

  #forward(words: number): void {
    this.#eachBlock(words, ({ forwardTable, q }, at) => {
      this.#kernel.call.forward(at, forwardTable, this.ringDegree, q);
      this.#kernel.call.reduce(at, this.#blockBytes, q);
    });
  }

  #multiply(words: number, factor: Words): void {
    this.#load(this.#right, factor);
    this.#eachBlock(words, ({ q, bits, ratio }, at, factorAt) => {
      this.#kernel.call.multiply(at, this.#blockBytes, q, factorAt, bits, ratio);
    });
  }

  #combine(how: 'add' | 'subtract', b: Words): Words {
    this.#load(this.#right, b);
    this.#eachBlock(b.length, ({ q }, at) => {
      this.#kernel.call[how](at, this.#blockBytes, q, at - this.#left + this.#right);
    });
    return this.#save(b.length);
  }

  #liftSmall(coefficients: Int8Array): void {
    const { buffer, byteOffset, byteLength } = coefficients;
    this.#kernel.bytes(this.#right, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    this.#eachBlock(this.#polynomialWords, ({ q }, at) => {
      this.#kernel.call.lift(at, this.#right, this.ringDegree, q);
    });
  }
}
