/** The unbiased sample covariance of two columns; null for fewer than two records. */
import { z } from 'zod';
import { COLUMN_NAME, unitOf } from './columns.ts';
import { covarianceByDefinition, covarianceOfMoments, secondOrderMoments } from './second-order.ts';
import { secondOrderError } from './error-bound.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, WEIGHT, type Statistic } from './statistic.ts';
import { product } from './units.ts';

const SCHEMA = strict({
  ...COMMON,
  ...MEASURE,
  with: COLUMN_NAME,
  ...WEIGHT,
  statistic: z.literal('covariance'),
});

export const covariance = {
  name: 'covariance',
  schema: SCHEMA,
  formula: 's = Σ(x − x̄)(y − ȳ) / (n − 1), or n/(n − 1) · Σw(x − x̄)(y − ȳ) / Σw',
  source: 'ISO 3534-1:2006, 1.22 (sample covariance); Lumley, Complex Surveys (2010), for weights',
  leaks: 'the exact number of records, Σx, Σy and Σxy; where weighted, the number, Σw, Σwx, Σwy and Σwxy',
  columns: (spec) => ({ of: spec.of, with: spec.with }),
  moments: (spec) => secondOrderMoments(spec, [[spec.of, spec.with]]),
  unit: (spec, columns) => product(unitOf(columns, spec.of), unitOf(columns, spec.with)),
  finish: (spec, moments, columns) => covarianceOfMoments(spec.of, spec.with, spec, moments, columns),
  error: (spec, uncertainty, columns) => secondOrderError(spec.of, spec.with, spec, uncertainty, columns),
  definition: (spec, records, columns) => covarianceByDefinition(spec.of, spec.with, spec, records, columns),
} satisfies Statistic<z.infer<typeof SCHEMA>>;
