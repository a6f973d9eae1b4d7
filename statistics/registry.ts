/** The catalogue: a statistic is one file and one line here. */
import { z } from 'zod';
import { correlation } from './correlation.ts';
import { count } from './count.ts';
import { covariance } from './covariance.ts';
import { crosstab } from './crosstab.ts';
import { histogram } from './histogram.ts';
import { index } from './index.ts';
import { max } from './max.ts';
import { mean } from './mean.ts';
import { min } from './min.ts';
import { mirror } from './mirror.ts';
import { quantile } from './quantile.ts';
import { ratio } from './ratio.ts';
import { regression } from './regression.ts';
import { sd } from './sd.ts';
import { sum } from './sum.ts';
import { variance } from './variance.ts';
import type { Statistic } from './statistic.ts';
import { didYouMean } from './suggest.ts';

const CATALOGUE = [
  count,
  sum,
  mean,
  variance,
  sd,
  covariance,
  correlation,
  ratio,
  histogram,
  crosstab,
  min,
  max,
  quantile,
  regression,
  index,
  mirror,
] as const;

const [first, ...others] = CATALOGUE;

/** One entry of `statistics:` in a task document. */
export const SPECIFICATION = z.discriminatedUnion(
  'statistic',
  [first.schema, ...others.map(({ schema }) => schema)],
  { error: ({ input }) => unknownStatistic(input) },
);

export type Specification = z.infer<typeof SPECIFICATION>;

function unknownStatistic(input: unknown): string {
  const names = CATALOGUE.map(({ name }) => name);
  const wanted =
    typeof input === 'object' && input !== null && 'statistic' in input ? input.statistic : undefined;
  if (typeof wanted !== 'string') return `statistic must be one of ${names.join(', ')}`;
  return `there is no statistic "${wanted}"; there are ${names.join(', ')}${didYouMean(wanted, names)}`;
}

/** The statistic that a specification asks for. */
export function statisticOf(specification: Specification): Statistic<Specification> {
  const found: Statistic<Specification> | undefined = CATALOGUE.find(
    ({ name }) => name === specification.statistic,
  );
  if (found === undefined) throw new RangeError(`no statistic "${specification.statistic}"`);
  return found;
}
