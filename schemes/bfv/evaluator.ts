import { loadEngine, type Engine } from '../rlwe/engine.ts';
import type { Ring } from '../rlwe/ring.ts';
import { invalid, parseCiphertext } from '../rlwe/validation.ts';
import type { CiphertextSum, Evaluator, SchemeContext, Transcript } from '../scheme.ts';
import { bind, type Binding } from './binding.ts';
import { combineContributions, commonReference, readContribution } from './joint-key.ts';
import { readTestShare, testJointKey } from './key-test.ts';
import { ciphertextShape, openKeyRing } from './levels.ts';
import { requireSound, type BfvParameters } from './parameters.ts';
import { BfvSum } from './sum.ts';

/** See `Evaluator`. Round 0 carries the key contributions, round 1 the shares of the self-test of the key. */
export async function openBfvEvaluator(context: SchemeContext): Promise<Evaluator> {
  requireSound(context.parameters);
  return new BfvEvaluator(context, await loadEngine());
}

class BfvEvaluator implements Evaluator {
  readonly #parameters: BfvParameters;
  readonly #binding: Binding;
  readonly #engine: Engine;
  #ring: Ring | undefined;

  constructor(context: SchemeContext, engine: Engine) {
    this.#parameters = context.parameters;
    this.#binding = bind(context);
    this.#engine = engine;
  }

  validateContribution(round: number, bytes: Uint8Array): void {
    if (round === 0) readContribution(this.#binding, this.#parameters, bytes);
    else if (round === 1) readTestShare(this.#binding, this.#parameters, bytes);
    else throw invalid('a key ceremony message', 'round', `there is no round ${round}, only 0 and 1`);
  }

  jointKey(transcript: Transcript): Uint8Array | undefined {
    const [opened, tests] = transcript;
    if (!opened || !tests) return undefined;
    this.#requireComplete(opened);
    this.#requireComplete(tests);
    const contributions = opened.map((bytes) => readContribution(this.#binding, this.#parameters, bytes));
    const shares = tests.map((bytes) => readTestShare(this.#binding, this.#parameters, bytes));
    this.#ring ??= openKeyRing(this.#engine, this.#parameters);
    testJointKey(this.#ring, this.#parameters, contributions, shares);
    const reference = commonReference(this.#binding, this.#parameters);
    return combineContributions(this.#ring, this.#parameters, contributions, reference);
  }

  validateInput(bytes: Uint8Array): void {
    parseCiphertext('an input ciphertext', ciphertextShape(this.#parameters), bytes);
  }

  sum(): CiphertextSum {
    return new BfvSum(this.#engine, this.#parameters);
  }

  [Symbol.dispose](): void {
    this.#ring?.[Symbol.dispose]();
    this.#ring = undefined;
  }

  #requireComplete(round: readonly Uint8Array[]): void {
    const { holders } = this.#parameters;
    if (round.length === holders) return;
    throw invalid('the key ceremony', 'number of messages', `${round.length} of ${holders} key holders`);
  }
}
