/** The number of records of a cell; zero for an empty one. */
import { z } from 'zod';
import { strict } from './strict.ts';
import { COMMON, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, statistic: z.literal('count') });

export const count = {
  name: 'count',
  schema: SCHEMA,
  formula: 'n = Σ1',
  source: 'the cardinality of the set of records',
  leaks: 'the exact number of records',
  moments: () => [],
  unit: () => '1',
  finish: (_spec, moments) => moments().toString(),
  definition: (_spec, { size }) => ({ numerator: BigInt(size), denominator: 1n, root: false }),
} satisfies Statistic<z.infer<typeof SCHEMA>>;
