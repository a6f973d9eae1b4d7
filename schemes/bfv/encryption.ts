/**
 * Encryption under the joint key (Fan and Vercauteren, eprint 2012/144): an encryption of zero (`zero-encryption.ts`)
 * plus round(q·m/t) as SEAL adds it (SEAL 4.1, `multiply_add_plain_with_scaling_variant`), where m has the values in its
 * slots (`batching.ts`).
 */
import { StrongroomError } from '../../proto/errors.ts';
import { productOf } from '../rlwe/crt.ts';
import { kernel, type Kernel } from '../rlwe/kernel/kernel.ts';
import { leaseModuli, type Factor, type ModuliLease, type Modulus } from '../rlwe/kernel/modulus.ts';
import { bind } from '../rlwe/threshold/binding.ts';
import { commonReference, validateJointKey } from '../rlwe/threshold/joint-key.ts';
import { ciphertextShape, publicKeyShape } from '../rlwe/threshold/levels.ts';
import { ciphertextHead } from '../rlwe/wire.ts';
import { ZeroEncryptor, type PublicKey } from '../rlwe/zero-encryption.ts';
import type { Encryptor, SchemeContext } from '../scheme.ts';
import { slotPlaces } from './batching.ts';
import { requireSoundBfv, type BfvParameters } from './parameters.ts';

/** See `Encryptor`. Throws CIPHERTEXT_INVALID where the joint key is malformed or belongs to another task. */
export function openBfvEncryptor(
  context: SchemeContext<BfvParameters>,
  jointKey: Uint8Array,
): Promise<Encryptor> {
  return Promise.try(() => {
    const { parameters } = context;
    requireSoundBfv(parameters);
    const binding = bind(context);
    const b = validateJointKey(binding, parameters, jointKey);
    const a = commonReference(binding, parameters);
    return new BfvEncryptor(parameters, { ...publicKeyShape(parameters), b, a });
  });
}

class BfvEncryptor implements Encryptor {
  readonly slots: number;
  readonly #kernel: Kernel;
  readonly #zero: ZeroEncryptor;
  readonly #head: Uint8Array;
  readonly #t: Modulus;
  readonly #lease: ModuliLease;
  readonly #limit: bigint;
  /** ⌊q/t⌋ modulo each data prime. */
  readonly #scale: readonly { readonly q: bigint; readonly factor: Factor }[];
  /** q mod t. */
  readonly #rest: Factor;
  /** Where each slot is among the points of m: 32-bit offsets in bytes. */
  readonly #places: number;
  readonly #values: number;
  readonly #message: number;
  readonly #roundings: number;
  #open = true;

  constructor(parameters: BfvParameters, key: PublicKey) {
    const shape = ciphertextShape(parameters);
    const [t, q] = [BigInt(parameters.plainModulus), productOf(shape.primes)];
    this.slots = parameters.ringDegree;
    this.#kernel = kernel();
    this.#zero = new ZeroEncryptor(key);
    this.#head = ciphertextHead(shape);
    this.#lease = leaseModuli(this.slots, [...shape.primes, t]);
    const { moduli } = this.#lease;
    const plain = moduli.at(-1);
    if (plain === undefined) throw new RangeError('unreachable');
    this.#t = plain;
    this.#limit = t / 2n;
    this.#scale = moduli
      .slice(0, -1)
      .map((modulus) => ({ q: modulus.q, factor: modulus.factor((q / t) % modulus.q) }));
    this.#rest = plain.factor(q % t);
    this.#places = this.#kernel.allocate(4 * this.slots);
    const places = this.#kernel.bytes(this.#places, 4 * this.slots);
    places.set(new Uint8Array(slotPlaces(this.slots).map((place) => 8 * place).buffer));
    [this.#values, this.#message, this.#roundings] = [0, 0, 0].map(() =>
      this.#kernel.allocate(8 * this.slots),
    ) as [number, number, number];
  }

  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array {
    if (!this.#open) throw new StrongroomError('INTERNAL', 'the encryptor is closed');
    this.#encode(values);
    const { call } = this.#kernel;
    const { w, quotient } = this.#rest;
    call.roundings(this.#roundings, this.#message, this.slots, this.#t.q, w, quotient);
    this.#zero.encrypt();
    this.#scale.forEach(({ q, factor }, j) => {
      const at = this.#zero.words + j * this.#blockBytes;
      call.addMessage(at, this.#message, this.#roundings, this.slots, q, factor.w, factor.quotient);
    });
    this.#wipe();
    const wordBytes = 2 * this.#scale.length * this.#blockBytes;
    const bytes = new Uint8Array(this.#head.length + wordBytes);
    bytes.set(this.#head);
    bytes.set(this.#kernel.bytes(this.#zero.words, wordBytes), this.#head.length);
    return bytes;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#kernel.release(this.#places, 4 * this.slots);
    for (const at of [this.#values, this.#message, this.#roundings])
      this.#kernel.release(at, this.#blockBytes);
    this.#zero[Symbol.dispose]();
    this.#lease[Symbol.dispose]();
  }

  get #blockBytes(): number {
    return 8 * this.slots;
  }

  /** The coefficients of m to the place of the message; zeros where there are fewer values than slots. */
  #encode(values: readonly bigint[] | BigInt64Array): void {
    if (values.length > this.slots) {
      const why = `${values.length} values where a ciphertext has ${this.slots} slots`;
      throw new StrongroomError('INTERNAL', why);
    }
    // Beyond 64 bits an integer would be cut when it is written.
    const typed = values instanceof BigInt64Array;
    if (!typed) this.#requireWithin(values);
    this.#kernel.integers(this.#values, this.slots).set(values);
    const { call } = this.#kernel;
    const { q: t, inverseTable, unscale } = this.#t;
    if (call.place(this.#message, this.#values, this.#places, this.slots, t, this.#limit) !== 0) {
      this.#wipe();
      this.#requireWithin(values);
    }
    call.inverse(this.#message, inverseTable, this.slots, t);
    call.scale(this.#message, this.#blockBytes, t, unscale.w, unscale.quotient);
  }

  /** Throws unless every value is a centred residue modulo t. */
  #requireWithin(values: readonly bigint[] | BigInt64Array): void {
    const slot = values.findIndex((value) => value > this.#limit || value < -this.#limit);
    if (slot < 0) return;
    throw new StrongroomError('INTERNAL', `the value of slot ${slot} is too large for the plan`, {
      details: { slot },
    });
  }

  #wipe(): void {
    for (const at of [this.#values, this.#message, this.#roundings]) {
      this.#kernel.bytes(at, this.#blockBytes).fill(0);
    }
  }
}
