/**
 * f of inputs that come in one after the other. Additions modulo q commute: whatever the order in which inputs are
 * added, the sums are bit for bit those of `evaluate`, by the same additions.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { StrongroomError } from '../proto/errors.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import type { CiphertextSum, Evaluator } from '../schemes/scheme.ts';
import type { Plan } from '../statistics/plan.ts';
import type { Blob } from './documents.ts';
import { addUp, ciphertextAt, fetchOne, type FetchAll, type InputSet } from './evaluation.ts';

type Input = InputSet['inputs'][number];
/** The task and its key, before there are inputs. */
type Basis = Pick<InputSet, 'context' | 'aggregator' | 'key' | 'positions'>;

/** Whether the outputs of a plan are sums that can grow input by input, in memory that does not grow with them. */
export function canRun({ products, scheme }: Plan): boolean {
  return products === null && scheme !== 'paillier';
}

/** Bytes that a running evaluation holds, however many inputs there are: a ciphertext for each output, and one that is read. */
export function runningBytes({ parameters, ciphertexts }: Plan): number {
  return (ciphertexts + 1) * parameters.ciphertextBytes;
}

/** Calls must not overlap. */
export class RunningEvaluation implements Disposable {
  readonly #basis: Basis;
  readonly #evaluator: Evaluator;
  readonly #sums: readonly CiphertextSum[];
  readonly #added = new Map<string, readonly Blob[]>();
  /** False while an input is added, and for good where that fails: some of its ciphertexts are in the sums then. */
  #whole = true;

  private constructor(basis: Basis, evaluator: Evaluator) {
    const { context, aggregator, key, positions } = basis;
    this.#basis = { context, aggregator, key, positions };
    this.#evaluator = evaluator;
    this.#sums = Array.from({ length: positions }, () => evaluator.sum());
  }

  /** Of a task for which `canRun` holds. Throws what `openEvaluator` throws. */
  static async open(basis: Basis, fetchAll: FetchAll): Promise<RunningEvaluation> {
    const key = await fetchOne(fetchAll, basis.aggregator, basis.key);
    return new RunningEvaluation(basis, await openEvaluator(basis.context, key));
  }

  /** The parties whose inputs are in the sums. */
  get added(): ReadonlyMap<string, readonly Blob[]> {
    return this.#added;
  }

  /** Adds the input of a party of which nothing has been added. Throws CIPHERTEXT_INVALID, after which there are no outputs. */
  async add(input: Input, fetchAll: FetchAll): Promise<void> {
    const { party, ciphertexts } = input;
    if (!this.#whole || this.#added.has(party)) {
      throw new StrongroomError('INTERNAL', 'an input cannot be added to these sums');
    }
    this.#whole = false;
    await addUp(
      this.#sums.map((sum, index) => ({ sum, signed: ciphertextAt(input, index) })),
      fetchAll,
    );
    this.#added.set(party, ciphertexts);
    this.#whole = true;
  }

  /**
   * f of exactly this set; what is missing of it is added first. Undefined where the sums hold anything else than
   * inputs of the set, or are of another task or key: then it must be evaluated anew. Throws CIPHERTEXT_INVALID.
   */
  async outputs(set: InputSet, fetchAll: FetchAll): Promise<Uint8Array[] | undefined> {
    if (!this.#isWithin(set)) return undefined;
    for (const input of set.inputs) if (!this.#added.has(input.party)) await this.add(input, fetchAll);
    const outputs: Uint8Array[] = [];
    for (const sum of this.#sums) {
      outputs.push(sum.bytes());
      await breathe();
    }
    return outputs;
  }

  #isWithin({ inputs, products, context, aggregator, key, positions }: InputSet): boolean {
    const sealed = new Map(inputs.map(({ party, ciphertexts }) => [party, ciphertexts]));
    return (
      this.#whole &&
      products === null &&
      isDeepStrictEqual({ context, aggregator, key, positions }, this.#basis) &&
      sealed.size === inputs.length &&
      [...this.#added].every(([party, ciphertexts]) => isDeepStrictEqual(sealed.get(party), ciphertexts))
    );
  }

  [Symbol.dispose](): void {
    for (const sum of this.#sums) sum[Symbol.dispose]();
    this.#evaluator[Symbol.dispose]();
  }
}
