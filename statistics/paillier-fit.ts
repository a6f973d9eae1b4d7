/**
 * The layout of a task in slots of one width, packed side by side into integers modulo N, and the paillier
 * parameters for it.
 *
 * A wide slot holds a sum as it is, and wastes bits on the small sums beside it; a narrow one splits large sums
 * into limbs, each of which pays for the contributors, the sign and the guard bits anew. What is best depends on
 * the sums, so every width is tried.
 */
import {
  choosePaillierParameters,
  paillierSlots,
  type PaillierParameters,
} from '../schemes/paillier/parameters.ts';
import { requireCiphertexts, requireSlots } from './feasible.ts';
import { largestSlot, type Fit } from './fit.ts';
import { layOut, limitsFor, splitFor, type Layout } from './layout.ts';
import { bits } from './limbs.ts';
import type { TaskDocument } from './task.ts';

/** Below this the openings of the key ceremony would be hidden less well than the field demands of new keys. */
const STATISTICAL_FLOOR = 80;

/** λ: what the task asks for, and never less than the floor. */
const statisticalBitsOf = (task: TaskDocument): number =>
  Math.max(STATISTICAL_FLOOR, task.security['statistical-bits']);

/**
 * The layout with the fewest ciphertexts; of several the one with the fewest slots, then the narrowest.
 * Throws TASK_IMPOSSIBLE where there would be more ciphertexts than a document can name, or where λ is more than
 * the products of the key ceremony can be hidden by.
 */
export function fitPaillier(task: TaskDocument): Fit<PaillierParameters> {
  const modulusBits = task.security['modulus-bits'];
  const layout = layOut(task, cheapestLimit(task, modulusBits));
  if (layout === undefined) throw new RangeError('a slot limit was chosen that no layout has');
  requireSlots(layout);
  const magnitude = largestSlot(layout);
  requireCiphertexts(layout, paillierSlots(modulusBits, magnitude));
  const parameters = choosePaillierParameters({
    modulusBits,
    holders: task.parties.processing.length,
    contributors: task.parties.input.length,
    decryptions: Math.ceil(layout.slots / paillierSlots(modulusBits, magnitude)),
    statisticalBits: statisticalBitsOf(task),
    magnitude,
  });
  return { layout, parameters, ciphertexts: Math.ceil(layout.slots / parameters.slots) };
}

/** The best of the limits 2^n − 1, from a digit of two bits of every party to the widest sum or the whole modulus. */
function cheapestLimit(task: TaskDocument, modulusBits: PaillierParameters['modulusBits']): bigint {
  const contributors = BigInt(task.parties.input.length);
  const sums = sumsOf(task, contributors);
  const narrowest = bits(2n * contributors);
  const widest = Math.max(narrowest, ...sums.map(({ partyBound }) => bits(partyBound * contributors)));
  let best = { limit: 0n, ciphertexts: Infinity, slots: Infinity };
  for (let width = narrowest; width <= Math.min(widest, modulusBits); width++) {
    const limits = limitsFor(contributors, (1n << BigInt(width)) - 1n);
    const splits = sums.map(({ partyBound, cells }) => ({ ...splitFor(partyBound, limits), cells }));
    const slots = splits.reduce((total, { limbs, cells }) => total + limbs * cells, 0);
    const magnitude = splits.reduce((most, { slotBound }) => (slotBound > most ? slotBound : most), 1n);
    const ciphertexts = Math.ceil(slots / paillierSlots(modulusBits, magnitude));
    if (ciphertexts < best.ciphertexts || (ciphertexts === best.ciphertexts && slots < best.slots))
      best = { limit: limits.slotLimit, ciphertexts, slots };
  }
  return best.limit;
}

interface Sums {
  readonly partyBound: bigint;
  /** How many sums have this bound. */
  readonly cells: number;
}

/** The bounds of all sums of a task; they do not depend on how the sums are split. */
function sumsOf(task: TaskDocument, contributors: bigint): Sums[] {
  const { groups }: Pick<Layout, 'groups'> = layOut(task, 2n * contributors) ?? { groups: [] };
  const bounds = groups.flatMap(({ moments, cells }) =>
    moments.map(({ totalBound }) => ({ partyBound: BigInt(totalBound) / contributors, cells })),
  );
  return [...Map.groupBy(bounds, ({ partyBound }) => partyBound)].map(([partyBound, alike]) => ({
    partyBound,
    cells: alike.reduce((total, { cells }) => total + cells, 0),
  }));
}
