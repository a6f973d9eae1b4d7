/** Σ of ciphertexts: (Σ c_0, Σ c_1) modulo q. */
import { StrongroomError } from '../../../proto/errors.ts';
import { CiphertextTotal, type CiphertextReader } from '../ciphertext-reader.ts';
import type { CiphertextSum, RlweParameters } from '../../scheme.ts';

/** Holds one ciphertext, however many are added; reads them through the evaluator's reader. */
export class RlweSum implements CiphertextSum {
  readonly #contributors: number;
  readonly #total: CiphertextTotal;
  #added = 0;

  constructor(parameters: RlweParameters, reader: CiphertextReader) {
    this.#contributors = parameters.contributors;
    this.#total = new CiphertextTotal(reader);
  }

  /** Throws QUOTA_EXCEEDED beyond the number of ciphertexts for which the noise of the plan holds. */
  add(ciphertext: Uint8Array): void {
    const what = 'an input ciphertext';
    if (this.#added === this.#contributors) {
      this.#total.check(what, ciphertext);
      throw new StrongroomError(
        'QUOTA_EXCEEDED',
        `the plan allows ${this.#contributors} ciphertexts in a sum`,
      );
    }
    this.#total.add(what, ciphertext);
    this.#added += 1;
  }

  /** Throws CIPHERTEXT_INVALID where inputs were made to cancel out so that c_1 = 0. */
  bytes(): Uint8Array {
    if (this.#added === 0) throw new StrongroomError('INTERNAL', 'a sum of no ciphertexts has no bytes');
    return this.#total.bytes('the sum of the inputs');
  }

  [Symbol.dispose](): void {
    this.#total[Symbol.dispose]();
  }
}
