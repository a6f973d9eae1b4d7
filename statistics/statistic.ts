/**
 * What a statistic is: one file that says what every input party encodes, how the output party finishes, and
 * the definition in the clear that both are tested against.
 *
 * Every statistic here is a function of *moments*: sums over the records of a cell of a product of columns.
 * Moments of disjoint sets of records add up, so each party computes its own in the clear, and only those
 * are encrypted and added (union of records, depth 0).
 */
import { z } from 'zod';
import { COLUMN_NAME } from './columns.ts';

/** The columns whose product is summed: `[]` is Σ1, the number of records; `['x', 'x']` is Σx². */
export type Moment = readonly string[];

/** The moments of one cell, over the scaled integers of the records of all parties. */
export type Moments = (...factors: string[]) => bigint;

/** The pooled records of one cell, in the clear: what only a test or a `--plain` run has. */
export interface PooledCell {
  readonly size: number;
  /** The scaled integers of one numeric column, in one order for all columns. */
  column(name: string): readonly bigint[];
}

/** A real number told exactly: numerator/denominator, or the square root of that. */
export interface Exact {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly root: boolean;
}

/** What every statistic may say in a task document. */
export const COMMON = {
  name: z
    .string()
    .max(63)
    .regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens, and start with a letter'),
  /** Category or boolean columns; one cell for every combination of their labels. */
  by: z.array(COLUMN_NAME).max(8).default([]),
  /** Adds every margin: each subset of `by` left out, down to the overall value. */
  totals: z.boolean().default(false),
};

/** The numeric column, and the number of decimals that the result is rounded to. */
export const MEASURE = { of: COLUMN_NAME, decimals: z.int().min(0).max(20) };

interface CommonSpec {
  readonly statistic: string;
  readonly of?: string;
}

export interface Statistic<Spec extends CommonSpec> {
  readonly name: Spec['statistic'];
  /** The form in a task document, strict. */
  readonly schema: z.ZodType<Spec>;
  readonly formula: string;
  readonly source: string;
  /** Completes "the output party learns …" for every cell. */
  readonly leaks: string;
  /** What it needs of every cell beside Σ1, which every cell has. */
  moments(spec: Spec): readonly Moment[];
  /** The unit of the result, from the unit of the column that is measured. */
  unit(columnUnit: string): string;
  /**
   * The result for one cell as a decimal, rounded half to even at the declared decimals; null where it is not
   * defined. `places` is the number of decimals that the column is scaled by.
   */
  finish(spec: Spec, moments: Moments, places: number): string | null;
  /** The textbook definition over the records themselves, sharing nothing with `finish`; null as there. */
  definition(spec: Spec, records: PooledCell, places: number): Exact | null;
}
