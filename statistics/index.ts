/**
 * A fixed-base price or volume index, 100 in the base period; null where the base total is zero.
 *
 * Each record is a product in the period that is compared with the base. With prices `of` that period `against`
 * base prices `at` base quantities this is the Laspeyres price index; `at` current quantities it is Paasche's;
 * with quantities for prices and prices for quantities, the volume indices of the same names.
 */
import { z } from 'zod';
import { COLUMN_NAME, scaleOf } from './columns.ts';
import { quotientError, times } from './error-bound.ts';
import { quotient } from './exact.ts';
import { dot } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, type Statistic } from './statistic.ts';

const SCHEMA = strict({
  ...COMMON,
  ...MEASURE,
  against: COLUMN_NAME,
  at: COLUMN_NAME,
  statistic: z.literal('index'),
});

export const index = {
  name: 'index',
  schema: SCHEMA,
  formula: 'I = 100 · Σ pₜq / Σ p₀q',
  source: 'ILO, IMF et al., Consumer Price Index Manual (2020), chapter 1 and glossary: Laspeyres, Paasche',
  leaks: 'the exact number of records, Σpₜq and Σp₀q, not only their quotient',
  columns: ({ of, against, at }) => ({ of, against, at }),
  moments: ({ of, against, at }) => [
    [of, at],
    [against, at],
  ],
  unit: () => '1',
  finish({ of, against, at }, moments, columns) {
    const base = moments(against, at);
    if (base === 0n) return null;
    return quotient(100n * moments(of, at) * scaleOf(columns, against), base * scaleOf(columns, of));
  },
  error({ of, against, at }, uncertainty, columns) {
    const error = quotientError({ common: [at], x: [of], y: [against] }, uncertainty, columns);
    return error && times(error, quotient(100n * scaleOf(columns, against), scaleOf(columns, of)));
  },
  definition({ of, against, at }, records, columns) {
    const quantities = records.column(at);
    const compared = dot(records.column(of), quantities);
    const base = dot(records.column(against), quantities);
    return base === 0n
      ? null
      : quotient(100n * compared * scaleOf(columns, against), base * scaleOf(columns, of));
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
