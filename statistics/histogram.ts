/** The number of records, or the sum of their weights, between declared edges of a column. */
import { z } from 'zod';
import { COLUMN_NAME, placesOf, scaleOf } from './columns.ts';
import { quotient } from './exact.ts';
import { binOf, binParts, binsOf, EDGES, edgeProblems } from './grid.ts';
import { weights } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, WEIGHT, weightOf, type Statistic } from './statistic.ts';

const SCHEMA = strict({
  ...COMMON,
  of: COLUMN_NAME,
  edges: EDGES,
  ...WEIGHT,
  statistic: z.literal('histogram'),
});

export const histogram = {
  name: 'histogram',
  schema: SCHEMA,
  formula: 'nᵢ = #{x : eᵢ ≤ x < eᵢ₊₁}, the last bin with its end; or Σw over those',
  source: 'ISO 3534-1:2006, 1.61 (histogram)',
  leaks: 'the exact number of records in each bin, and Σw of each where weighted',
  columns: ({ of }) => ({ of }),
  moments: (spec) => [weightOf(spec)],
  bins: ({ of, edges }, columns) => binsOf(of, edges, columns),
  problems: ({ of, edges }, columns) => edgeProblems('edges', of, edges, columns),
  parts: ({ of, edges }, columns) => binParts(binsOf(of, edges, columns), columns),
  decimals: ({ weight }, columns) => (weight === undefined ? 0 : placesOf(columns, weight)),
  unit: () => '1',
  finish(spec, moments, columns) {
    const scale = scaleOf(columns, ...weightOf(spec));
    return moments.binned(...weightOf(spec)).map((mass) => quotient(mass, scale));
  },
  definition({ of, edges, weight }, records, columns) {
    const bins = binsOf(of, edges, columns);
    const masses = new Array<bigint>(bins.edges.length - 1).fill(0n);
    const ws = weights(records, weight);
    for (const [i, x] of records.column(of).entries()) {
      const bin = binOf(bins, x);
      masses[bin] = (masses[bin] ?? 0n) + (ws[i] ?? 0n);
    }
    const scale = weight === undefined ? 1n : scaleOf(columns, weight);
    return masses.map((mass) => quotient(mass, scale));
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
