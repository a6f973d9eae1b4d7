/** What the output party does with the decrypted sums: join the limbs, total the margins, finish in exact arithmetic. */
import { StrongroomError } from '../proto/errors.ts';
import { cellsOf, type Cell } from './cells.ts';
import { measuredPlaces, resultUnit, tableOf, type GroupLayout } from './layout.ts';
import { momentName } from './leakage.ts';
import { joinLimbs } from './limbs.ts';
import type { Plan } from './plan.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { Result, StatisticResult } from './result.ts';
import type { Moments } from './statistic.ts';
import type { TaskDocument } from './task.ts';

/**
 * The result of a task from its output slots: `vectors[i]` holds at least the used slots of ciphertext i, summed
 * over the input parties, as centred integers. Throws CIPHERTEXT_INVALID where the sums cannot come from tables
 * of the declared schema: some input party encrypted something else, and nothing is told rather than nonsense.
 */
export function finishTask(task: TaskDocument, plan: Plan, vectors: readonly (readonly bigint[])[]): Result {
  const slots = usedSlots(plan, vectors);
  const groups = plan.layout.groups.map((layout) => ({
    layout,
    sums: readGroup(layout, slots, plan.layout.limbBits),
  }));
  for (const { layout, sums } of groups) checkPlausible(layout, sums);
  return {
    statistics: task.statistics.map((spec) => {
      const group = groups.find(({ layout }) => layout.statistics.includes(spec.name));
      if (group === undefined) throw new RangeError('the plan is of another task');
      return finishStatistic(task, spec, group.layout, group.sums);
    }),
  };
}

function usedSlots(plan: Plan, vectors: readonly (readonly bigint[])[]): bigint[] {
  const degree = plan.parameters.ringDegree;
  const slots = vectors.flatMap((vector) => vector.slice(0, degree));
  const complete = vectors.slice(0, -1).every((vector) => vector.length >= degree);
  if (vectors.length !== plan.ciphertexts || !complete || slots.length < plan.layout.slots) {
    throw new RangeError('the output vectors are not those of the plan');
  }
  return slots;
}

/** Sums of a group, `sums[cell][moment]`. */
type GroupSums = readonly (readonly bigint[])[];

function readGroup(layout: GroupLayout, slots: readonly bigint[], limbBits: number): GroupSums {
  return Array.from({ length: layout.cells }, (_, cell) =>
    layout.moments.map(({ offset, limbs }) => {
      const first = layout.firstSlot + cell * layout.width + offset;
      return joinLimbs(slots.slice(first, first + limbs), limbBits);
    }),
  );
}

/** What holds for every multiset of valid records: 0 ≤ n ≤ bound, |Σm| ≤ n·bound(m), (Σx)² ≤ n·Σx² (Cauchy–Schwarz). */
function checkPlausible({ moments }: GroupLayout, sums: GroupSums): void {
  const position = new Map(moments.map(({ factors }, index) => [JSON.stringify(factors), index]));
  for (const cell of sums) {
    const n = cell[0] ?? 0n;
    if (n < 0n || n > BigInt(moments[0]?.totalBound ?? 0)) throw implausible([]);
    for (const [index, { factors, recordBound }] of moments.entries()) {
      const sum = cell[index] ?? 0n;
      const bound = n * BigInt(recordBound);
      if (sum > bound || sum < -bound) throw implausible(factors);
      const [x, y] = factors;
      if (factors.length !== 2 || x !== y) continue;
      const root = position.get(JSON.stringify([x]));
      if (root !== undefined && (cell[root] ?? 0n) ** 2n > n * sum) throw implausible(factors);
    }
  }
}

const implausible = (factors: readonly string[]): StrongroomError =>
  new StrongroomError(
    'CIPHERTEXT_INVALID',
    `A decrypted ${momentName(factors)} cannot come from tables of the declared schema: an input party ` +
      'encrypted something else, so there is no result',
    { details: { check: 'plausible' } },
  );

function finishStatistic(
  task: TaskDocument,
  spec: Specification,
  layout: GroupLayout,
  sums: GroupSums,
): StatisticResult {
  const table = tableOf(task);
  const statistic = statisticOf(spec);
  const places = measuredPlaces(table, spec);
  return {
    name: spec.name,
    statistic: spec.statistic,
    unit: resultUnit(table, spec),
    decimals: 'decimals' in spec ? spec.decimals : 0,
    by: spec.by,
    rows: cellsOf(table, spec.by, spec.totals).map((cell) => ({
      cell: cell.labels,
      value: statistic.finish(spec, momentsOf(layout, sums, cell), places),
    })),
  };
}

/** The moments of a cell or of a margin; a margin is the sum of its cells. */
function momentsOf({ moments, radices }: GroupLayout, sums: GroupSums, { indices }: Cell): Moments {
  const members = indices.reduce<number[]>(
    (cells, index, i) => {
      const radix = radices[i] ?? 1;
      const choices = index === null ? Array.from({ length: radix }, (_, label) => label) : [index];
      return cells.flatMap((cell) => choices.map((choice) => cell * radix + choice));
    },
    [0],
  );
  return (...factors) => {
    const wanted = JSON.stringify(factors);
    const index = moments.findIndex((moment) => JSON.stringify(moment.factors) === wanted);
    if (index < 0) throw new RangeError(`the plan has no moment ${wanted}`);
    return members.reduce((total, cell) => total + (sums[cell]?.[index] ?? 0n), 0n);
  };
}
