/** The sample standard deviation of a column; null for fewer than two records. */
import { z } from 'zod';
import { formatDecimal } from './decimal.ts';
import { sqrtHalfEven } from './exact.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, type Statistic } from './statistic.ts';
import { varianceByDefinition, varianceOfMoments } from './variance.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, statistic: z.literal('sd') });

export const sd = {
  name: 'sd',
  schema: SCHEMA,
  formula: 's = √(Σ(x − x̄)² / (n − 1))',
  source: 'ISO 3534-1:2006, 1.17 (sample standard deviation)',
  leaks: 'the exact number of records, Σx and Σx², and so the mean too',
  moments: ({ of }) => [[of], [of, of]],
  unit: (columnUnit) => columnUnit,
  finish({ of, decimals }, moments, places) {
    const ratio = varianceOfMoments(of, moments);
    if (ratio === undefined) return null;
    const numerator = ratio.numerator * 100n ** BigInt(decimals);
    return formatDecimal(sqrtHalfEven(numerator, ratio.denominator * 100n ** BigInt(places)), decimals);
  },
  definition({ of }, records, places) {
    const exact = varianceByDefinition(of, records, places);
    return exact === null ? null : { ...exact, root: true };
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
