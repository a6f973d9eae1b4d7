/** The number of records of a cell, or the sum of their weights; zero for an empty one. Of linked tables, of units too. */
import { z } from 'zod';
import { placesOf, scaleOf } from './columns.ts';
import { quotient } from './exact.ts';
import type { MatchSizes } from './match.ts';
import { strict } from './strict.ts';
import { COMMON, WEIGHT, weightOf, type Statistic } from './statistic.ts';

/** Units of linked tables beyond the intersection: those in any of them, or those of one party that not all have. */
const UNITS = z.union([z.literal('union'), strict({ only: z.string() })], {
  error: 'must be union, or only: PARTY',
});

const SCHEMA = strict({ ...COMMON, ...WEIGHT, statistic: z.literal('count'), units: UNITS.optional() });

export const count = {
  name: 'count',
  schema: SCHEMA,
  formula: 'n = Σ1, or N̂ = Σw; of units |A ∪ B ∪ …|, or |A ∖ (A ∩ B ∩ …)|',
  source: 'the cardinality of the set of records; Horvitz and Thompson, JASA 47 (1952), for weights',
  leaks:
    'the exact number of records, and Σw where weighted; of units of linked tables, the numbers that everybody learns',
  columns: () => ({}),
  moments: (spec) => [weightOf(spec)],
  decimals: ({ weight }, columns) => (weight === undefined ? 0 : placesOf(columns, weight)),
  unit: () => '1',
  scope: ({ units }) =>
    units === undefined
      ? undefined
      : units === 'union'
        ? 'the units that stand in any of the tables'
        : `the units of ${units.only} that not all other tables have`,
  problems({ units, by, where, weight }, _columns, { linked, inputs }) {
    if (units === undefined) return [];
    const path = ['units'];
    if (!linked) return [{ path, message: 'is of linked tables: it needs an intersection' }];
    if (units !== 'union' && !inputs.includes(units.only)) {
      return [{ path: ['units', 'only'], message: 'is no input party' }];
    }
    if (by.length === 0 && Object.keys(where).length === 0 && weight === undefined) return [];
    return [
      {
        path,
        message: 'counts units by their keys alone: leave out by, where and weight, or leave out units',
      },
    ];
  },
  finish(spec, moments, columns) {
    if (spec.units !== undefined) return countUnits(spec.units, moments.sizes);
    const weight = weightOf(spec);
    return quotient(moments(...weight), scaleOf(columns, ...weight));
  },
  definition({ weight, units }, records, columns) {
    if (units !== undefined) return countUnits(units, records.sizes);
    if (weight === undefined) return quotient(BigInt(records.size), 1n);
    let total = 0n;
    for (const w of records.column(weight)) total += w;
    return quotient(total, scaleOf(columns, weight));
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;

function countUnits(units: z.infer<typeof UNITS>, sizes: MatchSizes | undefined) {
  if (sizes === undefined) throw new RangeError('the tables have not been linked');
  const number = units === 'union' ? sizes.any : (sizes.each[units.only] ?? 0) - sizes.all;
  return quotient(BigInt(number), 1n);
}
