import { StrongroomError } from '../../proto/errors.ts';
import type { KeyShare } from '../scheme.ts';
import type { Context } from './binding.ts';
import { decryptionExponent } from './decryption-exponent.ts';
import { readElements } from './elements.ts';
import { toBytes } from './integers.ts';
import { openJointKey, type PaillierJointKey } from './joint-key.ts';
import { proveShares } from './share-proof.ts';

const SEED_BYTES = 32;

/**
 * See `KeyShare`. The partial decryption of c by holder j is c^(2·d_j) mod N² (Damgård and Jurik, PKC 2001, section
 * 4.1); it and its proof are functions of the seed, the joint key and the ciphertexts. Throws what `openJointKey`
 * throws, and JOINT_KEY_MISMATCH where the verification key of the holder is not that of its seed.
 */
export function openPaillierKeyShare(
  context: Context,
  seed: Uint8Array,
  holder: number,
  jointKey: Uint8Array,
): Promise<KeyShare> {
  return Promise.try(() => {
    if (seed.length !== SEED_BYTES) {
      throw new StrongroomError('INTERNAL', `the seed of a key share has ${SEED_BYTES} bytes`);
    }
    return new PaillierKeyShare(openJointKey(context, jointKey), seed, holder);
  });
}

class PaillierKeyShare implements KeyShare {
  readonly #key: PaillierJointKey;
  readonly #holder: number;
  readonly #seed: Uint8Array;
  #exponent: bigint;

  constructor(key: PaillierJointKey, seed: Uint8Array, holder: number) {
    this.#key = key;
    this.#holder = holder;
    this.#seed = seed.slice();
    this.#exponent = decryptionExponent(key.context, seed, holder, key);
    const own = key.ring.power(key.bases.verification, this.#exponent);
    if (own === key.verificationKeys[holder]) return;
    this[Symbol.dispose]();
    throw new StrongroomError(
      'JOINT_KEY_MISMATCH',
      `the verification key of key holder ${holder + 1} is not the one of this seed`,
    );
  }

  partialDecryptions(outputs: readonly Uint8Array[]): Uint8Array[] {
    if (this.#exponent === 0n) {
      throw new StrongroomError('INTERNAL', 'the key share was wiped and cannot be used again');
    }
    const { outputBytes, shareBytes } = this.#key.context.parameters;
    const ciphertexts = readElements('the ciphertext to decrypt', outputs, this.#key.modulus, outputBytes);
    const shares = ciphertexts.map((c) => this.#key.ring.power(c, 2n * this.#exponent));
    const proof = proveShares(
      this.#key,
      { holder: this.#holder, ciphertexts, shares },
      { seed: this.#seed, exponent: this.#exponent },
    );
    return [...shares.map((share) => new Uint8Array(toBytes(share, shareBytes))), proof];
  }

  [Symbol.dispose](): void {
    this.#seed.fill(0);
    this.#exponent = 0n;
  }
}
