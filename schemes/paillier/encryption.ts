/**
 * Encryption of packed integers under the joint key with g = 1 + N (Damgård and Jurik, PKC 2001):
 * c = (1 + m·N)·ρ mod N², with ρ from `randomness.ts`. An input ciphertext is c in fixed width, and after it a proof
 * that its party knows m and ρ (`plaintext-proof.ts`).
 */
import type { Encryptor } from '../scheme.ts';
import type { Context } from './binding.ts';
import { modulo, toBytes } from './integers.ts';
import { openJointKey, type PaillierJointKey } from './joint-key.ts';
import { pack } from './packing.ts';
import { proveKnowledge } from './plaintext-proof.ts';
import { drawRandomness, mask } from './randomness.ts';

/** See `Encryptor`. Throws what `openJointKey` throws. */
export function openPaillierEncryptor(
  context: Context,
  jointKey: Uint8Array,
  party: string,
): Promise<Encryptor> {
  return Promise.try(() => new PaillierEncryptor(openJointKey(context, jointKey), party));
}

class PaillierEncryptor implements Encryptor {
  readonly slots: number;
  readonly #key: PaillierJointKey;
  readonly #party: string;

  constructor(key: PaillierJointKey, party: string) {
    this.slots = key.context.parameters.slots;
    this.#key = key;
    this.#party = party;
  }

  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array {
    const { modulus, context } = this.#key;
    const plaintext = modulo(pack(values, context.parameters), modulus);
    const randomness = drawRandomness(this.#key);
    const ciphertext = toBytes(mask(modulus, plaintext, randomness), context.parameters.outputBytes);
    const proof = proveKnowledge(this.#key, this.#party, ciphertext, { plaintext, randomness });
    return new Uint8Array(Buffer.concat([ciphertext, proof]));
  }

  [Symbol.dispose](): void {
    // The joint key is public, and the process may need it again.
  }
}

/** A ciphertext of the same plaintext, which nobody can link to the first without the key. */
export function rerandomise(key: PaillierJointKey, ciphertext: bigint): bigint {
  return (ciphertext * mask(key.modulus, 0n, drawRandomness(key))) % key.ring.value;
}
