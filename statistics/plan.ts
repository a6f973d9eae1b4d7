/**
 * The plan of a task: everything that follows from the document before anybody approves it. One pure function,
 * so that each party computes it for itself and signs its digest.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { BfvParameters } from '../schemes/bfv/parameters.ts';
import type { PaillierParameters } from '../schemes/paillier/parameters.ts';
import type { SumParameters } from '../schemes/scheme.ts';
import { chooseFit } from './choice.ts';
import { requireExactValues } from './feasible.ts';
import { largestSlot } from './fit.ts';
import { bits } from './limbs.ts';
import type { Layout } from './layout.ts';
import { leakageOf, type Leakage } from './leakage.ts';
import { planLinkage, type LinkagePlan } from './linkage-plan.ts';
import type { TaskDocument } from './task.ts';

/** RLWE.md §5: below this, what a share reveals about its key is no longer negligible. */
const STATISTICAL_FLOOR = 40;

interface SchemePlan<P extends SumParameters> {
  readonly version: 'strongroom-plan/3';
  readonly scheme: P['scheme'];
  readonly why: string;
  readonly contributors: number;
  readonly holders: number;
  readonly layout: Layout;
  /** Ciphertexts of one input party, and of the output. */
  readonly ciphertexts: number;
  readonly circuit: string;
  readonly depth: 0;
  /** How records are linked before they are encrypted; null in a union. */
  readonly linkage: LinkagePlan | null;
  readonly parameters: P;
  /** λ of the smudging, or of the hiding in the key ceremony. */
  readonly statisticalBits: number;
  /** Relinearisation and rotation keys; a sum needs none. */
  readonly evaluationKeys: readonly [];
  /** Encrypted checks of the inputs, decrypted beside the outputs; a sum needs none. */
  readonly checks: readonly [];
  /** The most that one input party and one key holder send, without the signed documents about it. */
  readonly upload: { readonly inputBytes: number; readonly holderBytes: number };
  readonly leakage: Leakage;
}

interface BfvPlan extends SchemePlan<BfvParameters> {
  readonly margins: {
    /** log2 of q/2t over the largest noise that can occur, rounded down. */
    readonly noiseBits: number;
    /** log2 of t/2 over the largest sum that a slot can hold, rounded down. */
    readonly overflowBits: number;
  };
}

interface PaillierPlan extends SchemePlan<PaillierParameters> {
  readonly margins: {
    /** Bits of a slot above its largest sum, the sign aside: one that is set after decryption voids the release. */
    readonly guardBits: number;
  };
}

/** JSON-able; integers that may pass 2^53 are decimal strings. */
export type Plan = BfvPlan | PaillierPlan;

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
    checks: [],
    upload: uploadOf(parameters, ciphertexts, linkage),
    leakage: leakageOf(task, layout, ciphertexts, parameters.scheme),
  } as const;
  return parameters.scheme === 'bfv'
    ? { ...common, scheme: 'bfv', parameters, margins: bfvMargins(parameters, layout) }
    : {
        ...common,
        scheme: 'paillier',
        parameters,
        margins: { guardBits: parameters.slotBits - 1 - bits(largestSlot(layout)) },
      };
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
    parameters.scheme === 'bfv'
      ? 2 * parameters.contributionBytes
      : parameters.ceremonyBytes * Math.ceil(parameters.mostCandidates / parameters.candidatesPerBatch) +
        parameters.shareProofBytes;
  return {
    inputBytes: ciphertexts * parameters.ciphertextBytes + (linkage?.inputBytes ?? 0),
    holderBytes: key + parameters.jointKeyBytes + shares + (linkage?.holderBytes ?? 0),
  };
}
