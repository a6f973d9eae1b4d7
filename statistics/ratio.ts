/** The ratio of the totals of two columns; null where the second total is zero, as it is for an empty cell. */
import { z } from 'zod';
import { COLUMN_NAME, scaleOf, unitOf } from './columns.ts';
import { quotientError, times } from './error-bound.ts';
import { quotient } from './exact.ts';
import { dot, weights } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, WEIGHT, weightOf, type Statistic } from './statistic.ts';
import { per } from './units.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, to: COLUMN_NAME, ...WEIGHT, statistic: z.literal('ratio') });

export const ratio = {
  name: 'ratio',
  schema: SCHEMA,
  formula: 'R = Σx / Σy, or Σwx / Σwy',
  source: 'Cochran, Sampling Techniques (3rd ed. 1977), 2.11',
  leaks: 'the exact number of records, Σx and Σy, not only their quotient; Σwx and Σwy where weighted',
  columns: ({ of, to }) => ({ of, to }),
  moments: (spec) => [
    [...weightOf(spec), spec.of],
    [...weightOf(spec), spec.to],
  ],
  unit: ({ of, to }, columns) => per(unitOf(columns, of), unitOf(columns, to)),
  finish(spec, moments, columns) {
    const denominator = moments(...weightOf(spec), spec.to);
    if (denominator === 0n) return null;
    return quotient(
      moments(...weightOf(spec), spec.of) * scaleOf(columns, spec.to),
      denominator * scaleOf(columns, spec.of),
    );
  },
  error(spec, uncertainty, columns) {
    const sums = { common: weightOf(spec), x: [spec.of], y: [spec.to] };
    const error = quotientError(sums, uncertainty, columns);
    return error && times(error, quotient(scaleOf(columns, spec.to), scaleOf(columns, spec.of)));
  },
  definition({ of, to, weight }, records, columns) {
    const ws = weights(records, weight);
    const [x, y] = [dot(ws, records.column(of)), dot(ws, records.column(to))];
    return y === 0n ? null : quotient(x * scaleOf(columns, to), y * scaleOf(columns, of));
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
