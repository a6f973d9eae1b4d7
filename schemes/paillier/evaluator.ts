import { sha256 } from '#primitives';
import { StrongroomError } from '../../proto/errors.ts';
import { lengthPrefixed } from '../rlwe/xof.ts';
import type { CiphertextSum, Evaluator, Input, ProductSum } from '../scheme.ts';
import type { Context } from './binding.ts';
import { openJointKey, type PaillierJointKey } from './joint-key.ts';
import { parseInput, verifyKnowledge } from './plaintext-proof.ts';
import { PaillierSum, type Proved } from './sum.ts';

/** See `Evaluator`. Throws what `openJointKey` throws. */
export function openPaillierEvaluator(context: Context, jointKey: Uint8Array): Promise<Evaluator> {
  return Promise.try(() => new PaillierEvaluator(openJointKey(context, jointKey)));
}

/** Of the digest by which an input is known again: nobody finds another one with the same. */
const NAME_BYTES = 16;

/** Keeps a digest of each input that it has found valid, so that its proof is not verified again in a sum. */
class PaillierEvaluator implements Evaluator, Proved {
  readonly #key: PaillierJointKey;
  readonly #proved = new Set<string>();

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
    for (const input of inputs) this.#proved.add(nameOf(input));
  }

  isProved(input: Input): boolean {
    return this.#proved.has(nameOf(input));
  }

  sum(): CiphertextSum {
    return new PaillierSum(this.#key, this);
  }

  productSum(): ProductSum {
    throw new StrongroomError(
      'INTERNAL',
      'the outputs of this task are sums of ciphertexts, not of products',
    );
  }

  [Symbol.dispose](): void {
    // The joint key is public, and the process may need it again.
    this.#proved.clear();
  }
}

/** All of it, since a proof holds for one party only. */
function nameOf({ ciphertext, party }: Input): string {
  const digest = sha256(lengthPrefixed(Buffer.from(party), ciphertext));
  return Buffer.from(digest.subarray(0, NAME_BYTES)).toString('latin1');
}
