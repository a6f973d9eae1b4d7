/** Between which points of a declared grid a quantile of a column lies; null for an empty cell. */
import { z } from 'zod';
import { BOUND, COLUMN_NAME, placesOf, unitOf } from './columns.ts';
import { binOf, binsOf, BOUNDS, boundsOf, EDGES, edgeProblems } from './grid.ts';
import { total, weights } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, WEIGHT, weightOf, type Statistic } from './statistic.ts';

const SCHEMA = strict({
  ...COMMON,
  of: COLUMN_NAME,
  /** 0 < p < 1: 0.5 is the median. */
  p: BOUND,
  grid: EDGES,
  ...WEIGHT,
  statistic: z.literal('quantile'),
});

/** p as a fraction of a power of ten. */
function fractionOf(p: string): { numerator: bigint; denominator: bigint } {
  const [whole = '', decimals = ''] = p.split('.');
  return { numerator: BigInt(whole + decimals), denominator: 10n ** BigInt(decimals.length) };
}

export const quantile = {
  name: 'quantile',
  schema: SCHEMA,
  formula:
    'the bin of the grid with the least x for which F(x) ≥ p, told by its ends; F weighted where weights are',
  source: 'Hyndman and Fan, The American Statistician 50 (1996), definition 1',
  leaks:
    'the histogram over the grid: the exact number of records in each of its bins, and Σw where weighted',
  columns: ({ of }) => ({ of }),
  moments: (spec) => [weightOf(spec)],
  bins: ({ of, grid }, columns) => binsOf(of, grid, columns),
  problems({ of, p, grid }, columns) {
    const { numerator, denominator } = fractionOf(p);
    const inside = numerator > 0n && numerator < denominator;
    return [
      ...(inside ? [] : [{ path: ['p'], message: 'must be above 0 and below 1; there are min and max too' }]),
      ...edgeProblems('grid', of, grid, columns),
    ];
  },
  parts: () => BOUNDS,
  decimals: ({ of }, columns) => placesOf(columns, of),
  unit: ({ of }, columns) => unitOf(columns, of),
  finish(spec, moments, columns) {
    const { numerator, denominator } = fractionOf(spec.p);
    const wanted = numerator * moments(...weightOf(spec));
    let below = 0n;
    const bin = moments.binned(...weightOf(spec)).findIndex((mass) => {
      below += mass;
      return mass > 0n && below * denominator >= wanted;
    });
    return boundsOf(binsOf(spec.of, spec.grid, columns), bin, columns);
  },
  definition({ of, p, grid, weight }, records, columns) {
    const bins = binsOf(of, grid, columns);
    const { numerator, denominator } = fractionOf(p);
    const ws = weights(records, weight);
    const ranked = records
      .column(of)
      .map((x, i) => ({ x, w: ws[i] ?? 0n }))
      .toSorted((a, b) => (a.x < b.x ? -1 : a.x > b.x ? 1 : 0));
    const wanted = numerator * total(ws);
    let reached = 0n;
    const least = ranked.find(({ w }) => (reached += w) * denominator >= wanted)?.x;
    return boundsOf(bins, least === undefined ? -1 : binOf(bins, least), columns);
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
