/** What the output party does with the decrypted sums: join the limbs, total the margins, finish in exact arithmetic. */
import { readProducts } from '../schemes/bfv/products/layout.ts';
import { decodeSum, sumErrorOf } from './approximation.ts';
import type { Cell } from './cells.ts';
import { boundText, ZERO } from './error-bound.ts';
import { roundExact } from './exact.ts';
import { tableOf } from './domain.ts';
import { momentsOf, positionOf, uncertaintyOf, type GroupSums } from './group-sums.ts';
import type { GroupLayout, MomentLayout } from './layout.ts';
import { joinLimbs } from './limbs.ts';
import type { MatchSizes } from './match.ts';
import type { Plan } from './plan.ts';
import { plausibilityOf } from './plausible.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { Result, StatisticResult } from './result.ts';
import { shapeResult } from './shape.ts';
import type { Outcome } from './statistic.ts';
import type { TaskDocument } from './task.ts';

/**
 * The result of a task from its output slots: `vectors[i]` holds at least the used slots of ciphertext i, summed
 * over the input parties, as centred integers. Throws CIPHERTEXT_INVALID where the sums cannot come from tables
 * of the declared schema: some input party encrypted something else, and nothing is told rather than nonsense.
 * `sizes` are those of the match, in an intersection.
 */
export function finishTask(
  task: TaskDocument,
  plan: Plan,
  vectors: readonly (readonly bigint[])[],
  sizes?: MatchSizes,
): Result {
  const slots = usedSlots(plan, vectors);
  const groups = plan.layout.groups.map((layout) => decodeGroup(plan, layout, slots));
  for (const { layout, sums, errors } of groups) {
    sums.forEach(plausibilityOf(layout, tableOf(task).columns, errors));
  }
  return {
    statistics: task.statistics.map((spec) => {
      const group = groups.find(({ layout }) => layout.statistics.includes(spec.name));
      if (group === undefined) throw new RangeError('the plan is of another task');
      return finishStatistic(task, plan, spec, group, sizes);
    }),
  };
}

function usedSlots(plan: Plan, vectors: readonly (readonly bigint[])[]): bigint[] {
  if (plan.products !== null) {
    const grids = readProducts(plan.parameters.products, vectors);
    return plan.products.slots.map(([grid, position]) => grids[grid]?.[position] ?? 0n);
  }
  const each = plan.parameters.slots;
  const slots = vectors.flatMap((vector) => vector.slice(0, each));
  const complete = vectors.slice(0, -1).every((vector) => vector.length >= each);
  if (vectors.length !== plan.ciphertexts || !complete || slots.length < plan.layout.slots) {
    throw new RangeError('the output vectors are not those of the plan');
  }
  return slots;
}

/** The sums of a group, and the largest error of each of its moments. */
interface Decoded {
  readonly layout: GroupLayout;
  readonly sums: GroupSums;
  readonly errors: readonly bigint[];
}

function decodeGroup(plan: Plan, layout: GroupLayout, slots: readonly bigint[]): Decoded {
  const each = (cell: number, { offset, limbs }: MomentLayout): bigint[] => {
    const first = layout.firstSlot + cell * layout.width + offset;
    return slots.slice(first, first + limbs);
  };
  const sums = Array.from({ length: layout.cells }, (_, cell) =>
    layout.moments.map((moment) =>
      plan.scheme === 'ckks'
        ? decodeSum(each(cell, moment)[0] ?? 0n, moment, plan.parameters)
        : joinLimbs(each(cell, moment), plan.layout.limbBits),
    ),
  );
  if (plan.scheme !== 'ckks') return { layout, sums, errors: layout.moments.map(() => 0n) };
  // The sums of a cell without records are zero, and whatever else they seem to be is noise.
  const told = sums.map((cell) => (cell[0] === 0n ? cell.map(() => 0n) : cell));
  return { layout, sums: told, errors: layout.moments.map((moment) => sumErrorOf(moment, plan.parameters)) };
}

function finishStatistic(
  task: TaskDocument,
  plan: Plan,
  spec: Specification,
  { layout, sums, errors }: Decoded,
  sizes: MatchSizes | undefined,
): StatisticResult {
  const table = tableOf(task);
  const statistic = statisticOf(spec);
  const finish = (cell: Cell) =>
    statistic.finish(spec, Object.assign(momentsOf(layout, sums, cell.indices), { sizes }), table.columns);
  if (plan.scheme !== 'ckks') return shapeResult(spec, table, finish, roundExact);
  const exact = [[], ...statistic.moments(spec)].every(
    (factors) => errors[positionOf(layout, factors)] === 0n,
  );
  const boundsOf = (cell: Cell, outcomes: readonly Outcome[]): string[] => {
    const uncertainty = uncertaintyOf(layout, sums, errors, cell.indices);
    if (exact || uncertainty.records === 0n) return outcomes.map(() => boundText(ZERO));
    const [value] = outcomes;
    const known = value && 'numerator' in value ? { ...uncertainty, value } : uncertainty;
    const bound = statistic.error?.(spec, known, table.columns) ?? null;
    if (bound === null) throw new RangeError('the plan promises a bound for every result');
    return [boundText(bound)];
  };
  return shapeResult(spec, table, finish, roundExact, boundsOf);
}
