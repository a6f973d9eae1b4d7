/** The plaintext of a ciphertext: values into slots (`batching.ts`), by the kernel's transform modulo t. */
import { StrongroomError } from '../../proto/errors.ts';
import { kernel, type Kernel } from '../rlwe/kernel/kernel.ts';
import { leaseModuli, type Modulus, type ModuliLease } from '../rlwe/kernel/modulus.ts';
import { slotPlaces } from './batching.ts';

/** It is in the memory of the kernel until it is disposed of; calls must not overlap. */
export class SlotEncoder implements Disposable {
  readonly slots: number;
  readonly t: Modulus;
  /** Where the coefficients of m stand, 64-bit words. */
  readonly message: number;
  readonly #kernel: Kernel = kernel();
  readonly #lease: ModuliLease;
  readonly #limit: bigint;
  /** Where each slot is among the points of m: 32-bit offsets in bytes. */
  readonly #places: number;
  readonly #values: number;
  #open = true;

  /** t ≡ 1 (mod 2N) is a prime, N = `slots` a power of two. */
  constructor(slots: number, t: bigint) {
    this.slots = slots;
    this.#limit = t / 2n;
    this.#lease = leaseModuli(slots, [t]);
    const [modulus] = this.#lease.moduli;
    if (modulus === undefined) throw new RangeError('unreachable');
    this.t = modulus;
    this.#places = this.#kernel.allocate(4 * slots);
    const places = this.#kernel.bytes(this.#places, 4 * slots);
    places.set(new Uint8Array(slotPlaces(slots).map((place) => 8 * place).buffer));
    this.#values = this.#kernel.allocate(this.#blockBytes);
    this.message = this.#kernel.allocate(this.#blockBytes);
  }

  /**
   * The coefficients of m, in 0 … t − 1, to `message`; slots without a value are 0. Throws INTERNAL, and leaves nothing
   * behind, where there are more values than slots, one is not in (−t/2, t/2), or the encoder is closed.
   */
  encode(values: readonly bigint[] | BigInt64Array): void {
    // What was its memory may be somebody else's by then.
    if (!this.#open) throw new StrongroomError('INTERNAL', 'the encoder is closed');
    if (values.length > this.slots) {
      const why = `${values.length} values where a ciphertext has ${this.slots} slots`;
      throw new StrongroomError('INTERNAL', why);
    }
    // Beyond 64 bits an integer would be cut when it is written.
    const typed = values instanceof BigInt64Array;
    if (!typed) this.#requireWithin(values);
    const slots = this.#kernel.integers(this.#values, this.slots);
    slots.set(values);
    // What stood there before is of another plaintext.
    slots.fill(0n, values.length);
    const { call } = this.#kernel;
    const { q: t, inverseTable, unscale } = this.t;
    if (call.place(this.message, this.#values, this.#places, this.slots, t, this.#limit) !== 0) {
      this.wipe();
      this.#requireWithin(values);
    }
    call.inverse(this.message, inverseTable, this.slots, t);
    call.scale(this.message, this.#blockBytes, t, unscale.w, unscale.quotient);
  }

  /** The coefficients of m, as they stand in `message`. */
  coefficients(): bigint[] {
    return Array.from(this.#kernel.words(this.message, this.slots));
  }

  /** Zeros in the place of the values and of m. */
  wipe(): void {
    for (const at of [this.#values, this.message]) this.#kernel.bytes(at, this.#blockBytes).fill(0);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#kernel.release(this.#places, 4 * this.slots);
    for (const at of [this.#values, this.message]) this.#kernel.release(at, this.#blockBytes);
    this.#lease[Symbol.dispose]();
  }

  get #blockBytes(): number {
    return 8 * this.slots;
  }

  /** Throws unless every value is a centred residue modulo t. */
  #requireWithin(values: readonly bigint[] | BigInt64Array): void {
    const slot = values.findIndex((value) => value > this.#limit || value < -this.#limit);
    if (slot < 0) return;
    throw new StrongroomError('INTERNAL', `the value of slot ${slot} is too large for the plan`, {
      details: { slot },
    });
  }
}
