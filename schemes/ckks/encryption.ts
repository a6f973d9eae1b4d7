/**
 * Encryption under the joint key: SEAL's own CKKS (Cheon et al., ASIACRYPT 2017), with a fresh 64-byte seed from the
 * platform's `crypto.getRandomValues` for each ciphertext. The plaintext is made here, value by value in coefficients
 * (`parameters.ts`); SEAL's encoder would put them into slots, by floating-point arithmetic.
 */
import type { Ciphertext, Encryptor as SealEncryptor, Evaluator, Plaintext } from 'node-seal/allows';
import { StrongroomError } from '../../proto/errors.ts';
import { leaseContext, type ContextLease } from '../rlwe/context-cache.ts';
import { guarded, loadEngine, type Engine } from '../rlwe/engine.ts';
import { Ring } from '../rlwe/ring.ts';
import { bind } from '../rlwe/threshold/binding.ts';
import { contextShape } from '../rlwe/threshold/engine.ts';
import { validateJointKey } from '../rlwe/threshold/joint-key.ts';
import { ciphertextShape } from '../rlwe/threshold/levels.ts';
import { writePlaintext, type CiphertextShape } from '../rlwe/wire.ts';
import type { Encryptor, SchemeContext } from '../scheme.ts';
import { requireSoundCkks, type CkksParameters } from './parameters.ts';

/** See `Encryptor`. Throws CIPHERTEXT_INVALID where the joint key is malformed or belongs to another task. */
export async function openCkksEncryptor(
  context: SchemeContext<CkksParameters>,
  jointKey: Uint8Array,
): Promise<Encryptor> {
  requireSoundCkks(context.parameters);
  validateJointKey(bind(context), context.parameters, jointKey);
  const engine = await loadEngine();
  return guarded('loading the joint key', () => new CkksEncryptor(engine, context.parameters, jointKey));
}

class CkksEncryptor implements Encryptor {
  readonly slots: number;
  readonly #parameters: CkksParameters;
  readonly #shape: CiphertextShape;
  readonly #lease: ContextLease;
  readonly #ring: Ring;
  readonly #encryptor: SealEncryptor;
  readonly #evaluator: Evaluator;
  readonly #plaintext: Plaintext;
  readonly #ciphertext: Ciphertext;

  constructor(engine: Engine, parameters: CkksParameters, jointKey: Uint8Array) {
    this.slots = parameters.slots;
    this.#parameters = parameters;
    this.#shape = ciphertextShape(parameters);
    this.#lease = leaseContext(engine, contextShape(parameters));
    const { context } = this.#lease;
    using key = new engine.PublicKey();
    key.loadFromArray(context, new Uint8Array(jointKey));
    this.#ring = new Ring(parameters.ringDegree, this.#shape.primes);
    this.#encryptor = new engine.Encryptor(context, key);
    this.#evaluator = new engine.Evaluator(context);
    this.#plaintext = new engine.Plaintext();
    this.#ciphertext = new engine.Ciphertext();
  }

  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array {
    const words = this.#ring.lift(this.#checked(values));
    const points = this.#ring.toNtt(words);
    const plaintext = writePlaintext(this.#shape.parmsId, points, this.#shape.scale);
    this.#ring.wipe();
    const { context, engine } = this.#lease;
    const bytes = guarded('encrypting', () => {
      this.#plaintext.loadFromArray(context, plaintext);
      this.#encryptor.encrypt(this.#plaintext, this.#ciphertext);
      this.#evaluator.cipherTransformFromNttInplace(this.#ciphertext);
      return this.#ciphertext.saveToArray(engine.ComprModeType.none) as Uint8Array;
    });
    for (const made of [words, points]) made.fill(0n);
    plaintext.fill(0);
    if (bytes.length === this.#parameters.ciphertextBytes) return bytes;
    throw new StrongroomError('INTERNAL', 'a ciphertext of unexpected length');
  }

  [Symbol.dispose](): void {
    for (const held of [this.#encryptor, this.#evaluator, this.#plaintext, this.#ciphertext]) {
      if (!held.isDeleted()) held.delete();
    }
    this.#ring[Symbol.dispose]();
    this.#lease[Symbol.dispose]();
  }

  /** All coefficients, zero after the last value. */
  #checked(values: readonly bigint[] | BigInt64Array): bigint[] {
    if (values.length > this.slots) {
      const why = `${values.length} values where a ciphertext has ${this.slots} slots`;
      throw new StrongroomError('INTERNAL', why);
    }
    const largest = 1n << BigInt(this.#parameters.scaleBits);
    const slot = values.findIndex((value) => value > largest || value < -largest);
    if (slot < 0) return Array.from({ length: this.#parameters.ringDegree }, (_, i) => values[i] ?? 0n);
    throw new StrongroomError('INTERNAL', `the value of slot ${slot} is too large for the plan`, {
      details: { slot },
    });
  }
}
