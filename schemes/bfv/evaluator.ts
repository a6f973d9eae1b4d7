import { StrongroomError } from '../../proto/errors.ts';
import { loadEngine, type Engine } from '../rlwe/engine.ts';
import { parseCiphertext } from '../rlwe/validation.ts';
import type { CiphertextSum, Evaluator, Input, ProductSum, SchemeContext } from '../scheme.ts';
import { ciphertextShape } from './levels.ts';
import { requireSound, type BfvParameters } from './parameters.ts';
import { BfvSum } from './sum.ts';

/** See `Evaluator`. The sum of ciphertexts needs no key, and nothing in a ciphertext says whose it is. */
export async function openBfvEvaluator({ parameters }: SchemeContext<BfvParameters>): Promise<Evaluator> {
  requireSound(parameters);
  return new BfvEvaluator(parameters, await loadEngine());
}

class BfvEvaluator implements Evaluator {
  readonly #parameters: BfvParameters;
  readonly #engine: Engine;

  constructor(parameters: BfvParameters, engine: Engine) {
    this.#parameters = parameters;
    this.#engine = engine;
  }

  validateInput(ciphertext: Uint8Array): void {
    parseCiphertext('an input ciphertext', ciphertextShape(this.#parameters), ciphertext);
  }

  validateInputs(inputs: readonly Input[]): void {
    for (const { ciphertext } of inputs) this.validateInput(ciphertext);
  }

  sum(): CiphertextSum {
    return new BfvSum(this.#engine, this.#parameters);
  }

  productSum(): ProductSum {
    throw new StrongroomError(
      'INTERNAL',
      'the outputs of this task are sums of ciphertexts, not of products',
    );
  }

  [Symbol.dispose](): void {
    // The engine is shared by the process.
  }
}
