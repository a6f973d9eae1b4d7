/** Encryption of polynomials with given coefficients, modulo each t_l, under the joint key (`../encryption.ts`). */
import type { Ciphertext, Encryptor as SealEncryptor, Plaintext } from 'node-seal/allows';
import { StrongroomError } from '../../../proto/errors.ts';
import { leaseContext, type ContextLease } from '../../rlwe/context-cache.ts';
import { guarded, loadEngine, type Engine } from '../../rlwe/engine.ts';
import { COEFFICIENT_FORM, writePlaintext } from '../../rlwe/wire.ts';
import { residues } from '../../rlwe/words.ts';
import type { Encryptor, SchemeContext } from '../../scheme.ts';
import { bind } from '../../rlwe/threshold/binding.ts';
import { contextShape } from '../../rlwe/threshold/engine.ts';
import type { BfvModuli } from '../../rlwe/threshold/levels.ts';
import { readJointKey, sealPublicKey } from './joint-key.ts';
import { lanesOf, requireSoundProducts, type BfvProductParameters } from './parameters.ts';

type Context = SchemeContext<BfvProductParameters>;

/** See `Encryptor`. Throws CIPHERTEXT_INVALID where the joint key is malformed or belongs to another task. */
export async function openBfvProductEncryptor(context: Context, jointKey: Uint8Array): Promise<Encryptor> {
  const { parameters } = context;
  requireSoundProducts(parameters);
  const binding = bind(context);
  const key = readJointKey(binding, parameters, jointKey);
  const engine = await loadEngine();
  return guarded('loading the joint key', () => {
    const lanes = lanesOf(parameters).map(
      (lane) => new Lane(engine, lane, sealPublicKey(binding, lane, key)),
    );
    return new BfvProductEncryptor(parameters, lanes);
  });
}

class BfvProductEncryptor implements Encryptor {
  readonly slots: number;
  readonly #bytes: number;
  readonly #limit: bigint;
  readonly #lanes: readonly Lane[];

  constructor({ slots, ciphertextBytes, plainModuli }: BfvProductParameters, lanes: readonly Lane[]) {
    this.slots = slots;
    this.#bytes = ciphertextBytes;
    this.#limit = plainModuli.reduce((product, t) => product * BigInt(t), 1n) / 2n;
    this.#lanes = lanes;
  }

  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array {
    const padded = this.#checked(values);
    const parts = guarded('encrypting', () => this.#lanes.map((lane) => lane.encrypt(padded)));
    padded.fill(0n);
    const bytes = new Uint8Array(Buffer.concat(parts));
    if (bytes.length === this.#bytes) return bytes;
    throw new StrongroomError('INTERNAL', 'a ciphertext of unexpected length');
  }

  [Symbol.dispose](): void {
    for (const lane of this.#lanes) lane[Symbol.dispose]();
  }

  #checked(values: readonly bigint[] | BigInt64Array): bigint[] {
    if (values.length > this.slots) {
      const why = `${values.length} values where a ciphertext has ${this.slots} coefficients`;
      throw new StrongroomError('INTERNAL', why);
    }
    const padded = new Array<bigint>(this.slots).fill(0n);
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i] ?? 0n;
      if (value <= this.#limit && value >= -this.#limit) padded[i] = value;
      else throw new StrongroomError('INTERNAL', `the value of coefficient ${i} is too large for the plan`);
    }
    return padded;
  }
}

/** Encryption modulo one t. */
class Lane implements Disposable {
  readonly #plainModulus: bigint;
  readonly #lease: ContextLease;
  readonly #encryptor: SealEncryptor;
  readonly #plaintext: Plaintext;
  readonly #ciphertext: Ciphertext;

  constructor(engine: Engine, lane: BfvModuli, publicKey: Uint8Array) {
    this.#plainModulus = BigInt(lane.plainModulus);
    this.#lease = leaseContext(engine, contextShape(lane));
    using key = new engine.PublicKey();
    key.loadFromArray(this.#lease.context, publicKey);
    this.#encryptor = new engine.Encryptor(this.#lease.context, key);
    this.#plaintext = new engine.Plaintext();
    this.#ciphertext = new engine.Ciphertext();
  }

  encrypt(coefficients: readonly bigint[]): Uint8Array {
    const words = residues(coefficients, [this.#plainModulus]);
    const plaintext = writePlaintext(COEFFICIENT_FORM, words);
    this.#plaintext.loadFromArray(this.#lease.context, plaintext);
    this.#encryptor.encrypt(this.#plaintext, this.#ciphertext);
    words.fill(0n);
    plaintext.fill(0);
    return this.#ciphertext.saveToArray(this.#lease.engine.ComprModeType.none) as Uint8Array;
  }

  [Symbol.dispose](): void {
    for (const held of [this.#encryptor, this.#plaintext, this.#ciphertext]) {
      if (!held.isDeleted()) held.delete();
    }
    this.#lease[Symbol.dispose]();
  }
}
