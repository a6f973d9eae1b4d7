/**
 * Encryption under the joint key: SEAL's own (Fan and Vercauteren, eprint 2012/144), with a fresh 64-byte seed
 * from the platform's `crypto.getRandomValues` for each ciphertext.
 */
import type { BatchEncoder, Ciphertext, Encryptor as SealEncryptor, Plaintext } from 'node-seal/allows';
import { StrongroomError } from '../../proto/errors.ts';
import { leaseContext, type ContextLease } from '../rlwe/context-cache.ts';
import { guarded, loadEngine, type Engine } from '../rlwe/engine.ts';
import { ciphertextBytes } from '../rlwe/wire.ts';
import type { Encryptor, SchemeContext } from '../scheme.ts';
import { bind } from '../rlwe/threshold/binding.ts';
import { validateJointKey } from '../rlwe/threshold/joint-key.ts';
import { contextShape } from '../rlwe/threshold/engine.ts';
import { requireSoundBfv, type BfvParameters } from './parameters.ts';

/** See `Encryptor`. Throws CIPHERTEXT_INVALID where the joint key is malformed or belongs to another task. */
export async function openBfvEncryptor(
  context: SchemeContext<BfvParameters>,
  jointKey: Uint8Array,
): Promise<Encryptor> {
  requireSoundBfv(context.parameters);
  validateJointKey(bind(context), context.parameters, jointKey);
  const engine = await loadEngine();
  return guarded('loading the joint key', () => new BfvEncryptor(engine, context.parameters, jointKey));
}

class BfvEncryptor implements Encryptor {
  readonly slots: number;
  readonly #bytes: number;
  readonly #limit: bigint;
  readonly #lease: ContextLease;
  readonly #encoder: BatchEncoder;
  readonly #encryptor: SealEncryptor;
  readonly #plaintext: Plaintext;
  readonly #ciphertext: Ciphertext;

  constructor(engine: Engine, parameters: BfvParameters, jointKey: Uint8Array) {
    this.slots = parameters.ringDegree;
    this.#bytes = ciphertextBytes(parameters.ringDegree, parameters.dataPrimes.length);
    this.#limit = BigInt(parameters.plainModulus) / 2n;
    this.#lease = leaseContext(engine, contextShape(parameters));
    const { context } = this.#lease;
    using key = new engine.PublicKey();
    key.loadFromArray(context, new Uint8Array(jointKey));
    this.#encoder = new engine.BatchEncoder(context);
    this.#encryptor = new engine.Encryptor(context, key);
    this.#plaintext = new engine.Plaintext();
    this.#ciphertext = new engine.Ciphertext();
  }

  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array {
    const padded = this.#checked(values);
    const bytes = guarded('encrypting', () => {
      this.#encoder.encode(padded, this.#plaintext);
      this.#encryptor.encrypt(this.#plaintext, this.#ciphertext);
      return this.#ciphertext.saveToArray(this.#lease.engine.ComprModeType.none) as Uint8Array;
    });
    padded.fill(0n);
    if (bytes.length !== this.#bytes)
      throw new StrongroomError('INTERNAL', 'a ciphertext of unexpected length');
    return bytes;
  }

  [Symbol.dispose](): void {
    for (const held of [this.#encoder, this.#encryptor, this.#plaintext, this.#ciphertext]) {
      if (!held.isDeleted()) held.delete();
    }
    this.#lease[Symbol.dispose]();
  }

  /** A full vector of slots. SEAL would reduce a value beyond ±t/2 without a word. */
  #checked(values: readonly bigint[] | BigInt64Array): BigInt64Array<ArrayBuffer> {
    if (values.length > this.slots) {
      throw new StrongroomError(
        'INTERNAL',
        `${values.length} values where a ciphertext has ${this.slots} slots`,
      );
    }
    const padded = new BigInt64Array(this.slots);
    padded.set(values);
    const slot = firstBeyond(padded, this.#limit);
    if (slot < 0) return padded;
    throw new StrongroomError('INTERNAL', `the value of slot ${slot} is too large for the plan`, {
      details: { slot },
    });
  }
}

/** Index of the first |value| > limit, or −1, by 32-bit halves: a 64-bit read would make a BigInt of each. */
function firstBeyond(values: BigInt64Array<ArrayBuffer>, limit: bigint): number {
  const highs = new Int32Array(values.buffer);
  const lows = new Uint32Array(values.buffer);
  const [above, below] = [limit, -limit].map((x) => [Number(x >> 32n), Number(x & 0xffffffffn)] as const);
  for (let i = 0; above && below && i < lows.length; i += 2) {
    const high = highs[i + 1] ?? 0;
    const low = lows[i] ?? 0;
    const tooLarge = high > above[0] || (high === above[0] && low > above[1]);
    const tooSmall = high < below[0] || (high === below[0] && low < below[1]);
    if (tooLarge || tooSmall) return i / 2;
  }
  return -1;
}
