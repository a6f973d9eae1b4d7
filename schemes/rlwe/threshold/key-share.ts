import { parseCiphertext } from '../validation.ts';
import type { KeyShare, RlweParameters, SchemeContext } from '../../scheme.ts';
import { requireSound } from '../../sound.ts';
import { bind, type Binding } from './binding.ts';
import { HeldSecret } from './held-secret.ts';
import { ciphertextShape, toDataLevel, toKeyLevel } from './levels.ts';
import { partialDecryption } from './partial-decryption.ts';
import { writeShare } from './share-message.ts';

type Context = SchemeContext<RlweParameters>;

/** See `KeyShare`. Every share is a function of the seed, the task, the parameters and the ciphertext. */
export function openRlweKeyShare(context: Context, seed: Uint8Array): Promise<KeyShare> {
  return Promise.try(() => {
    requireSound(context.parameters);
    return new RlweKeyShare(context, seed);
  });
}

class RlweKeyShare implements KeyShare {
  readonly #parameters: RlweParameters;
  readonly #binding: Binding;
  readonly #held: HeldSecret;

  constructor(context: Context, seed: Uint8Array) {
    this.#parameters = context.parameters;
    this.#binding = bind(context);
    this.#held = new HeldSecret(this.#parameters, this.#binding, seed);
  }

  partialDecryptions(outputs: readonly Uint8Array[]): Uint8Array[] {
    return outputs.map((output) => this.#decryptPartially(output));
  }

  #decryptPartially(ciphertext: Uint8Array): Uint8Array {
    const { secret, ring } = this.#held;
    const shape = ciphertextShape(this.#parameters);
    const [, c1] = parseCiphertext('the ciphertext to decrypt', shape, ciphertext);
    const lifted = toKeyLevel(c1, this.#parameters);
    const share = partialDecryption(ring, this.#binding, this.#parameters, secret, lifted);
    return writeShare(this.#binding, c1, toDataLevel(share, this.#parameters));
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }
}
