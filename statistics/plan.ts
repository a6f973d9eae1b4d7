/**
 * The plan of a task: everything that follows from the document before anybody approves it. One pure function,
 * so that each party computes it for itself and signs its digest.
 */
import { StrongroomError } from '../proto/errors.ts';
import {
  bfvChoices,
  chooseBfvParameters,
  type BfvParameters,
  type BfvTask,
} from '../schemes/bfv/parameters.ts';
import { requireExactValues, requireSlots } from './feasible.ts';
import { bits } from './limbs.ts';
import { layOut, type Layout } from './layout.ts';
import { leakageOf, type Leakage } from './leakage.ts';
import type { TaskDocument } from './task.ts';

/** RLWE.md §5: below this, what a share reveals about its key is no longer negligible. */
const STATISTICAL_FLOOR = 40;

/** JSON-able; integers that may pass 2^53 are decimal strings. */
export interface Plan {
  readonly version: 'strongroom-plan/1';
  readonly scheme: 'bfv';
  readonly why: string;
  readonly contributors: number;
  readonly holders: number;
  readonly layout: Layout;
  /** Ciphertexts of one input party, and of the output. */
  readonly ciphertexts: number;
  readonly circuit: string;
  readonly depth: 0;
  readonly parameters: BfvParameters;
  /** λ of the smudging. */
  readonly statisticalBits: number;
  /** log2 of q/2t over the largest noise that can occur, rounded down. */
  readonly noiseMarginBits: number;
  /** log2 of t/2 over the largest sum that a slot can hold, rounded down. */
  readonly overflowMarginBits: number;
  /** Relinearisation and rotation keys; a sum needs none. */
  readonly evaluationKeys: readonly [];
  /** Encrypted checks of the inputs, decrypted beside the outputs; a sum needs none. */
  readonly checks: readonly [];
  /** What one input party and one key holder send, without the signed documents about it. */
  readonly upload: { readonly inputBytes: number; readonly holderBytes: number };
  readonly leakage: Leakage;
}

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
  const contributors = task.parties.input.length;
  const holders = task.parties.processing.length;
  const { layout, parameters, ciphertexts } = fit(task, { holders, contributors, statisticalBits });
  return {
    version: 'strongroom-plan/1',
    scheme: 'bfv',
    why: whyBfv(task),
    contributors,
    holders,
    layout,
    ciphertexts,
    circuit: `the sum of ${contributors} ciphertexts${ciphertexts === 1 ? '' : `, ${ciphertexts} times over`}`,
    depth: 0,
    parameters,
    statisticalBits,
    noiseMarginBits: parameters.marginBits,
    overflowMarginBits: bits(BigInt(parameters.plainModulus) / 2n / largestSlot(layout)) - 1,
    evaluationKeys: [],
    checks: [],
    upload: {
      inputBytes: ciphertexts * parameters.ciphertextBytes,
      holderBytes:
        2 * parameters.contributionBytes + parameters.jointKeyBytes + ciphertexts * parameters.shareBytes,
    },
    leakage: leakageOf(task, layout, ciphertexts),
  };
}

/** At least 1, so that a plaintext modulus exists even where every value is declared to be zero. */
function largestSlot({ groups }: Layout): bigint {
  const bounds = groups.flatMap(({ moments }) => moments.map(({ slotBound }) => BigInt(slotBound)));
  return bounds.reduce((a, b) => (a > b ? a : b), 1n);
}

interface Fit {
  readonly layout: Layout;
  readonly parameters: BfvParameters;
  readonly ciphertexts: number;
}

/**
 * The smudging depends on the number D of decryptions, and D on the slots that the smudging leaves room for. D
 * starts at 1 and only grows, up to the number for which the parameters are chosen.
 */
function fit(task: TaskDocument, counts: Omit<BfvTask, 'decryptions'>): Fit {
  for (let decryptions = 1; ;) {
    const layout = cheapestLayout(task, { ...counts, decryptions });
    if (layout !== undefined) requireSlots(layout);
    // Where no ciphertext holds the sum of a digit of two bits of every party, choosing parameters for it is
    // refused, and the refusal says what would help.
    const magnitude = layout === undefined ? 2n * BigInt(counts.contributors) : largestSlot(layout);
    const parameters = chooseBfvParameters({ ...counts, decryptions, magnitude });
    const ciphertexts = Math.ceil((layout?.slots ?? 0) / parameters.ringDegree);
    if (layout !== undefined && ciphertexts <= decryptions) return { layout, parameters, ciphertexts };
    decryptions = ciphertexts;
  }
}

/**
 * No slot is planned to hold more, so that t stays below 2^45: there q ≡ 1 (mod t) can be had, and encryption
 * takes two thirds of the time (`schemes/bfv/prime-chain.ts`). Larger sums are split into limbs.
 */
const SLOT_LIMIT = 1n << 42n;

/** Small ciphertexts hold small numbers and so need more limbs: the layout whose ciphertexts are fewest bytes. */
function cheapestLayout(task: TaskDocument, counts: BfvTask): Layout | undefined {
  const priced = bfvChoices(counts).flatMap(({ magnitude, ringDegree, ciphertextBytes }) => {
    const layout = layOut(task, magnitude < SLOT_LIMIT ? magnitude : SLOT_LIMIT);
    if (layout === undefined) return [];
    return [{ layout, bytes: Math.ceil(layout.slots / ringDegree) * ciphertextBytes }];
  });
  return priced.toSorted((a, b) => a.bytes - b.bytes)[0]?.layout;
}

function whyBfv({ scheme }: TaskDocument): string {
  return scheme === 'bfv'
    ? 'the task names it'
    : 'every value is an integer once scaled by its declared decimals, so the result can be exact';
}
