/** The total of a column; null for an empty cell, which has no total rather than a total of zero. */
import { z } from 'zod';
import { scaleOf, unitOf } from './columns.ts';
import { sumError } from './error-bound.ts';
import { quotient } from './exact.ts';
import { dot, weights } from './pooled.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, WEIGHT, weightOf, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, ...WEIGHT, statistic: z.literal('sum') });

export const sum = {
  name: 'sum',
  schema: SCHEMA,
  formula: 'Σx, or Σwx',
  source:
    'Eurostat, Statistics Explained glossary: aggregate; Horvitz and Thompson, JASA 47 (1952), for weights',
  leaks: 'the exact number of records and Σx, or Σwx where weighted',
  columns: ({ of }) => ({ of }),
  moments: (spec) => [[...weightOf(spec), spec.of]],
  unit: ({ of }, columns) => unitOf(columns, of),
  finish(spec, moments, columns) {
    if (moments() === 0n) return null;
    const factors = [...weightOf(spec), spec.of];
    return quotient(moments(...factors), scaleOf(columns, ...factors));
  },
  error: (spec, uncertainty, columns) => sumError([...weightOf(spec), spec.of], uncertainty, columns),
  definition({ of, weight }, records, columns) {
    if (records.size === 0) return null;
    const scale = scaleOf(columns, of) * (weight === undefined ? 1n : scaleOf(columns, weight));
    return quotient(dot(weights(records, weight), records.column(of)), scale);
  },
} satisfies Statistic<z.infer<typeof SCHEMA>>;
