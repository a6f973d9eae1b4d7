/** The number of records of a cell, or the sum of their weights; zero for an empty one. */
import { z } from 'zod';
import { placesOf, scaleOf } from './columns.ts';
import { sumError } from './error-bound.ts';
import { quotient } from './exact.ts';
import { strict } from './strict.ts';
import { COMMON, WEIGHT, weightOf, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, ...WEIGHT, statistic: z.literal('count') });

export const count = {
  name: 'count',
  schema: SCHEMA,
  formula: 'n = Σ1, or N̂ = Σw',
  source: 'the cardinality of the set of records; Horvitz and Thompson, JASA 47 (1952), for weights',
  leaks: 'the exact number of records, and Σw where weighted',
  columns: () => ({}),
  moments: (spec) => [weightOf(spec)],
  decimals: ({ weight }, columns) => (weight === undefined ? 0 : placesOf(columns, weight)),
  unit: () => '1',
  finish(spec, moments, columns) {
    const weight = weightOf(spec);
    return quotient(moments(...weight), scaleOf(columns, ...weight));
  },
  error: (spec, uncertainty, columns) => sumError(weightOf(spec), uncertainty, columns),
  definition({ weight }, records, columns) {
    if (weight === undefined) return quotient(BigInt(records.size), 1n);
    let total = 0n;
    for (const w of records.column(weight)) total += w;
    return quotient(total, scaleOf(columns, weight));
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
