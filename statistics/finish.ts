/** What the output party does with the decrypted sums: join the limbs, total the margins, finish in exact arithmetic. */
import { readProducts } from '../schemes/bfv/products/layout.ts';
import type { Cell } from './cells.ts';
import { roundExact } from './exact.ts';
import { tableOf } from './domain.ts';
import { binCount, momentKey, type GroupLayout } from './layout.ts';
import { joinLimbs } from './limbs.ts';
import type { Plan } from './plan.ts';
import { plausibilityOf } from './plausible.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { Result, StatisticResult } from './result.ts';
import { shapeResult } from './shape.ts';
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
  for (const { layout, sums } of groups) sums.forEach(plausibilityOf(layout, tableOf(task).columns));
  return {
    statistics: task.statistics.map((spec) => {
      const group = groups.find(({ layout }) => layout.statistics.includes(spec.name));
      if (group === undefined) throw new RangeError('the plan is of another task');
      return finishStatistic(task, spec, group.layout, group.sums);
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

function finishStatistic(
  task: TaskDocument,
  spec: Specification,
  layout: GroupLayout,
  sums: GroupSums,
): StatisticResult {
  const table = tableOf(task);
  const finish = (cell: Cell) =>
    statisticOf(spec).finish(spec, momentsOf(layout, sums, cell.indices), table.columns);
  return shapeResult(spec, table, finish, roundExact);
}

/** The moments of a cell or of a margin; a margin is the sum of its cells, and a cell the sum of its bins. */
function momentsOf(layout: GroupLayout, sums: GroupSums, indices: Cell['indices']): Moments {
  const members = indices.reduce<number[]>(
    (cells, index, i) => {
      const radix = layout.radices[i] ?? 1;
      const choices = index === null ? Array.from({ length: radix }, (_, label) => label) : [index];
      return cells.flatMap((cell) => choices.map((choice) => cell * radix + choice));
    },
    [0],
  );
  const bins = binCount(layout);
  const binned = (...factors: readonly string[]): bigint[] => {
    const wanted = momentKey(factors);
    const moment = layout.moments.findIndex((candidate) => momentKey(candidate.factors) === wanted);
    if (moment < 0) throw new RangeError(`the plan has no moment ${wanted}`);
    return Array.from({ length: bins }, (_, bin) =>
      members.reduce((total, cell) => total + (sums[cell * bins + bin]?.[moment] ?? 0n), 0n),
    );
  };
  const over = (by: readonly string[]): Moments =>
    momentsOf(
      layout,
      sums,
      indices.map((index, i) => (by.includes(layout.by[i] ?? '') ? null : index)),
    );
  return Object.assign(
    (...factors: readonly string[]) => binned(...factors).reduce((total, value) => total + value, 0n),
    { binned, over },
  );
}
