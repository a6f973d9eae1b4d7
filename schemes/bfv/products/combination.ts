/** Threshold decryption of the opened coefficients by the output party (`phase.ts`), and their CRT over the plain moduli. */
import { StrongroomError } from '../../../proto/errors.ts';
import { attributed } from '../../attributed.ts';
import { chineseRemainder } from '../../rlwe/crt.ts';
import type { Words } from '../../rlwe/words.ts';
import type { Combiner, SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from '../../rlwe/threshold/binding.ts';
import { requireAllShares, voidShares } from '../../rlwe/threshold/phase.ts';
import { parseLanes } from './ciphertext.ts';
import { productOutputs } from './layout.ts';
import { lanesOf, requireSoundProducts, type BfvProductParameters } from './parameters.ts';
import { decodeCoefficients } from './phase.ts';
import { readShare } from './share-message.ts';

type Context = SchemeContext<BfvProductParameters>;

/** See `Combiner`. The values of an output are those of its opened coefficients, in ascending order of these. */
export function openBfvProductCombiner(context: Context): Combiner {
  requireSoundProducts(context.parameters);
  return new BfvProductCombiner(context);
}

class BfvProductCombiner implements Combiner {
  readonly #parameters: BfvProductParameters;
  readonly #binding: Binding;

  constructor(context: Context) {
    this.#parameters = context.parameters;
    this.#binding = bind(context);
  }

  combine(outputs: readonly Uint8Array[], shares: readonly (readonly Uint8Array[])[]): bigint[][] {
    const planned = productOutputs(this.#parameters.products);
    if (planned.length !== outputs.length) {
      throw new StrongroomError('INTERNAL', `${outputs.length} outputs where the plan has ${planned.length}`);
    }
    requireAllShares(this.#parameters.holders, shares, outputs.length);
    return planned.map(({ coefficients }, i) => {
      const ofOutput = shares.map((ofHolder) => ofHolder[i] ?? new Uint8Array());
      return this.#combine(outputs[i] ?? new Uint8Array(), coefficients, ofOutput);
    });
  }

  #combine(output: Uint8Array, coefficients: readonly number[], messages: readonly Uint8Array[]): bigint[] {
    const lanes = parseLanes('the output ciphertext', this.#parameters, output);
    const shares = messages.map((bytes, holder): Words[] =>
      attributed(holder, () => readShare(this.#binding, this.#parameters, lanes, coefficients, bytes)),
    );
    const residues = lanesOf(this.#parameters).map((lane, l) => {
      const ofLane = shares.flatMap((ofHolder) => ofHolder.slice(l, l + 1));
      const c0 = lanes[l]?.c0 ?? new BigUint64Array();
      const values = decodeCoefficients(this.#parameters, lane, c0, coefficients, ofLane);
      if (values) return values;
      throw voidShares();
    });
    return coefficients.map((_, i) => this.#centred(residues.map((ofLane) => ofLane[i] ?? 0n)));
  }

  #centred(residues: readonly bigint[]): bigint {
    const moduli = this.#parameters.plainModuli.map(BigInt);
    const capacity = moduli.reduce((product, t) => product * t, 1n);
    const value = chineseRemainder(residues, moduli);
    return 2n * value > capacity ? value - capacity : value;
  }
}
