/** The cells of a statistic, with their margins where totals are asked for. */
import { columnOf, isLabelled, labelsOf } from './columns.ts';
import type { Table } from './task.ts';

/** One row of a result: the labels that it is restricted to, and all that it is totalled over. */
export interface Cell {
  readonly labels: Readonly<Record<string, string>>;
  /** For each column of `by` the label's index; null for a total. */
  readonly indices: readonly (number | null)[];
}

/** All cells by these columns, the last fastest; with totals, each column has "all" after its labels. */
export function cellsOf(table: Table, by: readonly string[], totals: boolean): Cell[] {
  return by.reduce<Cell[]>(
    (cells, name) => {
      const labels = dimensionOf(table, name);
      return cells.flatMap((cell) => [
        ...labels.map((label, index) => ({
          labels: { ...cell.labels, [name]: label },
          indices: [...cell.indices, index],
        })),
        ...(totals ? [{ labels: cell.labels, indices: [...cell.indices, null] }] : []),
      ]);
    },
    [{ labels: {}, indices: [] }],
  );
}

/** The labels of a column of `by` of a valid task. */
function dimensionOf(table: Table, name: string): readonly string[] {
  const column = columnOf(table.columns, name);
  if (column === undefined || !isLabelled(column)) throw new RangeError('the task has not been validated');
  return labelsOf(column);
}
