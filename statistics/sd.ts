/** The sample standard deviation of a column; null for fewer than two records. */
import { z } from 'zod';
import { unitOf } from './columns.ts';
import { covarianceByDefinition, covarianceOfMoments, secondOrderMoments } from './second-order.ts';
import { rootError, secondOrderError } from './error-bound.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, WEIGHT, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, ...WEIGHT, statistic: z.literal('sd') });

export const sd = {
  name: 'sd',
  schema: SCHEMA,
  formula: 's = √(Σ(x − x̄)² / (n − 1)), or √(n/(n − 1) · Σw(x − x̄)² / Σw)',
  source: 'ISO 3534-1:2006, 1.17 (sample standard deviation); Lumley, Complex Surveys (2010), for weights',
  leaks:
    'the exact number of records, Σx and Σx², and so the mean too; where weighted, the number, Σw, Σwx and Σwx²',
  columns: ({ of }) => ({ of }),
  moments: (spec) => secondOrderMoments(spec, [[spec.of, spec.of]]),
  unit: ({ of }, columns) => unitOf(columns, of),
  finish(spec, moments, columns) {
    const exact = covarianceOfMoments(spec.of, spec.of, spec, moments, columns);
    return exact === null ? null : { ...exact, root: true };
  },
  error(spec, uncertainty, columns) {
    const error = secondOrderError(spec.of, spec.of, spec, uncertainty, columns);
    return rootError(error, uncertainty.value);
  },
  definition(spec, records, columns) {
    const exact = covarianceByDefinition(spec.of, spec.of, spec, records, columns);
    return exact === null ? null : { ...exact, root: true };
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
