/** Pearson's correlation of two columns; null for fewer than two records, or where a column does not vary. */
import { z } from 'zod';
import { COLUMN_NAME } from './columns.ts';
import type { Exact } from './exact.ts';
import { implausible } from './implausible.ts';
import { comoment, deviations, secondOrderMoments } from './second-order.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, WEIGHT, type Statistic } from './statistic.ts';

const SCHEMA = strict({
  ...COMMON,
  ...MEASURE,
  with: COLUMN_NAME,
  ...WEIGHT,
  statistic: z.literal('correlation'),
});

/** xy/√(xx·yy), as the root of a signed square; any common factor of the three cancels, and so do the scales. */
function coefficient(xy: bigint, xx: bigint, yy: bigint): Exact | null {
  if (xx === 0n || yy === 0n) return null;
  return { numerator: xy < 0n ? -(xy * xy) : xy * xy, denominator: xx * yy, root: true };
}

export const correlation = {
  name: 'correlation',
  schema: SCHEMA,
  formula: 'r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² · Σ(y − ȳ)²), with a factor w in each sum where weighted',
  source: 'ISO 3534-1:2006, 1.23 (sample correlation coefficient)',
  leaks:
    'the exact number of records, Σx, Σy, Σx², Σy² and Σxy; where weighted, Σw too, and a factor w in each',
  columns: (spec) => ({ of: spec.of, with: spec.with }),
  moments: (spec) =>
    secondOrderMoments(spec, [
      [spec.of, spec.with],
      [spec.of, spec.of],
      [spec.with, spec.with],
    ]),
  unit: () => '1',
  finish(spec, moments) {
    const xy = comoment(spec.of, spec.with, spec, moments);
    const xx = comoment(spec.of, spec.of, spec, moments);
    const yy = comoment(spec.with, spec.with, spec, moments);
    if (xy * xy > xx * yy) throw implausible(`Σ ${spec.of}·${spec.with}`);
    return coefficient(xy, xx, yy);
  },
  definition(spec, records) {
    const xy = deviations(spec.of, spec.with, spec, records);
    const xx = deviations(spec.of, spec.of, spec, records);
    const yy = deviations(spec.with, spec.with, spec, records);
    return coefficient(xy, xx, yy);
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
