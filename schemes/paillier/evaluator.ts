import { StrongroomError } from '../../proto/errors.ts';
import type { CiphertextSum, Evaluator, Input, ProductSum } from '../scheme.ts';
import type { Context } from './binding.ts';
import { openJointKey, type PaillierJointKey } from './joint-key.ts';
import { parseInput, verifyKnowledge } from './plaintext-proof.ts';
import { PaillierSum } from './sum.ts';

/** See `Evaluator`. Throws what `openJointKey` throws. */
export function openPaillierEvaluator(context: Context, jointKey: Uint8Array): Promise<Evaluator> {
  return Promise.try(() => new PaillierEvaluator(openJointKey(context, jointKey)));
}

class PaillierEvaluator implements Evaluator {
  readonly #key: PaillierJointKey;

  constructor(key: PaillierJointKey) {
    this.#key = key;
  }

  validateInput(ciphertext: Uint8Array, party: string): void {
    this.validateInputs([{ ciphertext, party }]);
  }

  validateInputs(inputs: readonly Input[]): void {
    verifyKnowledge(
      this.#key,
      inputs.map(({ ciphertext, party }) => parseInput(this.#key, party, ciphertext)),
    );
  }

  sum(): CiphertextSum {
    return new PaillierSum(this.#key);
  }

  productSum(): ProductSum {
    throw new StrongroomError(
      'INTERNAL',
      'the outputs of this task are sums of ciphertexts, not of products',
    );
  }

  [Symbol.dispose](): void {
    // The joint key is public, and the process may need it again.
  }
}
