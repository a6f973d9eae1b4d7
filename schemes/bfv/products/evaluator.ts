/**
 * Σ left·right by SEAL: products of size three are added up, and the sum is relinearised once. Holds five ciphertexts
 * for each plain modulus, however many are multiplied. Integer arithmetic alone, so every machine gets the same bytes.
 */
import type { Ciphertext, Evaluator as SealEvaluator, RelinKeys } from 'node-seal/allows';
import { StrongroomError } from '../../../proto/errors.ts';
import { leaseContext, type ContextLease } from '../../rlwe/context-cache.ts';
import { guarded, loadEngine, type Engine } from '../../rlwe/engine.ts';
import type { CiphertextSum, Evaluator, Input, ProductSum, SchemeContext } from '../../scheme.ts';
import { bind } from '../../rlwe/threshold/binding.ts';
import { contextShape } from '../../rlwe/threshold/engine.ts';
import type { BfvModuli } from '../../rlwe/threshold/levels.ts';
import { parseLanes } from './ciphertext.ts';
import { readJointKey, sealRelinearisationKey, type ProductJointKey } from './joint-key.ts';
import { chunksOf } from './layout.ts';
import { lanesOf, requireSoundProducts, type BfvProductParameters } from './parameters.ts';

type Context = SchemeContext<BfvProductParameters>;

/** See `Evaluator`. Nothing in a ciphertext says whose it is. */
export async function openBfvProductEvaluator(context: Context, jointKey: Uint8Array): Promise<Evaluator> {
  const { parameters } = context;
  requireSoundProducts(parameters);
  const key = readJointKey(bind(context), parameters, jointKey);
  return new BfvProductEvaluator(parameters, key, await loadEngine());
}

/** The relinearisation key, loaded for every plain modulus. */
export function openLanes(engine: Engine, parameters: BfvProductParameters, key: ProductJointKey): Lane[] {
  return guarded('loading the relinearisation key', () =>
    lanesOf(parameters).map((lane) => new Lane(engine, lane, sealRelinearisationKey(lane, key))),
  );
}

class BfvProductEvaluator implements Evaluator {
  readonly #parameters: BfvProductParameters;
  readonly #key: ProductJointKey;
  readonly #engine: Engine;
  /** Opened for the first product: whoever only validates needs no tables of SEAL, which take a second. */
  #lanes: readonly Lane[] = [];

  constructor(parameters: BfvProductParameters, key: ProductJointKey, engine: Engine) {
    this.#parameters = parameters;
    this.#key = key;
    this.#engine = engine;
  }

  validateInput(ciphertext: Uint8Array): void {
    parseLanes('an input ciphertext', this.#parameters, ciphertext);
  }

  validateInputs(inputs: readonly Input[]): void {
    for (const { ciphertext } of inputs) this.validateInput(ciphertext);
  }

  sum(): CiphertextSum {
    throw new StrongroomError('INTERNAL', 'the outputs of this task are sums of products');
  }

  productSum(): ProductSum {
    if (this.#lanes.length === 0) this.#lanes = openLanes(this.#engine, this.#parameters, this.#key);
    return new BfvProductSum(this.#parameters, this.#lanes);
  }

  [Symbol.dispose](): void {
    for (const lane of this.#lanes) lane[Symbol.dispose]();
  }
}

/** The lanes belong to whoever opened them. */
export class BfvProductSum implements ProductSum {
  readonly #parameters: BfvProductParameters;
  readonly #sums: readonly LaneSum[];
  #terms = 0;

  constructor(parameters: BfvProductParameters, lanes: readonly Lane[]) {
    this.#parameters = parameters;
    this.#sums = lanes.map((lane) => new LaneSum(lane));
  }

  add(left: Input, right: Input): void {
    const [ofLeft, ofRight] = [left, right].map(({ ciphertext }) =>
      parseLanes('an input ciphertext', this.#parameters, ciphertext),
    );
    const { products } = this.#parameters;
    const most = chunksOf(products, products.records);
    if (this.#terms === most) {
      throw new StrongroomError('QUOTA_EXCEEDED', `the plan allows ${most} products in a sum`);
    }
    guarded('multiplying ciphertexts', () => {
      this.#sums.forEach((sum, l) => {
        const [a, b] = [ofLeft?.[l], ofRight?.[l]];
        if (a && b) sum.add(a.bytes, b.bytes);
      });
    });
    this.#terms += 1;
  }

  /** Throws CIPHERTEXT_INVALID where inputs were made to cancel out so that c_1 = 0. */
  bytes(): Uint8Array {
    if (this.#terms === 0) throw new StrongroomError('INTERNAL', 'a sum of no products has no bytes');
    const parts = guarded('relinearising a sum of products', () => this.#sums.map((sum) => sum.bytes()));
    const bytes = new Uint8Array(Buffer.concat(parts));
    parseLanes('the sum of the products', this.#parameters, bytes);
    return bytes;
  }

  [Symbol.dispose](): void {
    for (const sum of this.#sums) sum[Symbol.dispose]();
  }
}

/** A context for one plain modulus, and the relinearisation key in it. */
class Lane implements Disposable {
  readonly lease: ContextLease;
  readonly evaluator: SealEvaluator;
  readonly relinKeys: RelinKeys;

  constructor(engine: Engine, lane: BfvModuli, relinearisationKey: Uint8Array) {
    this.lease = leaseContext(engine, contextShape(lane));
    this.evaluator = new engine.Evaluator(this.lease.context);
    this.relinKeys = new engine.RelinKeys();
    this.relinKeys.loadFromArray(this.lease.context, relinearisationKey);
  }

  [Symbol.dispose](): void {
    for (const held of [this.evaluator, this.relinKeys]) if (!held.isDeleted()) held.delete();
    this.lease[Symbol.dispose]();
  }
}

/** Modulo one t. */
class LaneSum implements Disposable {
  readonly #lane: Lane;
  readonly #left: Ciphertext;
  readonly #right: Ciphertext;
  readonly #product: Ciphertext;
  readonly #total: Ciphertext;
  #empty = true;

  constructor(lane: Lane) {
    const { Ciphertext } = lane.lease.engine;
    this.#lane = lane;
    this.#left = new Ciphertext();
    this.#right = new Ciphertext();
    this.#product = new Ciphertext();
    this.#total = new Ciphertext();
  }

  add(left: Uint8Array, right: Uint8Array): void {
    const { evaluator, lease } = this.#lane;
    this.#left.loadFromArray(lease.context, left);
    this.#right.loadFromArray(lease.context, right);
    evaluator.multiply(this.#left, this.#right, this.#empty ? this.#total : this.#product);
    if (!this.#empty) evaluator.addInplace(this.#total, this.#product);
    this.#empty = false;
  }

  bytes(): Uint8Array {
    const { evaluator, lease, relinKeys } = this.#lane;
    evaluator.relinearize(this.#total, relinKeys, this.#product);
    return this.#product.saveToArray(lease.engine.ComprModeType.none) as Uint8Array;
  }

  [Symbol.dispose](): void {
    for (const held of [this.#left, this.#right, this.#product, this.#total]) {
      if (!held.isDeleted()) held.delete();
    }
  }
}
