/** The arithmetic mean of a column; null for an empty cell. */
import { z } from 'zod';
import { formatDecimal } from './decimal.ts';
import { divideHalfEven } from './exact.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, statistic: z.literal('mean') });

export const mean = {
  name: 'mean',
  schema: SCHEMA,
  formula: 'x̄ = Σx / n',
  source: 'ISO 3534-1:2006, 1.15 (sample mean)',
  leaks: 'the exact number of records and Σx, not only their quotient',
  moments: ({ of }) => [[of]],
  unit: (columnUnit) => columnUnit,
  finish({ of, decimals }, moments, places) {
    const n = moments();
    if (n === 0n) return null;
    return formatDecimal(
      divideHalfEven(moments(of) * 10n ** BigInt(decimals), n * 10n ** BigInt(places)),
      decimals,
    );
  },
  definition({ of }, records, places) {
    if (records.size === 0) return null;
    let total = 0n;
    for (const x of records.column(of)) total += x;
    return { numerator: total, denominator: BigInt(records.size) * 10n ** BigInt(places), root: false };
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
