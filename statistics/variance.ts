/** The unbiased sample variance of a column; null for fewer than two records. */
import { z } from 'zod';
import { unitOf } from './columns.ts';
import { covarianceByDefinition, covarianceOfMoments, secondOrderMoments } from './second-order.ts';
import { secondOrderError } from './error-bound.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, WEIGHT, type Statistic } from './statistic.ts';
import { product } from './units.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, ...WEIGHT, statistic: z.literal('variance') });

export const variance = {
  name: 'variance',
  schema: SCHEMA,
  formula: 's² = Σ(x − x̄)² / (n − 1), or n/(n − 1) · Σw(x − x̄)² / Σw',
  source: 'ISO 3534-1:2006, 1.16 (sample variance); Lumley, Complex Surveys (2010), for weights',
  leaks:
    'the exact number of records, Σx and Σx², and so the mean too; where weighted, the number, Σw, Σwx and Σwx²',
  columns: ({ of }) => ({ of }),
  moments: (spec) => secondOrderMoments(spec, [[spec.of, spec.of]]),
  unit: ({ of }, columns) => product(unitOf(columns, of), unitOf(columns, of)),
  finish: (spec, moments, columns) => covarianceOfMoments(spec.of, spec.of, spec, moments, columns),
  error: (spec, uncertainty, columns) => secondOrderError(spec.of, spec.of, spec, uncertainty, columns),
  definition: (spec, records, columns) => covarianceByDefinition(spec.of, spec.of, spec, records, columns),
} satisfies Statistic<z.infer<typeof SCHEMA>>;
