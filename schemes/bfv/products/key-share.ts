import { StrongroomError } from '../../../proto/errors.ts';
import type { KeyShare, SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from '../../rlwe/threshold/binding.ts';
import { HeldSecret } from '../../rlwe/threshold/held-secret.ts';
import { parseLanes } from './ciphertext.ts';
import { productOutputs } from './layout.ts';
import { firstLane, requireSoundProducts, type BfvProductParameters } from './parameters.ts';
import { openCoefficients } from './partial-decryption.ts';
import { writeShare } from './share-message.ts';

type Context = SchemeContext<BfvProductParameters>;

/** See `KeyShare`. What is opened of each output is what the parameters of the task say, in the order of its outputs. */
export function openBfvProductKeyShare(context: Context, seed: Uint8Array): Promise<KeyShare> {
  return Promise.try(() => {
    requireSoundProducts(context.parameters);
    return new BfvProductKeyShare(context, seed);
  });
}

class BfvProductKeyShare implements KeyShare {
  readonly #parameters: BfvProductParameters;
  readonly #binding: Binding;
  readonly #held: HeldSecret;

  constructor(context: Context, seed: Uint8Array) {
    this.#parameters = context.parameters;
    this.#binding = bind(context);
    this.#held = new HeldSecret(firstLane(this.#parameters), this.#binding, seed);
  }

  /** Throws INTERNAL where there are not as many outputs as the plan has. */
  partialDecryptions(outputs: readonly Uint8Array[]): Uint8Array[] {
    const planned = productOutputs(this.#parameters.products);
    if (planned.length !== outputs.length) {
      throw new StrongroomError('INTERNAL', `${outputs.length} outputs where the plan has ${planned.length}`);
    }
    return planned.map(({ coefficients }, i) =>
      this.#decryptPartially(outputs[i] ?? new Uint8Array(), coefficients),
    );
  }

  #decryptPartially(output: Uint8Array, coefficients: readonly number[]): Uint8Array {
    const { secret, ring } = this.#held;
    const lanes = parseLanes('the ciphertext to decrypt', this.#parameters, output);
    const shares = lanes.map(({ c1 }) =>
      openCoefficients(ring, this.#binding, this.#parameters, secret, c1, coefficients),
    );
    return writeShare(this.#binding, lanes, coefficients, shares);
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }
}
