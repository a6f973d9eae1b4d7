/**
 * Encryptions of zero under a public key (b, a) modulo q·P in NTT form, in coefficient form modulo q (Fan and
 * Vercauteren, eprint 2012/144; the special prime P as in SEAL's `encrypt_zero_asymmetric`):
 *
 *     (⌊(u·b + e_0)/P⌉, ⌊(u·a + e_1)/P⌉),   u uniform ternary, e_0 and e_1 centred binomial (`samplers.ts`).
 *
 * Every random bit is fresh from `node:crypto`, and overwritten with all that follows from it before a ciphertext leaves.
 * The arithmetic has no branch and no address that depends on it (`kernel/`).
 */
import { randomFillSync } from 'node:crypto';
import { kernel, type Kernel } from './kernel/kernel.ts';
import { leaseModuli, type Factor, type ModuliLease, type Modulus } from './kernel/modulus.ts';
import { power } from './primes.ts';
import { bytesOf, type Words } from './words.ts';

/** Random bytes beyond N for N ternary digits: 1 in 256 is rejected, more than 256 + N/32 of them never. */
const SPARE_BYTES = 256;
const ERROR_BYTES = 6;
/** `centredBinomial` reads 2 bytes beyond its last. */
const OVERREAD = 8;
const FACTOR_BYTES = 16;

export interface PublicKey {
  readonly ringDegree: number;
  /** The last is P; the others are above P/4. */
  readonly primes: readonly bigint[];
  readonly b: Words;
  readonly a: Words;
}

export class ZeroEncryptor implements Disposable {
  readonly ringDegree: number;
  /** Address of the ciphertext: c_0, then c_1, prime by prime modulo q. */
  readonly words: number;
  readonly #kernel: Kernel;
  readonly #lease: ModuliLease;
  readonly #random: (bytes: Uint8Array) => void;
  readonly #data: readonly { readonly modulus: Modulus; readonly inverseOfP: Factor }[];
  readonly #special: Modulus;
  /** For each polynomial of the key, and for each prime, the factors of the key times 1/N. */
  readonly #tables: readonly (readonly number[])[];
  readonly #blocks: { readonly at: number; readonly bytes: number }[] = [];
  /** What every random bit is in, or what follows from it without an error: overwritten after each encryption. */
  readonly #secret: {
    readonly random: number;
    readonly ternary: number;
    readonly errors: number;
    readonly points: number;
    readonly remainders: number;
  };
  #open = true;

  constructor({ ringDegree, primes, b, a }: PublicKey, random: (bytes: Uint8Array) => void = randomFillSync) {
    this.ringDegree = ringDegree;
    this.#kernel = kernel();
    this.#lease = leaseModuli(ringDegree, primes);
    this.#random = random;
    const { moduli } = this.#lease;
    const special = moduli.at(-1);
    if (special === undefined) throw new RangeError('a public key has a special prime');
    this.#special = special;
    this.#data = moduli.slice(0, -1).map((modulus) => {
      if (4n * modulus.q <= special.q) throw new RangeError('the special prime is too large');
      const { q } = modulus;
      return { modulus, inverseOfP: modulus.factor(power(special.q % q, q - 2n, q)) };
    });
    this.words = this.#allocate(2 * this.#data.length * this.#blockBytes);
    this.#tables = [b, a].map((polynomial) =>
      moduli.map((modulus, j) => this.#tableOf(modulus, polynomial, j)),
    );
    this.#secret = {
      random: this.#allocate(this.#randomBytes + OVERREAD),
      ternary: this.#allocate(this.#ternaryBytes),
      errors: this.#allocate(ringDegree),
      points: this.#allocate(this.#blockBytes),
      remainders: this.#allocate(2 * this.#blockBytes),
    };
  }

  /** Puts a fresh encryption of zero to `words`. */
  encrypt(): void {
    const { random, ternary, errors } = this.#secret;
    this.#randomise(random, this.#ternaryBytes);
    while (this.#kernel.call.ternary(ternary, random, this.#ternaryBytes) < this.ringDegree) {
      this.#randomise(random, this.#ternaryBytes);
    }
    this.#data.forEach(({ modulus }, j) => {
      const places = [0, 1].map((i) => this.#blockAt(i, j));
      this.#multiplyKey(modulus, j, places);
    });
    const remainders = [0, 1].map((i) => this.#secret.remainders + i * this.#blockBytes);
    this.#multiplyKey(this.#special, this.#data.length, remainders);
    remainders.forEach((remainder, i) => {
      this.#randomise(random, ERROR_BYTES * this.ringDegree);
      this.#kernel.call.centredBinomial(errors, random, this.ringDegree);
      this.#divide(i, remainder);
    });
    this.#wipe();
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { at, bytes } of this.#blocks) this.#kernel.release(at, bytes);
    this.#lease[Symbol.dispose]();
  }

  get #blockBytes(): number {
    return 8 * this.ringDegree;
  }

  get #ternaryBytes(): number {
    return this.ringDegree + Math.ceil(this.ringDegree / 32) + SPARE_BYTES;
  }

  get #randomBytes(): number {
    return Math.max(this.#ternaryBytes, ERROR_BYTES * this.ringDegree);
  }

  #allocate(bytes: number): number {
    const at = this.#kernel.allocate(bytes);
    this.#blocks.push({ at, bytes });
    return at;
  }

  #blockAt(polynomial: number, prime: number): number {
    return this.words + (polynomial * this.#data.length + prime) * this.#blockBytes;
  }

  #tableOf(modulus: Modulus, polynomial: Words, j: number): number {
    const { q, bits, ratio, unscale } = modulus;
    const [from, bytes] = [j * this.ringDegree, this.#blockBytes];
    const table = this.#allocate(this.ringDegree * FACTOR_BYTES);
    const room = this.#kernel.allocate(bytes);
    this.#kernel.bytes(room, bytes).set(bytesOf(polynomial.subarray(from, from + this.ringDegree)));
    this.#kernel.call.scale(room, bytes, q, unscale.w, unscale.quotient);
    this.#kernel.call.prepare(table, room, bytes, q, bits, ratio);
    this.#kernel.release(room, bytes);
    return table;
  }

  #randomise(at: number, bytes: number): void {
    this.#random(this.#kernel.bytes(at, bytes));
  }

  /** u·b and u·a modulo the j-th prime, in coefficient form and in [0, 8·q), to two places. */
  #multiplyKey({ q, forwardTable, inverseTable }: Modulus, j: number, places: readonly number[]): void {
    const { call } = this.#kernel;
    const { ternary, points } = this.#secret;
    call.lift(points, ternary, this.ringDegree, q);
    call.forward(points, forwardTable, this.ringDegree, q);
    places.forEach((place, i) => {
      call.multiplyPrepared(place, points, this.#blockBytes, q, this.#tables[i]?.[j] ?? 0);
      call.inverse(place, inverseTable, this.ringDegree, q);
    });
  }

  /** Adds the errors to a polynomial and divides it by P. */
  #divide(polynomial: number, remainder: number): void {
    const { call } = this.#kernel;
    const { errors } = this.#secret;
    const half = this.#special.q >> 1n;
    call.roundSpecial(remainder, errors, this.ringDegree, this.#special.q, half);
    this.#data.forEach(({ modulus: { q }, inverseOfP: { w, quotient } }, j) => {
      const at = this.#blockAt(polynomial, j);
      call.divideSpecial(at, errors, this.ringDegree, q, remainder, half, w, quotient);
    });
  }

  #wipe(): void {
    const { random, ternary, errors, points, remainders } = this.#secret;
    for (const [at, bytes] of [
      [random, this.#randomBytes],
      [ternary, this.#ternaryBytes],
      [errors, this.ringDegree],
      [points, this.#blockBytes],
      [remainders, 2 * this.#blockBytes],
    ] as const) {
      this.#kernel.bytes(at, bytes).fill(0);
    }
  }
}
