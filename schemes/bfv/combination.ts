/**
 * Threshold decryption by the output party (Mouchet et al., PETS 2021, section on collective decryption):
 *
 *     phase = c_0 + Σ_i d_i = Δm + noise,   m = round(t·phase/q),   |phase − Δm| ≤ B_ct + K·B_sm.
 *
 * SEAL does the exact scaling and rounding: (phase, ·) is decrypted with the secret key 0. The check on the
 * noise finds a share that is wrong, missing or made for another key: then the phase is uniform modulo q, and
 * passes with probability below 2^−N, since the plan keeps the bound under q/4t. It cannot say whose share it
 * was, and it does not find a holder that adds Δ·m′ to its share on purpose to shift the result by m′.
 */
import type { BatchEncoder, Ciphertext, Decryptor, Evaluator, Plaintext } from 'node-seal/allows';
import { StrongroomError } from '../../proto/errors.ts';
import { attributed } from '../attributed.ts';
import { leaseContext, type ContextLease } from '../rlwe/context-cache.ts';
import { largestCoefficient } from '../rlwe/crt.ts';
import { guarded, loadEngine, type Engine } from '../rlwe/engine.ts';
import { parseCiphertext } from '../rlwe/validation.ts';
import { readPolynomial, writeCiphertext, writePlaintext } from '../rlwe/wire.ts';
import type { Words } from '../rlwe/words.ts';
import type { Combiner, SchemeContext } from '../scheme.ts';
import { bind, type Binding } from './binding.ts';
import { ciphertextShape, contextShape, publicKeyShape } from './levels.ts';
import { requireSound, type BfvParameters } from './parameters.ts';
import { readShare } from './share-message.ts';

/** See `Combiner`. */
export async function openBfvCombiner(context: SchemeContext<BfvParameters>): Promise<Combiner> {
  requireSound(context.parameters);
  const engine = await loadEngine();
  return guarded('setting up decryption', () => new BfvCombiner(engine, context));
}

class BfvCombiner implements Combiner {
  readonly #parameters: BfvParameters;
  readonly #binding: Binding;
  readonly #lease: ContextLease;
  readonly #encoder: BatchEncoder;
  readonly #evaluator: Evaluator;
  readonly #decryptor: Decryptor;
  readonly #phase: Ciphertext;
  readonly #addend: Ciphertext;
  readonly #plaintext: Plaintext;

  constructor(engine: Engine, context: SchemeContext<BfvParameters>) {
    this.#parameters = context.parameters;
    this.#binding = bind(context);
    this.#lease = leaseContext(engine, contextShape(context.parameters));
    using zeroKey = new engine.SecretKey();
    zeroKey.loadFromArray(this.#lease.context, zeroKeyBytes(context.parameters));
    this.#decryptor = new engine.Decryptor(this.#lease.context, zeroKey);
    this.#encoder = new engine.BatchEncoder(this.#lease.context);
    this.#evaluator = new engine.Evaluator(this.#lease.context);
    this.#phase = new engine.Ciphertext();
    this.#addend = new engine.Ciphertext();
    this.#plaintext = new engine.Plaintext();
  }

  combine(outputs: readonly Uint8Array[], shares: readonly (readonly Uint8Array[])[]): bigint[][] {
    requireAllShares(this.#parameters.holders, shares, outputs.length);
    return outputs.map((output, i) =>
      this.#combine(
        output,
        shares.map((ofHolder) => ofHolder[i]),
      ),
    );
  }

  #combine(ciphertext: Uint8Array, shares: readonly (Uint8Array | undefined)[]): bigint[] {
    const [c0, c1] = parseCiphertext('the output ciphertext', ciphertextShape(this.#parameters), ciphertext);
    const parts = shares.map((bytes, holder) =>
      attributed(holder, () => readShare(this.#binding, this.#parameters, c1, bytes ?? new Uint8Array())),
    );
    return guarded('combining shares', () => {
      this.#load(this.#phase, c0);
      for (const part of parts) {
        this.#load(this.#addend, part);
        this.#evaluator.addInplace(this.#phase, this.#addend);
      }
      this.#decryptor.decrypt(this.#phase, this.#plaintext);
      const values = this.#encoder.decodeBigInt64(this.#plaintext) as BigInt64Array;
      this.#requireSmallNoise();
      return Array.from(values);
    });
  }

  [Symbol.dispose](): void {
    const held = [
      this.#encoder,
      this.#evaluator,
      this.#decryptor,
      this.#phase,
      this.#addend,
      this.#plaintext,
    ];
    for (const item of held) if (!item.isDeleted()) item.delete();
    this.#lease[Symbol.dispose]();
  }

  #load(register: Ciphertext, words: Words): void {
    register.loadFromArray(this.#lease.context, writeCiphertext(ciphertextShape(this.#parameters), words));
  }

  /** |phase − Δm| ≤ B_ct + K·B_sm, where SEAL computes Δm = round(q·m/t) as it does when it encrypts. */
  #requireSmallNoise(): void {
    const shape = ciphertextShape(this.#parameters);
    this.#evaluator.subPlainInplace(this.#phase, this.#plaintext);
    const bytes = this.#phase.saveToArray(this.#lease.engine.ComprModeType.none) as Uint8Array;
    const noise = largestCoefficient(readPolynomial(shape, bytes, 0), shape.ringDegree, shape.primes);
    const { noiseBound, smudgingBound, holders } = this.#parameters;
    if (noise <= BigInt(noiseBound) + BigInt(holders) * BigInt(smudgingBound)) return;
    throw new StrongroomError(
      'SHARE_INVALID',
      'the partial decryptions do not combine within the noise of the plan: at least one is wrong, or an input was made with too much noise; the result is void',
    );
  }
}

/** The secret key 0 as SEAL reads it. */
function zeroKeyBytes(parameters: BfvParameters): Uint8Array {
  const { parmsId, ringDegree, primes } = publicKeyShape(parameters);
  return writePlaintext(parmsId, new BigUint64Array(ringDegree * primes.length));
}

/** Throws SHARE_INVALID unless every holder has given a share of every output. */
export function requireAllShares(
  holders: number,
  shares: readonly (readonly Uint8Array[])[],
  outputs: number,
): void {
  if (shares.length !== holders) {
    throw new StrongroomError('SHARE_INVALID', `shares of ${shares.length} of ${holders} key holders`);
  }
  shares.forEach(({ length }, holder) => {
    if (length === outputs) return;
    const why = `key holder ${holder + 1} has given ${length} shares of ${outputs} outputs`;
    throw new StrongroomError('SHARE_INVALID', why, { details: { holder } });
  });
}
