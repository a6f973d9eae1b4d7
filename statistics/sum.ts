/** The total of a column; null for an empty cell, which has no total rather than a total of zero. */
import { z } from 'zod';
import { formatDecimal } from './decimal.ts';
import { divideHalfEven } from './exact.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, statistic: z.literal('sum') });

export const sum = {
  name: 'sum',
  schema: SCHEMA,
  formula: 'Σx',
  source: 'Eurostat, Statistics Explained glossary: aggregate',
  leaks: 'the exact number of records and Σx',
  moments: ({ of }) => [[of]],
  unit: (columnUnit) => columnUnit,
  finish({ of, decimals }, moments, places) {
    if (moments() === 0n) return null;
    return formatDecimal(
      divideHalfEven(moments(of) * 10n ** BigInt(decimals), 10n ** BigInt(places)),
      decimals,
    );
  },
  definition({ of }, records, places) {
    if (records.size === 0) return null;
    let total = 0n;
    for (const x of records.column(of)) total += x;
    return { numerator: total, denominator: 10n ** BigInt(places), root: false };
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
