/**
 * The plan of a task: everything that follows from the document before anybody approves it. One pure function,
 * so that each party computes it for itself and signs its digest.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { BfvParameters } from '../schemes/bfv/parameters.ts';
import type { CkksParameters } from '../schemes/ckks/parameters.ts';
import type { PaillierParameters } from '../schemes/paillier/parameters.ts';
import { blockCiphertexts, chunksOf } from '../schemes/bfv/products/layout.ts';
import type { BfvProductParameters } from '../schemes/bfv/products/parameters.ts';
import type { Parameters, SumParameters } from '../schemes/scheme.ts';
import { chooseFit } from './choice.ts';
import { requireExactValues } from './feasible.ts';
import { largestSlot } from './fit.ts';
import { bits } from './limbs.ts';
import type { Layout } from './layout.ts';
import { leakageOf, type Leakage } from './leakage.ts';
import { planLinkage, type LinkagePlan } from './linkage-plan.ts';
import { plannedError, statisticErrors, type PlannedError } from './planned-error.ts';
import { fitProducts, plainRange, type ProductFit } from './product-fit.ts';
import { blocksOf, leastRecords, type LinkedProducts } from './product-layout.ts';
import type { TaskDocument } from './task.ts';

/** RLWE.md §5: below this, what a share reveals about its key is no longer negligible. */
const STATISTICAL_FLOOR = 40;

interface SchemePlan<P extends Parameters> {
  readonly version: 'strongroom-plan/3';
  readonly scheme: P['scheme'];
  readonly why: string;
  readonly contributors: number;
  readonly holders: number;
  readonly layout: Layout;
  /** Ciphertexts of the output; of sums each input party sends as many. */
  readonly ciphertexts: number;
  readonly circuit: string;
  readonly depth: 0 | 1;
  /** How records are linked before they are encrypted; null in a union. */
  readonly linkage: LinkagePlan | null;
  readonly parameters: P;
  /** λ of the smudging, or of the hiding in the key ceremony. */
  readonly statisticalBits: number;
  /** A sum needs none. */
  readonly evaluationKeys: readonly 'relinearisation'[];
  /** Which columns of two parties are multiplied; null where every party sums its own. */
  readonly products: LinkedProducts | null;
  /** Encrypted checks of the inputs, decrypted beside the outputs; a sum needs none. */
  readonly checks: readonly [];
  /** The most that one input party and one key holder send, without the signed documents about it. */
  readonly upload: { readonly inputBytes: number; readonly holderBytes: number };
  readonly leakage: Leakage;
}

interface BfvPlan extends SchemePlan<BfvParameters> {
  readonly products: null;
  readonly margins: {
    /** log2 of q/2t over the largest noise that can occur, rounded down. */
    readonly noiseBits: number;
    /** log2 of t/2 over the largest sum that a slot can hold, rounded down. */
    readonly overflowBits: number;
  };
}

interface PaillierPlan extends SchemePlan<PaillierParameters> {
  readonly products: null;
  readonly margins: {
    /** Bits of a slot above its largest sum, the sign aside: one that is set after decryption voids the release. */
    readonly guardBits: number;
  };
}

export interface CkksPlan extends SchemePlan<CkksParameters> {
  readonly products: null;
  /** One for each statistic. */
  readonly errors: readonly PlannedError[];
  readonly margins: {
    /** log2 of the scale over the largest error of a decrypted value, rounded down. */
    readonly precisionBits: number;
  };
}

export interface ProductPlan extends SchemePlan<BfvProductParameters> {
  readonly products: LinkedProducts;
  readonly margins: BfvPlan['margins'];
}

/** A plan whose outputs are sums of input ciphertexts. */
export type SumPlan = BfvPlan | CkksPlan | PaillierPlan;

/** JSON-able; integers that may pass 2^53 are decimal strings. */
export type Plan = SumPlan | ProductPlan;

/**
 * Plans a valid task. Throws TASK_IMPOSSIBLE, with the numbers and the smallest change that would help, where
 * it cannot be computed exactly as declared.
 */
export function planTask(task: TaskDocument): Plan {
  const statisticalBits = task.security['statistical-bits'];
  if (statisticalBits < STATISTICAL_FLOOR) {
    throw new StrongroomError(
      'TASK_IMPOSSIBLE',
      `security.statistical-bits is ${statisticalBits}; the smallest change is to raise it to ${STATISTICAL_FLOOR}`,
    );
  }
  requireExactValues(task);
  const linkage = planLinkage(task);
  const products = fitProducts(task);
  if (products !== undefined) return planProducts(task, products, linkage);
  const { fit, why } = chooseFit(task);
  const { layout, ciphertexts, parameters } = fit;
  const { contributors, holders } = parameters;
  const common = {
    version: 'strongroom-plan/3',
    why,
    contributors,
    holders,
    layout,
    ciphertexts,
    circuit: `the sum of ${contributors} ciphertexts${ciphertexts === 1 ? '' : `, ${ciphertexts} times over`}`,
    depth: 0,
    linkage,
    statisticalBits: parameters.statisticalBits,
    evaluationKeys: [],
    products: null,
    checks: [],
    upload: uploadOf(parameters, ciphertexts, linkage),
    leakage: leakageOf(task, layout, ciphertexts, parameters.scheme),
  } as const;
  switch (parameters.scheme) {
    case 'bfv':
      return { ...common, scheme: 'bfv', parameters, margins: bfvMargins(parameters, layout) };
    case 'ckks':
      return {
        ...common,
        scheme: 'ckks',
        parameters,
        errors: statisticErrors(task, layout, parameters).map(plannedError),
        margins: { precisionBits: parameters.precisionBits },
      };
    case 'paillier':
      return {
        ...common,
        scheme: 'paillier',
        parameters,
        margins: { guardBits: parameters.slotBits - 1 - bits(largestSlot(layout)) },
      };
  }
}

function planProducts(task: TaskDocument, fit: ProductFit, linkage: LinkagePlan | null): ProductPlan {
  const { layout, products, parameters, ciphertexts } = fit;
  const { input } = task.parties;
  const { records } = parameters.products;
  const opened = products.grids.reduce((sum, { released }) => sum + released.length, 0);
  const inputs = input.map((party) => productCiphertexts(fit, party, records));
  return {
    version: 'strongroom-plan/3',
    scheme: 'bfv',
    why: 'it is the one that multiplies columns of two parties',
    contributors: input.length,
    holders: parameters.holders,
    layout,
    ciphertexts,
    circuit:
      `${opened} inner products of encrypted columns of two parties over the common records, ` +
      `in ${ciphertexts === 1 ? 'one sum' : `${ciphertexts} sums`} of at most ${chunksOf(parameters.products, records)} ` +
      'products of ciphertexts',
    depth: 1,
    linkage,
    parameters,
    statisticalBits: parameters.statisticalBits,
    evaluationKeys: ['relinearisation'],
    products,
    checks: [],
    upload: {
      inputBytes: Math.max(...inputs) * parameters.ciphertextBytes + (linkage?.inputBytes ?? 0),
      holderBytes:
        parameters.ceremonyBytes +
        parameters.jointKeyBytes +
        parameters.sharesBytes +
        (linkage?.holderBytes ?? 0),
    },
    leakage: leakageOf(task, layout, ciphertexts, 'bfv'),
    margins: {
      noiseBits: parameters.marginBits,
      overflowBits: bits(plainRange(parameters) / BigInt(parameters.magnitude)) - 1,
    },
  };
}

/** The ciphertexts of an input party of a plan, for a match of so many records. */
export function inputCiphertexts(plan: Plan, party: string, records: number): number {
  return plan.products === null ? plan.ciphertexts : productCiphertexts(plan, party, records);
}

function productCiphertexts(
  { products, parameters }: Pick<ProductFit, 'products' | 'parameters'>,
  party: string,
  records: number,
): number {
  return blocksOf(products, party)
    .map((block) => blockCiphertexts(parameters.products, block, leastRecords(records)))
    .reduce((sum, count) => sum + count, 0);
}

const bfvMargins = ({ marginBits, plainModulus }: BfvParameters, layout: Layout): BfvPlan['margins'] => ({
  noiseBits: marginBits,
  overflowBits: bits(BigInt(plainModulus) / 2n / largestSlot(layout)) - 1,
});

/** A key ceremony that is a search is given room for the most batches of candidates that it may try. */
function uploadOf(
  parameters: SumParameters,
  ciphertexts: number,
  linkage: LinkagePlan | null,
): Plan['upload'] {
  const shares = ciphertexts * parameters.shareBytes;
  const key =
    parameters.scheme === 'paillier'
      ? parameters.ceremonyBytes * Math.ceil(parameters.mostCandidates / parameters.candidatesPerBatch) +
        parameters.shareProofBytes
      : 2 * parameters.contributionBytes;
  return {
    inputBytes: ciphertexts * parameters.ciphertextBytes + (linkage?.inputBytes ?? 0),
    holderBytes: key + parameters.jointKeyBytes + shares + (linkage?.holderBytes ?? 0),
  };
}
