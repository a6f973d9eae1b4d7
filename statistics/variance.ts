/** The unbiased sample variance of a column; null for fewer than two records. */
import { z } from 'zod';
import { formatDecimal } from './decimal.ts';
import { divideHalfEven } from './exact.ts';
import { strict } from './strict.ts';
import { COMMON, MEASURE, type Exact, type Moments, type PooledCell, type Statistic } from './statistic.ts';

const SCHEMA = strict({ ...COMMON, ...MEASURE, statistic: z.literal('variance') });

/**
 * (n·Σx² − (Σx)²) / (n·(n−1)) of scaled integers, which equals Σ(x − x̄)² / (n−1). The textbook trouble of
 * this form is cancellation; integers do not cancel.
 */
export function varianceOfMoments(
  of: string,
  moments: Moments,
): { numerator: bigint; denominator: bigint } | undefined {
  const n = moments();
  if (n < 2n) return undefined;
  return { numerator: n * moments(of, of) - moments(of) ** 2n, denominator: n * (n - 1n) };
}

/** Two passes over the records: the mean as S/n, then Σ(n·x − S)² / (n²·(n−1)). */
export function varianceByDefinition(of: string, records: PooledCell, places: number): Exact | null {
  const n = BigInt(records.size);
  if (n < 2n) return null;
  let total = 0n;
  for (const x of records.column(of)) total += x;
  let squares = 0n;
  for (const x of records.column(of)) squares += (n * x - total) ** 2n;
  return { numerator: squares, denominator: n * n * (n - 1n) * 100n ** BigInt(places), root: false };
}

export const variance = {
  name: 'variance',
  schema: SCHEMA,
  formula: 's² = Σ(x − x̄)² / (n − 1)',
  source: 'ISO 3534-1:2006, 1.16 (sample variance)',
  leaks: 'the exact number of records, Σx and Σx², and so the mean too',
  moments: ({ of }) => [[of], [of, of]],
  unit: (columnUnit) => (columnUnit === '1' ? '1' : `(${columnUnit})²`),
  finish({ of, decimals }, moments, places) {
    const ratio = varianceOfMoments(of, moments);
    if (ratio === undefined) return null;
    const numerator = ratio.numerator * 10n ** BigInt(decimals);
    return formatDecimal(divideHalfEven(numerator, ratio.denominator * 100n ** BigInt(places)), decimals);
  },
  definition: ({ of }, records, places) => varianceByDefinition(of, records, places),
} satisfies Statistic<z.infer<typeof SCHEMA>>;
