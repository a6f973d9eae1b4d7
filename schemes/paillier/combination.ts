/**
 * Threshold decryption by the output party (Damgård and Jurik, PKC 2001, section 4.1), from proved s_j = c^(2·d_j):
 *
 *     c′ = ∏ s_j² = c^(−4·φ·β) = 1 − 4·θ·m·N mod N²,   m = L(c′)·(−4·θ)^(−1) mod N,   L(x) = (x − 1)/N.
 *
 * The squares are what the proofs speak about; a sign that a holder adds to s_j is lost in them.
 */
import { StrongroomError } from '../../proto/errors.ts';
import type { Combiner } from '../scheme.ts';
import type { Context } from './binding.ts';
import { centred, inverse } from './integers.ts';
import { openJointKey, type PaillierJointKey } from './joint-key.ts';
import { unpack } from './packing.ts';
import { readOutputs, readShares } from './share-verification.ts';

/** See `Combiner`. Throws what `openJointKey` throws. */
export function openPaillierCombiner(context: Context, jointKey: Uint8Array): Combiner {
  return new PaillierCombiner(openJointKey(context, jointKey));
}

class PaillierCombiner implements Combiner {
  readonly #key: PaillierJointKey;
  /** (−4·θ)^(−1) mod N. */
  readonly #scale: bigint;

  constructor(key: PaillierJointKey) {
    this.#key = key;
    this.#scale = inverse(-4n * key.theta, key.modulus);
  }

  /** Besides a wrong share, refuses with SHARE_INVALID a plaintext with a guard bit set: see `unpack`. */
  combine(outputs: readonly Uint8Array[], shares: readonly (readonly Uint8Array[])[]): bigint[][] {
    const { holders } = this.#key.context.parameters;
    if (shares.length !== holders) {
      throw new StrongroomError('SHARE_INVALID', `shares of ${shares.length} of ${holders} key holders`);
    }
    const ciphertexts = readOutputs(this.#key, outputs);
    const proved = shares.map((ofHolder, holder) => readShares(this.#key, ciphertexts, holder, ofHolder));
    return ciphertexts.map((_, i) => {
      const plaintext = this.#plaintext(proved.map((ofHolder) => ofHolder[i] ?? 0n));
      return unpack(plaintext, this.#key.context.parameters);
    });
  }

  /** m, centred. */
  #plaintext(shares: readonly bigint[]): bigint {
    const { modulus, ring } = this.#key;
    const product = shares.reduce((all, share) => (all * share) % ring.value, 1n);
    const combined = (product * product) % ring.value;
    if (combined % modulus !== 1n) {
      throw new StrongroomError(
        'SHARE_INVALID',
        'the partial decryptions do not combine: the result is void',
      );
    }
    return centred(((combined - 1n) / modulus) * this.#scale, modulus);
  }
}
