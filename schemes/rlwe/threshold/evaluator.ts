import { StrongroomError } from '../../../proto/errors.ts';
import { loadEngine, type Engine } from '../engine.ts';
import { parseCiphertext } from '../validation.ts';
import type {
  CiphertextSum,
  Evaluator,
  Input,
  ProductSum,
  RlweParameters,
  SchemeContext,
} from '../../scheme.ts';
import { ciphertextShape } from './levels.ts';
import { requireSound } from '../../sound.ts';
import { RlweSum } from './sum.ts';

/** See `Evaluator`. The sum of ciphertexts needs no key, and nothing in a ciphertext says whose it is. */
export async function openRlweEvaluator({ parameters }: SchemeContext<RlweParameters>): Promise<Evaluator> {
  requireSound(parameters);
  return new RlweEvaluator(parameters, await loadEngine());
}

class RlweEvaluator implements Evaluator {
  readonly #parameters: RlweParameters;
  readonly #engine: Engine;

  constructor(parameters: RlweParameters, engine: Engine) {
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
    return new RlweSum(this.#engine, this.#parameters);
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
