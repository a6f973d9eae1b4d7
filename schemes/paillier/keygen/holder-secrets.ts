/**
 * Everything secret that one holder has in a ceremony, expanded from its 32-byte seed by labelled streams. What is
 * drawn to hide something depends on what it hides as well, so that a holder that is shown two versions of what the
 * others said never hides two values with the same randomness.
 */
import { sha256 } from '#primitives';
import type { Xof } from '../../rlwe/xof.ts';
import { uint32 } from '../../primitives/bytes.ts';
import type { CeremonyBinding } from './binding.ts';
import { candidateExpander, type CandidatePart } from './candidate.ts';
import type { CandidateForm } from './candidate-form.ts';
import type { CeremonyPlan } from './plan.ts';
import { openHolderProducts, type HolderProducts } from './products/holder-products.ts';
import type { Products } from './products/products.ts';
import { commitToLeaves, expandTree, SEED_BYTES } from './seed-tree.ts';

/** What `CeremonySetting` gives a holder. */
interface Setting {
  readonly plan: CeremonyPlan;
  readonly form: CandidateForm;
  readonly binding: CeremonyBinding;
  readonly products: Products;
}

/** A holder's candidates of one batch. */
export interface BatchSecrets {
  readonly index: number;
  /** Opens them all. */
  readonly root: Uint8Array;
  readonly commitment: Uint8Array;
  readonly parts: readonly CandidatePart[];
}

export class HolderSecrets implements Disposable {
  /** Its position in the task document, from 0. */
  readonly holder: number;
  readonly seed: Uint8Array;
  readonly products: HolderProducts;
  readonly #setting: Setting;
  #batch: BatchSecrets | undefined;

  /** Copies the seed. */
  constructor(setting: Setting, seed: Uint8Array, holder: number) {
    this.holder = holder;
    this.seed = Uint8Array.from(seed);
    this.#setting = setting;
    const productSeed = this.#draw('product-key');
    this.products = openHolderProducts(setting.products, productSeed);
    productSeed.fill(0);
  }

  /** The candidates of a batch; the last one asked for is kept. */
  batch(index: number): BatchSecrets {
    if (this.#batch?.index === index) return this.#batch;
    this.#forgetBatch();
    const { plan, form } = this.#setting;
    const root = this.#draw('batch', uint32(index));
    const leaves = expandTree(root, Math.log2(plan.candidatesPerBatch));
    const parts = leaves.map(candidateExpander(form, this.holder));
    this.#batch = { index, root, commitment: commitToLeaves(leaves), parts };
    for (const leaf of leaves) leaf.fill(0);
    return this.#batch;
  }

  /** A stream to hide something in a message of a batch, bound to the public value that the message is about. */
  randomness(purpose: string, batch: number, about: Uint8Array = new Uint8Array()): Xof {
    const { binding } = this.#setting;
    return binding.secretStream('randomness', this.seed, Buffer.from(purpose), uint32(batch), sha256(about));
  }

  [Symbol.dispose](): void {
    this.#forgetBatch();
    this.seed.fill(0);
    this.products[Symbol.dispose]();
  }

  /** The integers in it cannot be overwritten, only let go. */
  #forgetBatch(): void {
    this.#batch?.root.fill(0);
    this.#batch = undefined;
  }

  #draw(kind: 'product-key' | 'batch', ...inputs: readonly Uint8Array[]): Uint8Array {
    const stream = this.#setting.binding.secretStream(kind, this.seed, ...inputs);
    const drawn = new Uint8Array(stream.read(SEED_BYTES));
    stream.wipe();
    return drawn;
  }
}
