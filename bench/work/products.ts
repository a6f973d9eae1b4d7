/** Inner products of encrypted columns as work to be timed, checked against the same products in the clear. */
import { randomBytes } from 'node:crypto';
import {
  blockCiphertexts,
  encodeBlock,
  productOutputs,
  readProducts,
  termsOf,
  type ProductInput,
} from '../../schemes/bfv/products/layout.ts';
import {
  chooseBfvProductParameters,
  type BfvProductParameters,
} from '../../schemes/bfv/products/parameters.ts';
import { openCombiner } from '../../schemes/combiner.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { openKeyShare } from '../../schemes/key-share.ts';
import type { Evaluator, SchemeContext } from '../../schemes/scheme.ts';
import type { Work } from '../harness/contestants.ts';
import { makeJointKey } from '../joint-key.ts';
import { valueOf } from './values.ts';

const PARTY = 'bench';

export interface ProductSize {
  readonly records: number;
  /** Of each of two parties. */
  readonly columns: number;
  /** log2 of the largest inner product. */
  readonly bits: number;
}

/** Five columns, as a regression on registers has. */
export const sizeFor = (records: number): ProductSize => ({ records, columns: 5, bits: 50 });
/** As little as has more than one of everything. */
export const SMALLEST: ProductSize = { records: 50, columns: 2, bits: 40 };

/** All inner products of columns of two parties are opened. */
export function productParameters(holders: number, size: ProductSize): BfvProductParameters {
  const { records, columns, bits } = size;
  const released = Array.from(
    { length: columns * columns },
    (_, i) => [Math.floor(i / columns), i % columns] as const,
  );
  return chooseBfvProductParameters({
    holders,
    records,
    magnitude: 1n << BigInt(bits),
    blocks: [
      { form: 'left', columns },
      { form: 'right', columns },
    ],
    grids: [{ left: 0, right: 1, released }],
  });
}

export interface ProductCommittee {
  readonly context: SchemeContext<BfvProductParameters>;
  readonly jointKey: Uint8Array;
  readonly seeds: readonly Uint8Array[];
}

const committees = new Map<string, Promise<ProductCommittee>>();

/** Three key holders; their key takes seconds, and is made once in a process for each size. */
export function productCommittee(size: ProductSize): Promise<ProductCommittee> {
  const name = JSON.stringify(size);
  const made = committees.get(name) ?? makeCommittee(productParameters(3, size));
  committees.set(name, made);
  return made;
}

/** Keeps a key that was made anyway, where there is none of this size yet. */
export function keepCommittee(size: ProductSize, made: ProductCommittee): void {
  const name = JSON.stringify(size);
  if (!committees.has(name)) committees.set(name, Promise.resolve(made));
}

async function makeCommittee(parameters: BfvProductParameters): Promise<ProductCommittee> {
  const context = { parameters, task: randomBytes(32).toString('hex') };
  return { context, ...(await makeJointKey(context)) };
}

/** Columns of the block of a party. */
function columnsOf(block: number, { columns, records }: Omit<ProductSize, 'bits'>): bigint[][] {
  return Array.from({ length: columns }, (_, column) =>
    Array.from({ length: records }, (_value, record) => valueOf(block * columns + column, record)),
  );
}

/** What is to come out. */
export function productsInTheClear(size: ProductSize): string[] {
  const [left = [], right = []] = [0, 1].map((block) => columnsOf(block, size));
  return left.flatMap((a) =>
    right.map((b) => String(a.reduce((sum, value, i) => sum + value * (b[i] ?? 0n), 0n))),
  );
}

/** The polynomials of a party's block. */
export function polynomialsOf({ products, ringDegree }: BfvProductParameters, block: number): bigint[][] {
  const size = { columns: products.blocks[block]?.columns ?? 0, records: products.records };
  const columns = columnsOf(block, size);
  return Array.from({ length: blockCiphertexts(products, block) }, (_, index) =>
    encodeBlock(products, ringDegree, { block, index }, columns),
  );
}

/** Input ciphertexts by block. */
type Inputs = readonly (readonly Uint8Array[])[];

async function encryptBlocks({ context, jointKey }: ProductCommittee): Promise<Inputs> {
  using encryptor = await openEncryptor(context, jointKey, PARTY);
  return [0, 1].map((block) =>
    polynomialsOf(context.parameters, block).map((polynomial) => encryptor.encrypt(polynomial)),
  );
}

function evaluateAll(
  { parameters }: SchemeContext<BfvProductParameters>,
  evaluator: Evaluator,
  inputs: Inputs,
): Uint8Array[] {
  const { products } = parameters;
  const at = ({ block, index }: ProductInput) => ({
    ciphertext: inputs[block]?.[index] ?? new Uint8Array(),
    party: PARTY,
  });
  return productOutputs(products).map((output) => {
    using sum = evaluator.productSum();
    for (const { left, right } of termsOf(products, output, products.records)) sum.add(at(left), at(right));
    return sum.bytes();
  });
}

async function sharesOf(
  { context, jointKey, seeds }: ProductCommittee,
  outputs: readonly Uint8Array[],
): Promise<Uint8Array[][]> {
  const shares: Uint8Array[][] = [];
  for (const [holder, seed] of seeds.entries()) {
    using share = await openKeyShare(context, seed, holder, jointKey);
    shares.push(share.partialDecryptions(outputs));
  }
  return shares;
}

async function openedFrom(committee: ProductCommittee, outputs: readonly Uint8Array[]): Promise<string[]> {
  const { context, jointKey } = committee;
  const values = openCombiner(context, jointKey).combine(outputs, await sharesOf(committee, outputs));
  return readProducts(context.parameters.products, values).flat().map(String);
}

/** Encryption of both parties' blocks. */
export async function encrypt(committee: ProductCommittee): Promise<Work> {
  const { context, jointKey } = committee;
  const encryptor = await openEncryptor(context, jointKey, PARTY);
  const polynomials = [0, 1].map((block) => polynomialsOf(context.parameters, block));
  let inputs: Inputs = [];
  return {
    units: polynomials.flat().length,
    run: () => (inputs = polynomials.map((of) => of.map((polynomial) => encryptor.encrypt(polynomial)))),
    answer: async () => {
      using evaluator = await openEvaluator(context, jointKey);
      return await openedFrom(committee, evaluateAll(context, evaluator, inputs));
    },
    [Symbol.dispose]: () => encryptor[Symbol.dispose](),
  };
}

/** Multiplication, addition, relinearisation. */
export async function multiply(committee: ProductCommittee): Promise<Work> {
  const { context, jointKey } = committee;
  const inputs = await encryptBlocks(committee);
  const evaluator = await openEvaluator(context, jointKey);
  let outputs: Uint8Array[] = [];
  return {
    units: (inputs[0]?.length ?? 0) * context.parameters.plainModuli.length,
    run: () => (outputs = evaluateAll(context, evaluator, inputs)),
    answer: () => openedFrom(committee, outputs),
    [Symbol.dispose]: () => evaluator[Symbol.dispose](),
  };
}

/** One holder's shares of all outputs. */
export async function partialDecryption(committee: ProductCommittee): Promise<Work> {
  const { context, jointKey, seeds } = committee;
  using evaluator = await openEvaluator(context, jointKey);
  const outputs = evaluateAll(context, evaluator, await encryptBlocks(committee));
  const [, ...others] = await sharesOf(committee, outputs);
  const share = await openKeyShare(context, seeds[0] ?? new Uint8Array(), 0, jointKey);
  const combiner = openCombiner(context, jointKey);
  let own: Uint8Array[] = [];
  return {
    units: context.parameters.products.grids.reduce((sum, { released }) => sum + released.length, 0),
    run: () => (own = share.partialDecryptions(outputs)),
    answer: () =>
      readProducts(context.parameters.products, combiner.combine(outputs, [own, ...others]))
        .flat()
        .map(String),
    [Symbol.dispose]: () => share[Symbol.dispose](),
  };
}

/** Everything from the columns of two parties to their inner products, under a key that is there. */
export async function innerProducts(size: ProductSize): Promise<Work> {
  const committee = await productCommittee(size);
  const { context, jointKey } = committee;
  let opened: string[] = [];
  return {
    units: size.records,
    run: async () => {
      const inputs = await encryptBlocks(committee);
      using evaluator = await openEvaluator(context, jointKey);
      opened = await openedFrom(committee, evaluateAll(context, evaluator, inputs));
    },
    answer: () => opened,
    [Symbol.dispose]: () => undefined,
  };
}

/** The same in the clear. */
export function innerProductsInTheClear(size: ProductSize): Work {
  let products: string[] = [];
  return {
    units: size.records,
    run: () => (products = productsInTheClear(size)),
    answer: () => products,
    [Symbol.dispose]: () => undefined,
  };
}

/** What a joint key with its relinearisation key opens. */
export async function openedUnderKey(committee: ProductCommittee): Promise<string[]> {
  const { context, jointKey } = committee;
  using evaluator = await openEvaluator(context, jointKey);
  return await openedFrom(committee, evaluateAll(context, evaluator, await encryptBlocks(committee)));
}
