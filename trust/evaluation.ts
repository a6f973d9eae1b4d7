/**
 * What everybody does who checks the aggregator (rule 2): the inputs as their parties signed them, f evaluated on
 * them here, and the output compared bit for bit with what is claimed. Key holders do it before they turn their
 * key, controllers at any time.
 */
import { StrongroomError } from '../proto/errors.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import {
  blockCiphertexts,
  productOutputs,
  termsOf,
  type ProductInput,
} from '../schemes/bfv/products/layout.ts';
import type { CiphertextSum, Evaluator, SchemeContext } from '../schemes/scheme.ts';
import { inputCiphertexts, type ProductPlan } from '../statistics/plan.ts';
import { blocksOf } from '../statistics/product-layout.ts';
import { sha256Hex } from './digest.ts';
import { CLOCK_SKEW_MS, type Blob, type Signed } from './documents.ts';
import type { TaskLife } from './life.ts';

/** An object, and the party that has signed for it. */
export interface SignedBlob {
  readonly party: string;
  readonly blob: Blob;
}

/** Fetches objects in order, each verified against the signed digest; goes on while the caller computes. */
export type FetchAll = (signed: Iterable<SignedBlob>) => AsyncIterable<Uint8Array>;

/** One object. */
export async function fetchOne(fetchAll: FetchAll, party: string, blob: Blob): Promise<Uint8Array> {
  const [bytes = new Uint8Array()] = await Array.fromAsync(fetchAll([{ party, blob }]));
  return bytes;
}

/** What f is evaluated on; plain data, which can be handed to a thread. */
export interface InputSet {
  readonly context: SchemeContext;
  readonly aggregator: string;
  readonly key: Blob;
  /** In the order of the seal. */
  readonly inputs: readonly { readonly party: string; readonly ciphertexts: readonly Blob[] }[];
  /** Ciphertexts of the output. */
  readonly positions: number;
  /** By output the pairs of inputs whose products are added up; null where the inputs themselves are. */
  readonly products: readonly (readonly ProductTerm[])[] | null;
}

interface ProductTerm {
  readonly left: SignedBlob;
  readonly right: SignedBlob;
}

/** The inputs of a task as the log holds them, under its joint key. Throws JOINT_KEY_MISMATCH where there is none. */
export function inputSetOf(task: TaskLife): InputSet {
  return inputSet(task, task.requireJointKey(), task.inputSet);
}

/** These manifests, in their order, as inputs of a task under a key. Throws SEAL_INVALID where they do not fit the plan. */
export function inputSet(
  { context, aggregator, plan }: Pick<TaskLife, 'context' | 'aggregator' | 'plan'>,
  key: Blob,
  manifests: readonly Signed<'manifest'>[],
): InputSet {
  const inputs = manifests.map(({ payload: { by, ciphertexts } }) => ({ party: by, ciphertexts }));
  const products = plan.products === null ? null : productTerms(plan, inputs);
  return { context, aggregator, key, inputs, positions: plan.ciphertexts, products };
}

/**
 * A party's ciphertexts are those of its blocks, one block after the other, each with as many chunks as the records of
 * the match fill: so their number tells that of the chunks.
 */
function productTerms(plan: ProductPlan, inputs: InputSet['inputs']): ProductTerm[][] {
  const { parameters, products } = plan;
  const layout = parameters.products;
  const [first] = inputs;
  const chunks = (first?.ciphertexts.length ?? 0) / inputCiphertexts(plan, first?.party ?? '', 1);
  const records = chunks * layout.chunkRecords;
  const inputOf = ({ block, index }: ProductInput): SignedBlob => {
    const party = products.blocks[block]?.party ?? '';
    const before = blocksOf(products, party).filter((other) => other < block);
    const skipped = before.reduce((sum, other) => sum + blockCiphertexts(layout, other, records), 0);
    const own = inputs.find((input) => input.party === party);
    const blob = own?.ciphertexts[skipped + index];
    if (blob === undefined) throw new StrongroomError('SEAL_INVALID', 'A manifest lacks a ciphertext');
    return { party, blob };
  };
  return productOutputs(layout).map((output) =>
    termsOf(layout, output, records).map(({ left, right }) => ({
      left: inputOf(left),
      right: inputOf(right),
    })),
  );
}

/**
 * A set from which input parties are missing may be sealed after the deadline only. The aggregator writes the
 * date of its seal itself, so it is compared with the clock of whoever checks: a date that has not come yet would
 * let it choose whom to leave out. Throws SEAL_INVALID.
 */
export function requireTimelySeal(task: TaskLife, now: Date): void {
  const sealed = Date.parse(task.seal?.payload.at ?? '');
  if (task.manifests.size === task.inputs.length || sealed <= now.getTime() + CLOCK_SKEW_MS) return;
  throw new StrongroomError(
    'SEAL_INVALID',
    'The input set was sealed early, with a date that has not come yet',
    {
      details: { party: task.aggregator },
    },
  );
}

/** Evaluates f on the inputs, a few ciphertexts in memory at a time. Throws CIPHERTEXT_INVALID. */
export async function evaluate(set: InputSet, fetchAll: FetchAll): Promise<Uint8Array[]> {
  using evaluator = await openEvaluator(set.context, await fetchOne(fetchAll, set.aggregator, set.key));
  const outputs: Uint8Array[] = [];
  for (const terms of set.products ?? []) outputs.push(await multiply(evaluator, terms, fetchAll));
  if (set.products !== null) return outputs;
  for (let index = 0; index < set.positions; index++) {
    using sum = evaluator.sum();
    const terms = set.inputs.map((input) => ({ sum, signed: ciphertextAt(input, index) }));
    await addUp(terms, fetchAll);
    outputs.push(sum.bytes());
  }
  return outputs;
}

/** The ciphertext of an input at a position. */
export function ciphertextAt({ party, ciphertexts }: InputSet['inputs'][number], index: number): SignedBlob {
  const blob = ciphertexts[index];
  if (blob === undefined) throw new StrongroomError('SEAL_INVALID', 'A manifest lacks a ciphertext');
  return { party, blob };
}

/** A ciphertext, and the sum to which it is added. */
interface Term {
  readonly sum: CiphertextSum;
  readonly signed: SignedBlob;
}

/** Adds ciphertexts to their sums in this order, a few in memory at a time. Throws CIPHERTEXT_INVALID. */
export async function addUp(terms: readonly Term[], fetchAll: FetchAll): Promise<void> {
  const next = terms.values();
  for await (const ciphertext of fetchAll(terms.map(({ signed }) => signed))) {
    const term = next.next().value;
    term?.sum.add(ciphertext, term.signed.party);
  }
}

/** Σ left·right, a few ciphertexts in memory at a time. Throws CIPHERTEXT_INVALID. */
async function multiply(
  evaluator: Evaluator,
  terms: readonly ProductTerm[],
  fetchAll: FetchAll,
): Promise<Uint8Array> {
  using sum = evaluator.productSum();
  const next = terms.values();
  let left: Uint8Array | undefined;
  for await (const ciphertext of fetchAll(terms.flatMap((term) => [term.left, term.right]))) {
    if (left === undefined) {
      left = ciphertext;
      continue;
    }
    const term = next.next().value;
    sum.add(
      { ciphertext: left, party: term?.left.party ?? '' },
      { ciphertext, party: term?.right.party ?? '' },
    );
    left = undefined;
  }
  return sum.bytes();
}

/** The digests of the outputs. Throws EVALUATION_MISMATCH unless they are those that the aggregator claims. */
export function requireSameAsClaimed(task: TaskLife, outputs: readonly Uint8Array[]): string[] {
  const claimed = task.evaluation?.payload.outputs.map((blob) => blob.digest) ?? [];
  const derived = outputs.map(sha256Hex);
  if (claimed.length !== derived.length || derived.some((digest, i) => digest !== claimed[i])) {
    throw new StrongroomError(
      'EVALUATION_MISMATCH',
      `${task.aggregator} claims another output than the evaluation of the ${task.inputSet.length} sealed inputs`,
      { details: { party: task.aggregator } },
    );
  }
  return derived;
}
