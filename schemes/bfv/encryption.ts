/**
 * Encryption under the joint key (Fan and Vercauteren, eprint 2012/144): an encryption of zero (`zero-encryption.ts`)
 * plus round(q·m/t) as SEAL adds it (SEAL 4.1, `multiply_add_plain_with_scaling_variant`), where m has the values in its
 * slots (`slot-encoder.ts`).
 */
import { StrongroomError } from '../../proto/errors.ts';
import { productOf } from '../rlwe/crt.ts';
import { kernel, type Kernel } from '../rlwe/kernel/kernel.ts';
import { leaseModuli, type Factor, type ModuliLease } from '../rlwe/kernel/modulus.ts';
import { bind } from '../rlwe/threshold/binding.ts';
import { commonReference, validateJointKey } from '../rlwe/threshold/joint-key.ts';
import { ciphertextShape, publicKeyShape } from '../rlwe/threshold/levels.ts';
import { ciphertextHead } from '../rlwe/wire.ts';
import { ZeroEncryptor, type PublicKey } from '../rlwe/zero-encryption.ts';
import type { Encryptor, SchemeContext } from '../scheme.ts';
import { requireSoundBfv, type BfvParameters } from './parameters.ts';
import { SlotEncoder } from './slot-encoder.ts';

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
  readonly #encoder: SlotEncoder;
  readonly #lease: ModuliLease;
  /** ⌊q/t⌋ modulo each data prime. */
  readonly #scale: readonly { readonly q: bigint; readonly factor: Factor }[];
  /** q mod t. */
  readonly #rest: Factor;
  readonly #roundings: number;
  #open = true;

  constructor(parameters: BfvParameters, key: PublicKey) {
    const shape = ciphertextShape(parameters);
    const [t, q] = [BigInt(parameters.plainModulus), productOf(shape.primes)];
    this.slots = parameters.ringDegree;
    this.#kernel = kernel();
    this.#zero = new ZeroEncryptor(key);
    this.#head = ciphertextHead(shape);
    this.#encoder = new SlotEncoder(this.slots, t);
    this.#lease = leaseModuli(this.slots, shape.primes);
    this.#scale = this.#lease.moduli.map((modulus) => ({
      q: modulus.q,
      factor: modulus.factor((q / t) % modulus.q),
    }));
    this.#rest = this.#encoder.t.factor(q % t);
    this.#roundings = this.#kernel.allocate(this.#blockBytes);
  }

  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array {
    if (!this.#open) throw new StrongroomError('INTERNAL', 'the encryptor is closed');
    this.#encoder.encode(values);
    const { message, t } = this.#encoder;
    const { call } = this.#kernel;
    const { w, quotient } = this.#rest;
    call.roundings(this.#roundings, message, this.slots, t.q, w, quotient);
    this.#zero.encrypt();
    this.#scale.forEach(({ q, factor }, j) => {
      const at = this.#zero.words + j * this.#blockBytes;
      call.addMessage(at, message, this.#roundings, this.slots, q, factor.w, factor.quotient);
    });
    this.#encoder.wipe();
    this.#kernel.bytes(this.#roundings, this.#blockBytes).fill(0);
    const wordBytes = 2 * this.#scale.length * this.#blockBytes;
    const bytes = new Uint8Array(this.#head.length + wordBytes);
    bytes.set(this.#head);
    bytes.set(this.#kernel.bytes(this.#zero.words, wordBytes), this.#head.length);
    return bytes;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#kernel.release(this.#roundings, this.#blockBytes);
    this.#encoder[Symbol.dispose]();
    this.#zero[Symbol.dispose]();
    this.#lease[Symbol.dispose]();
  }

  get #blockBytes(): number {
    return 8 * this.slots;
  }
}
