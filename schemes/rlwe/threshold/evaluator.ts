import { StrongroomError } from '../../../proto/errors.ts';
import { CiphertextReader } from '../ciphertext-reader.ts';
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
export function openRlweEvaluator({ parameters }: SchemeContext<RlweParameters>): Promise<Evaluator> {
  return Promise.try(() => {
    requireSound(parameters);
    return new RlweEvaluator(parameters);
  });
}

class RlweEvaluator implements Evaluator {
  readonly #parameters: RlweParameters;
  readonly #reader: CiphertextReader;

  constructor(parameters: RlweParameters) {
    this.#parameters = parameters;
    this.#reader = new CiphertextReader(ciphertextShape(parameters));
  }

  validateInput(ciphertext: Uint8Array): void {
    this.#reader.read('an input ciphertext', ciphertext);
  }

  validateInputs(inputs: readonly Input[]): void {
    for (const { ciphertext } of inputs) this.validateInput(ciphertext);
  }

  sum(): CiphertextSum {
    return new RlweSum(this.#parameters, this.#reader);
  }

  productSum(): ProductSum {
    throw new StrongroomError(
      'INTERNAL',
      'the outputs of this task are sums of ciphertexts, not of products',
    );
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}
