/** The layout of a task in slots modulo t, and the bfv parameters for it. */
import { bfvChoices, chooseBfvParameters, type BfvParameters } from '../schemes/bfv/parameters.ts';
import type { RlweTask } from '../schemes/rlwe/threshold/task.ts';
import { requireSlots } from './feasible.ts';
import { largestSlot, type Fit } from './fit.ts';
import { layOut, type Layout } from './layout.ts';
import type { TaskDocument } from './task.ts';

/**
 * The smudging depends on the number D of decryptions, and D on the slots that the smudging leaves room for. D
 * starts at 1 and only grows, up to the number for which the parameters are chosen.
 * Throws TASK_IMPOSSIBLE where no parameters hold the sums.
 */
export function fitBfv(task: TaskDocument): Fit<BfvParameters> {
  const counts = {
    holders: task.parties.processing.length,
    contributors: task.parties.input.length,
    statisticalBits: task.security['statistical-bits'],
  };
  for (let decryptions = 1; ;) {
    const layout = cheapestLayout(task, { ...counts, decryptions });
    if (layout !== undefined) requireSlots(layout);
    // Where no ciphertext holds the sum of a digit of two bits of every party, choosing parameters for it is
    // refused, and the refusal says what would help.
    const magnitude = layout === undefined ? 2n * BigInt(counts.contributors) : largestSlot(layout);
    const parameters = chooseBfvParameters({ ...counts, decryptions, magnitude });
    const ciphertexts = Math.ceil((layout?.slots ?? 0) / parameters.slots);
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
function cheapestLayout(task: TaskDocument, counts: RlweTask): Layout | undefined {
  const priced = bfvChoices(counts).flatMap(({ magnitude, ringDegree, ciphertextBytes }) => {
    const layout = layOut(task, magnitude < SLOT_LIMIT ? magnitude : SLOT_LIMIT);
    if (layout === undefined) return [];
    return [{ layout, bytes: Math.ceil(layout.slots / ringDegree) * ciphertextBytes }];
  });
  return priced.toSorted((a, b) => a.bytes - b.bytes)[0]?.layout;
}
