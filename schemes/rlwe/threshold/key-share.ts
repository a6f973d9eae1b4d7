import { StrongroomError } from '../../../proto/errors.ts';
import type { Ring } from '../ring.ts';
import { parseCiphertext } from '../validation.ts';
import type { KeyShare, RlweParameters, SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from './binding.ts';
import { expandSecret } from './key-contribution.ts';
import { openKeyRing } from './engine.ts';
import { ciphertextShape, toDataLevel, toKeyLevel } from './levels.ts';
import { requireSound } from '../../sound.ts';
import { partialDecryption, wipeSecret, type Secret } from './partial-decryption.ts';
import { writeShare } from './share-message.ts';

type Context = SchemeContext<RlweParameters>;

/** See `KeyShare`. Every share is a function of the seed, the task, the parameters and the ciphertext. */
export function openRlweKeyShare(context: Context, seed: Uint8Array): Promise<KeyShare> {
  return Promise.try(() => {
    requireSound(context.parameters);
    const ring = openKeyRing(context.parameters);
    return new RlweKeyShare(context, ring, expandSecret(ring, bind(context), seed));
  });
}

class RlweKeyShare implements KeyShare {
  readonly #parameters: RlweParameters;
  readonly #binding: Binding;
  readonly #ring: Ring;
  readonly #secret: Secret;
  #open = true;

  constructor(context: Context, ring: Ring, secret: Secret) {
    this.#parameters = context.parameters;
    this.#binding = bind(context);
    this.#ring = ring;
    this.#secret = secret;
  }

  partialDecryptions(outputs: readonly Uint8Array[]): Uint8Array[] {
    return outputs.map((output) => this.#decryptPartially(output));
  }

  #decryptPartially(ciphertext: Uint8Array): Uint8Array {
    // A wiped seed would still give shares: those of an all-zero secret.
    if (!this.#open) {
      throw new StrongroomError('INTERNAL', 'the key share was wiped and cannot be used again');
    }
    const shape = ciphertextShape(this.#parameters);
    const [, c1] = parseCiphertext('the ciphertext to decrypt', shape, ciphertext);
    const lifted = toKeyLevel(c1, this.#parameters);
    const share = partialDecryption(this.#ring, this.#binding, this.#parameters, this.#secret, lifted);
    return writeShare(this.#binding, c1, toDataLevel(share, this.#parameters));
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    wipeSecret(this.#secret);
    this.#ring[Symbol.dispose]();
  }
}
