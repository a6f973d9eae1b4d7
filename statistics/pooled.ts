/** Sums over records in the clear, for the definitions of the statistics. */
import type { PooledCell } from './statistic.ts';

/** The weight of every record; 1 each without a column of weights. */
export const weights = (records: PooledCell, weight: string | undefined): readonly bigint[] =>
  weight === undefined ? new Array<bigint>(records.size).fill(1n) : records.column(weight);

export const total = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value, 0n);

/** Σ x·y. */
export const dot = (xs: readonly bigint[], ys: readonly bigint[]): bigint =>
  total(xs.map((x, i) => x * (ys[i] ?? 0n)));
