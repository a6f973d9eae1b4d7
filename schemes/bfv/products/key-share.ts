import { StrongroomError } from '../../../proto/errors.ts';
import type { Ring } from '../../rlwe/ring.ts';
import type { KeyShare, SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from '../../rlwe/threshold/binding.ts';
import { expandSecret } from '../../rlwe/threshold/key-contribution.ts';
import { openKeyRing } from '../../rlwe/threshold/engine.ts';
import { wipeSecret, type Secret } from '../../rlwe/threshold/partial-decryption.ts';
import { parseLanes } from './ciphertext.ts';
import { productOutputs } from './layout.ts';
import { firstLane, requireSoundProducts, type BfvProductParameters } from './parameters.ts';
import { openCoefficients } from './partial-decryption.ts';
import { writeShare } from './share-message.ts';

type Context = SchemeContext<BfvProductParameters>;

/** See `KeyShare`. What is opened of each output is what the parameters of the task say, in the order of its outputs. */
export function openBfvProductKeyShare(context: Context, seed: Uint8Array): Promise<KeyShare> {
  const { parameters } = context;
  return Promise.try(() => {
    requireSoundProducts(parameters);
    const ring = openKeyRing(firstLane(parameters));
    return new BfvProductKeyShare(context, ring, expandSecret(ring, bind(context), seed));
  });
}

class BfvProductKeyShare implements KeyShare {
  readonly #parameters: BfvProductParameters;
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

  /** Throws INTERNAL where there are not as many outputs as the plan has. */
  partialDecryptions(outputs: readonly Uint8Array[]): Uint8Array[] {
    // A wiped seed would still give shares: those of an all-zero secret.
    if (!this.#open) {
      throw new StrongroomError('INTERNAL', 'the key share was wiped and cannot be used again');
    }
    const planned = productOutputs(this.#parameters.products);
    if (planned.length !== outputs.length) {
      throw new StrongroomError('INTERNAL', `${outputs.length} outputs where the plan has ${planned.length}`);
    }
    return planned.map(({ coefficients }, i) =>
      this.#decryptPartially(outputs[i] ?? new Uint8Array(), coefficients),
    );
  }

  #decryptPartially(output: Uint8Array, coefficients: readonly number[]): Uint8Array {
    const lanes = parseLanes('the ciphertext to decrypt', this.#parameters, output);
    const shares = lanes.map(({ c1 }) =>
      openCoefficients(this.#ring, this.#binding, this.#parameters, this.#secret, c1, coefficients),
    );
    return writeShare(this.#binding, lanes, coefficients, shares);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    wipeSecret(this.#secret);
    this.#ring[Symbol.dispose]();
  }
}
