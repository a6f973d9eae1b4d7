/** Between which points of a declared grid the least value of a column lies; null for an empty cell. */
import { z } from 'zod';
import { COLUMN_NAME, placesOf, unitOf } from './columns.ts';
import { binOf, binsOf, BOUNDS, boundsOf, EDGES, edgeProblems } from './grid.ts';
import { strict } from './strict.ts';
import { COMMON, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, of: COLUMN_NAME, grid: EDGES, statistic: z.literal('min') });

export const min = {
  name: 'min',
  schema: SCHEMA,
  formula: 'the bin of the grid with the least x, told by its ends',
  source: 'ISO 3534-1:2006, 1.9 (order statistic)',
  leaks: 'the histogram over the grid: the exact number of records in each of its bins',
  columns: ({ of }) => ({ of }),
  moments: () => [],
  bins: ({ of, grid }, columns) => binsOf(of, grid, columns),
  problems: ({ of, grid }, columns) => edgeProblems('grid', of, grid, columns),
  parts: () => BOUNDS,
  decimals: ({ of }, columns) => placesOf(columns, of),
  unit: ({ of }, columns) => unitOf(columns, of),
  finish({ of, grid }, moments, columns) {
    const bin = moments.binned().findIndex((n) => n > 0n);
    return boundsOf(binsOf(of, grid, columns), bin, columns);
  },
  definition({ of, grid }, records, columns) {
    const bins = binsOf(of, grid, columns);
    const values = records.column(of).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const extreme = values.at(0);
    return boundsOf(bins, extreme === undefined ? -1 : binOf(bins, extreme), columns);
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
