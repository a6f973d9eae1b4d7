/** The arithmetic mean of a column; null for an empty cell. */
import { z } from 'zod';
import { scaleOf, unitOf } from './columns.ts';
import { meanError, times } from './error-bound.ts';
import { quotient } from './exact.ts';
import { dot, total, weights } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, WEIGHT, weightOf, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, ...WEIGHT, statistic: z.literal('mean') });

export const mean = {
  name: 'mean',
  schema: SCHEMA,
  formula: 'x̄ = Σx / n, or Σwx / Σw',
  source: 'ISO 3534-1:2006, 1.15 (sample mean); Hájek’s ratio for weights',
  leaks:
    'the exact number of records and Σx, not only their quotient; where weighted, the number, Σw and Σwx',
  columns: ({ of }) => ({ of }),
  moments: (spec) => [weightOf(spec), [...weightOf(spec), spec.of]],
  unit: ({ of }, columns) => unitOf(columns, of),
  finish(spec, moments, columns) {
    if (moments() === 0n) return null;
    const weight = weightOf(spec);
    return quotient(moments(...weight, spec.of), moments(...weight) * scaleOf(columns, spec.of));
  },
  error(spec, uncertainty, columns) {
    const error = meanError([spec.of], spec, uncertainty, columns);
    return error && times(error, quotient(1n, scaleOf(columns, spec.of)));
  },
  definition({ of, weight }, records, columns) {
    if (records.size === 0) return null;
    const ws = weights(records, weight);
    return quotient(dot(ws, records.column(of)), total(ws) * scaleOf(columns, of));
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
