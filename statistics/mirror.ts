/**
 * The gap between what two parties report for the same cells: the exports of A to B `from` A, `minus` the
 * imports from A that B reports; null where neither reports anything. Only the gap is released, not the two
 * values that it lies between: each party counts its own records, one of them with a negative sign.
 */
import { z } from 'zod';
import { scaleOf, unitOf, type Columns } from './columns.ts';
import { sumError } from './error-bound.ts';
import { quotient } from './exact.ts';
import { total } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, type Side, type Statistic, type Surroundings } from './statistic.ts';
import { WHERE, whereProblems } from './where.ts';

const SIDE = strict({ party: z.string(), where: WHERE.default({}) });

const SCHEMA = strict({ ...COMMON, ...MEASURE, from: SIDE, minus: SIDE, statistic: z.literal('mirror') });

type Spec = z.infer<typeof SCHEMA>;

const sidesOf = ({ from, minus }: Spec): Side[] => [
  { ...from, sign: 1 },
  { ...minus, sign: -1 },
];

function problems({ from, minus }: Spec, columns: Columns, { inputs, minimumContributors }: Surroundings) {
  const found = Object.entries({ from, minus }).flatMap(([field, { party, where }]) => [
    ...(inputs.includes(party)
      ? []
      : [{ path: [field, 'party'], message: `is none of the input parties, ${inputs.join(', ')}` }]),
    ...whereProblems(where, columns).map(({ path, message }) => ({
      path: [field, 'where', ...path],
      message,
    })),
  ]);
  if (from.party === minus.party) {
    found.push({ path: ['minus', 'party'], message: 'is the party that "from" names; a gap needs two' });
  }
  if (minimumContributors < inputs.length) {
    const message =
      `needs disclosure.minimum-contributors: ${inputs.length}, all input parties: ` +
      'with one side missing, the gap would be what the other reports';
    found.push({ path: [], message });
  }
  return found;
}

export const mirror = {
  name: 'mirror',
  schema: SCHEMA,
  formula: 'Σx of the one party − Σx of the other',
  source:
    'UN, International Merchandise Trade Statistics: Compilers Manual (2013), chapter 9 (mirror studies)',
  leaks:
    'the exact number of records of both parties together, and the gap; whoever knows what one of the two ' +
    'reports, as that party itself does, learns what the other reports',
  columns: ({ of }) => ({ of }),
  moments: ({ of }) => [[of]],
  sides: sidesOf,
  problems,
  unit: ({ of }, columns) => unitOf(columns, of),
  finish({ of }, moments, columns) {
    return moments() === 0n ? null : quotient(moments(of), scaleOf(columns, of));
  },
  error: ({ of }, uncertainty, columns) => sumError([of], uncertainty, columns),
  definition({ of, from, minus }, records, columns) {
    const [ours, theirs] = [records.from(from.party, from.where), records.from(minus.party, minus.where)];
    if (ours.size + theirs.size === 0) return null;
    return quotient(total(ours.column(of)) - total(theirs.column(of)), scaleOf(columns, of));
  },
} satisfies Statistic<Spec>;
