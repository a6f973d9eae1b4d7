/** A contingency table: in every cell the number of records and its percentages of the row, column and table. */
import { z } from 'zod';
import { COLUMN_NAME, placesOf, scaleOf } from './columns.ts';
import { quotient } from './exact.ts';
import { total, weights } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, DECIMALS, WEIGHT, weightOf, type Outcome, type Statistic } from './statistic.ts';

const SCHEMA = strict({
  ...COMMON,
  /** The last column runs across and the one before it down; any before those make layers, a table for each. */
  by: z.array(COLUMN_NAME).min(2, 'a table needs at least two columns').max(8),
  totals: z.boolean().default(true),
  ...DECIMALS,
  ...WEIGHT,
  statistic: z.literal('crosstab'),
});

/** A hundred times part/whole; null where the whole is empty. */
const percentage = (part: bigint, whole: bigint): Outcome =>
  whole === 0n ? null : quotient(100n * part, whole);

export const crosstab = {
  name: 'crosstab',
  schema: SCHEMA,
  formula: 'nᵢⱼ, 100·nᵢⱼ/nᵢ₊, 100·nᵢⱼ/n₊ⱼ and 100·nᵢⱼ/n₊₊, with Σw in place of n where weighted',
  source: 'Agresti, Categorical Data Analysis (3rd ed. 2013), 2.1',
  leaks: 'the exact number of records in each cell of the table, and Σw where weighted',
  columns: () => ({}),
  moments: (spec) => [weightOf(spec)],
  parts: ({ weight }, columns) => ({
    key: '(value)',
    labels: [
      { label: 'count', decimals: weight === undefined ? 0 : placesOf(columns, weight) },
      { label: 'row %' },
      { label: 'column %' },
      { label: 'table %' },
    ],
  }),
  unit: () => '1',
  finish(spec, moments, columns) {
    const factors = weightOf(spec);
    const [down = '', across = ''] = spec.by.slice(-2);
    const mass = moments(...factors);
    return [
      quotient(mass, scaleOf(columns, ...factors)),
      percentage(mass, moments.over([across])(...factors)),
      percentage(mass, moments.over([down])(...factors)),
      percentage(mass, moments.over([down, across])(...factors)),
    ];
  },
  definition({ by, weight }, records, columns) {
    const [down = '', across = ''] = by.slice(-2);
    const mass = total(weights(records, weight));
    const margins = [[across], [down], [down, across]].map((over) =>
      total(weights(records.over(over), weight)),
    );
    return [
      quotient(mass, weight === undefined ? 1n : scaleOf(columns, weight)),
      ...margins.map((margin) => percentage(mass, margin)),
    ];
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
