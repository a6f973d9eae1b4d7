/** The decrypted sums of a group, cell by cell, and those of its margins. */
import type { Cell } from './cells.ts';
import { binCount, momentKey, type GroupLayout } from './layout.ts';
import type { Moments, Uncertainty } from './statistic.ts';

/** `sums[cell][moment]`; of a cell that is cut into bins, bin by bin. */
export type GroupSums = readonly (readonly bigint[])[];

/** The moments of a cell or of a margin; a margin is the sum of its cells, and a cell the sum of its bins. */
export function momentsOf(layout: GroupLayout, sums: GroupSums, indices: Cell['indices']): Moments {
  const members = membersOf(layout, indices);
  const bins = binCount(layout);
  const binned = (...factors: readonly string[]): bigint[] => {
    const moment = positionOf(layout, factors);
    return Array.from({ length: bins }, (_, bin) =>
      members.reduce((total, cell) => total + (sums[cell * bins + bin]?.[moment] ?? 0n), 0n),
    );
  };
  const over = (by: readonly string[]): Moments => momentsOf(layout, sums, totalled(layout, indices, by));
  return Object.assign(
    (...factors: readonly string[]) => binned(...factors).reduce((total, value) => total + value, 0n),
    { binned, over },
  );
}

/**
 * What is not known of the same moments, from the error of each: that of a margin is the sum over its cells. A cell
 * without records has none.
 */
export function uncertaintyOf(
  layout: GroupLayout,
  sums: GroupSums,
  errors: readonly bigint[],
  indices: Cell['indices'],
): Uncertainty {
  const bins = binCount(layout);
  const counts = membersOf(layout, indices).flatMap((cell) =>
    sums.slice(cell * bins, (cell + 1) * bins).map(([records = 0n]) => records),
  );
  const uncertain = BigInt(counts.filter((records) => records > 0n).length);
  return {
    estimate: momentsOf(layout, sums, indices),
    records: counts.reduce((total, records) => total + records, 0n),
    error: (...factors) => uncertain * (errors[positionOf(layout, factors)] ?? 0n),
  };
}

export function positionOf({ moments }: GroupLayout, factors: readonly string[]): number {
  const wanted = momentKey(factors);
  const position = moments.findIndex((candidate) => momentKey(candidate.factors) === wanted);
  if (position < 0) throw new RangeError(`the plan has no moment ${wanted}`);
  return position;
}

/** The cells of a margin. */
function membersOf({ radices }: GroupLayout, indices: Cell['indices']): number[] {
  return indices.reduce<number[]>(
    (cells, index, i) => {
      const radix = radices[i] ?? 1;
      const choices = index === null ? Array.from({ length: radix }, (_, label) => label) : [index];
      return cells.flatMap((cell) => choices.map((choice) => cell * radix + choice));
    },
    [0],
  );
}

const totalled = (layout: GroupLayout, indices: Cell['indices'], by: readonly string[]): Cell['indices'] =>
  indices.map((index, i) => (by.includes(layout.by[i] ?? '') ? null : index));
