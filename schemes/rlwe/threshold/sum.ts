/** Σ of ciphertexts: (Σ c_0, Σ c_1) modulo q, by SEAL. */
import type { Ciphertext, Evaluator } from 'node-seal/allows';
import { StrongroomError } from '../../../proto/errors.ts';
import type { ContextLease } from '../context-cache.ts';
import { leaseContext } from '../context-cache.ts';
import { guarded, type Engine } from '../engine.ts';
import { parseCiphertext } from '../validation.ts';
import type { CiphertextShape } from '../wire.ts';
import type { CiphertextSum, RlweParameters } from '../../scheme.ts';
import { contextShape } from './engine.ts';
import { ciphertextShape } from './levels.ts';

/** Holds two ciphertexts, however many are added. */
export class RlweSum implements CiphertextSum {
  readonly #shape: CiphertextShape;
  readonly #contributors: number;
  readonly #lease: ContextLease;
  readonly #evaluator: Evaluator;
  readonly #total: Ciphertext;
  readonly #next: Ciphertext;
  #added = 0;

  constructor(engine: Engine, parameters: RlweParameters) {
    this.#shape = ciphertextShape(parameters);
    this.#contributors = parameters.contributors;
    this.#lease = leaseContext(engine, contextShape(parameters));
    this.#evaluator = new engine.Evaluator(this.#lease.context);
    this.#total = new engine.Ciphertext();
    this.#next = new engine.Ciphertext();
  }

  /** Throws QUOTA_EXCEEDED beyond the number of ciphertexts for which the noise of the plan holds. */
  add(ciphertext: Uint8Array): void {
    parseCiphertext('an input ciphertext', this.#shape, ciphertext);
    if (this.#added === this.#contributors) {
      throw new StrongroomError(
        'QUOTA_EXCEEDED',
        `the plan allows ${this.#contributors} ciphertexts in a sum`,
      );
    }
    guarded('adding ciphertexts', () => {
      const target = this.#added === 0 ? this.#total : this.#next;
      target.loadFromArray(this.#lease.context, new Uint8Array(ciphertext));
      if (this.#added > 0) this.#evaluator.addInplace(this.#total, this.#next);
    });
    this.#added += 1;
  }

  /** Throws CIPHERTEXT_INVALID where inputs were made to cancel out so that c_1 = 0. */
  bytes(): Uint8Array {
    if (this.#added === 0) throw new StrongroomError('INTERNAL', 'a sum of no ciphertexts has no bytes');
    const bytes = guarded(
      'writing a sum',
      () => this.#total.saveToArray(this.#lease.engine.ComprModeType.none) as Uint8Array,
    );
    parseCiphertext('the sum of the inputs', this.#shape, bytes);
    return bytes;
  }

  [Symbol.dispose](): void {
    for (const held of [this.#evaluator, this.#total, this.#next]) if (!held.isDeleted()) held.delete();
    this.#lease[Symbol.dispose]();
  }
}
