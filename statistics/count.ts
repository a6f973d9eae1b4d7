/** The number of records of a cell, or the sum of their weights; zero for an empty one. Of linked tables, of units too. */
import { z } from 'zod';
import { placesOf, scaleOf } from './columns.ts';
import { quotient } from './exact.ts';
import { selectionKey, selectionWords, type MatchSizes } from './match.ts';
import { strict } from './strict.ts';
import { COMMON, WEIGHT, weightOf, type Statistic } from './statistic.ts';
import { didYouMean } from './suggest.ts';

const PARTIES = z.array(z.string());

/**
 * Units of linked tables beyond the intersection: those in any of them, those of one party that not all have, or those in
 * the tables of all of some parties and of none of others.
 */
const UNITS = z.union(
  [z.literal('union'), strict({ only: z.string() }), strict({ in: PARTIES, 'not-in': PARTIES.default([]) })],
  { error: 'must be union, or only: PARTY, or in: [PARTY, …] with or without not-in: [PARTY, …]' },
);

type Units = z.infer<typeof UNITS>;

const SCHEMA = strict({ ...COMMON, ...WEIGHT, statistic: z.literal('count'), units: UNITS.optional() });

export const count = {
  name: 'count',
  schema: SCHEMA,
  formula: 'n = Σ1, or N̂ = Σw; of units |A ∪ B ∪ …|, |A ∖ (A ∩ B ∩ …)|, or |(A ∩ …) ∖ (B ∪ …)|',
  source: 'the cardinality of the set of records; Horvitz and Thompson, JASA 47 (1952), for weights',
  leaks:
    'the exact number of records, and Σw where weighted; of units of linked tables, the numbers that everybody learns',
  columns: () => ({}),
  moments: (spec) => [weightOf(spec)],
  decimals: ({ weight }, columns) => (weight === undefined ? 0 : placesOf(columns, weight)),
  unit: () => '1',
  scope: ({ units }) => (units === undefined ? undefined : unitsWords(units)),
  selection: ({ units }) => (units === undefined || units === 'union' || 'only' in units ? undefined : units),
  problems({ units, by, where, weight }, _columns, { linked, inputs }) {
    if (units === undefined) return [];
    const path = ['units'];
    if (!linked) return [{ path, message: 'is of linked tables: it needs an intersection' }];
    const problems = partyProblems(units, inputs);
    if (problems.length > 0) return problems;
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

function unitsWords(units: Units): string {
  if (units === 'union') return 'the units that stand in any of the tables';
  if ('only' in units) return `the units of ${units.only} that not all other tables have`;
  return selectionWords(units);
}

/** Nobody in particular, somebody who brings no table, or one who must and must not have the unit. */
function partyProblems(units: Units, inputs: readonly string[]) {
  if (units === 'union') return [];
  if ('only' in units) return unknownParty(units.only, ['units', 'only'], inputs);
  if (units.in.length === 0) {
    return [{ path: ['units', 'in'], message: 'must name at least one party: no table has all other units' }];
  }
  const { in: all, 'not-in': none } = units;
  return [
    ...all.flatMap((party, i) => partyProblem(party, ['units', 'in', i], inputs, all.slice(0, i))),
    ...none.flatMap((party, i) => {
      const path = ['units', 'not-in', i];
      if (!all.includes(party)) return partyProblem(party, path, inputs, none.slice(0, i));
      return [{ path, message: `is named in "in" too: no unit is and is not in its table` }];
    }),
  ];
}

function partyProblem(
  party: string,
  path: readonly PropertyKey[],
  inputs: readonly string[],
  before: readonly string[],
) {
  return before.includes(party) ? [{ path, message: 'is named twice' }] : unknownParty(party, path, inputs);
}

const unknownParty = (party: string, path: readonly PropertyKey[], inputs: readonly string[]) =>
  inputs.includes(party)
    ? []
    : [{ path, message: `"${party}" is no input party${didYouMean(party, inputs)}` }];

function countUnits(units: Units, sizes: MatchSizes | undefined) {
  if (sizes === undefined) throw new RangeError('the tables have not been linked');
  return quotient(BigInt(numberOf(units, sizes)), 1n);
}

function numberOf(units: Units, sizes: MatchSizes): number {
  if (units === 'union') return sizes.any;
  if ('only' in units) return (sizes.each[units.only] ?? 0) - sizes.all;
  const number = sizes.selected.get(selectionKey(units));
  if (number === undefined) throw new RangeError('the match is of another task');
  return number;
}
