/**
 * What a statistic is: one file that says what every input party encodes, how the output party finishes, and
 * the definition in the clear that both are tested against.
 *
 * Every statistic here is a function of *moments*: sums over the records of a cell of a product of columns.
 * Moments of disjoint sets of records add up, so each party computes its own in the clear, and only those
 * are encrypted and added (union of records, depth 0).
 */
import { z } from 'zod';
import { COLUMN_NAME, type Columns } from './columns.ts';
import type { Exact } from './exact.ts';
import type { MatchSizes, UnitSelection } from './match.ts';
import { WHERE, type Where } from './where.ts';

/** The columns whose product is summed, in any order: `[]` is Σ1, the number of records; `['x', 'x']` is Σx². */
export type Moment = readonly string[];

/** The moments of one cell, over the scaled integers of the records of all parties. */
export interface Moments {
  (...factors: readonly string[]): bigint;
  /** The moment in each bin, for a statistic that has bins. */
  binned(...factors: readonly string[]): bigint[];
  /** The moments of the margin of this cell that is totalled over these columns of `by`. */
  over(by: readonly string[]): Moments;
  /** How many units the linked tables have; absent in a union. */
  readonly sizes?: MatchSizes | undefined;
}

/** The pooled records of one cell, in the clear: what only a test or a `--plain` run has. */
export interface PooledCell {
  readonly size: number;
  /** The scaled integers of one numeric column, in one order for all columns. */
  column(name: string): readonly bigint[];
  /** The pooled records of the margin of this cell that is totalled over these columns of `by`. */
  over(by: readonly string[]): PooledCell;
  /** Those of the records that one party brought and that meet a condition. */
  from(party: string, where: Where): PooledCell;
  /** How many units the linked tables have; absent in a union. */
  readonly sizes?: MatchSizes | undefined;
}

/** A value of a cell: null where it is not defined, and then with the reason where the cell alone does not tell. */
export type Outcome = Exact | { readonly reason: string } | null;

/** What is known about the sums of one cell or margin. Errors are of |estimate − sum|, in scaled integers. */
export interface Uncertainty {
  /** The number of records; for a plan the smallest for which the errors can be what they are. */
  readonly records: bigint;
  /** The result that was computed, and the estimates of the sums; absent in a plan. */
  readonly value?: Exact;
  estimate?(...factors: readonly string[]): bigint;
  error(...factors: readonly string[]): bigint;
}

/** An upper bound of an error, a number of 0 or more; null where there is none. */
export type ErrorBound = Exact | null;

/** A numeric column cut at scaled edges: bin i is [edge i, edge i+1), and the last one includes its end. */
export interface Bins {
  readonly column: string;
  readonly edges: readonly bigint[];
}

/** One party's side of a comparison: its records that meet a condition, counted with a sign. */
export interface Side {
  readonly party: string;
  readonly where: Where;
  readonly sign: 1 | -1;
}

/** The values of a statistic that has several for each cell: they are rows of their own, told apart by this label. */
export interface Parts {
  /** The key of the label in a row's cell: a numeric column, or a text that no column can be named. */
  readonly key: string;
  readonly labels: readonly { readonly label: string; readonly decimals?: number }[];
}

/** What a statistic's own rules may depend on beside its columns. */
export interface Surroundings {
  readonly inputs: readonly string[];
  readonly minimumContributors: number;
  /** Whether the domain is an intersection. */
  readonly linked: boolean;
}

/** Names of columns as a field of a task document holds them: one, a list, or a list of products of several. */
export type Names = string | readonly Names[];

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
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
  /** Records that do not meet it are left out. */
  where: WHERE.default({}),
};

/** The number of decimals that the result is rounded to. */
export const DECIMALS = { decimals: z.int().min(0).max(20) };

/** The numeric column that is measured. */
export const MEASURE = { of: COLUMN_NAME, ...DECIMALS };

/** A numeric column of survey weights, all above zero; without it each record counts once. */
export const WEIGHT = { weight: COLUMN_NAME.optional() };

/** What a record counts for, as factors of a moment: its weight, or nothing for once. */
export const weightOf = ({ weight }: { weight?: string | undefined }): readonly string[] =>
  weight === undefined ? [] : [weight];

interface CommonSpec {
  readonly statistic: string;
}

export interface Statistic<Spec extends CommonSpec> {
  readonly name: Spec['statistic'];
  /** The form in a task document, strict. */
  readonly schema: z.ZodType<Spec>;
  readonly formula: string;
  readonly source: string;
  /** Completes "the output party learns …" for every cell. */
  readonly leaks: string;
  /** The fields that name numeric columns, in the order in which they are read aloud: `ratio of x to y`. */
  columns(spec: Spec): Readonly<Record<string, Names>>;
  /** What it needs of every cell beside Σ1, which every cell has. */
  moments(spec: Spec): readonly Moment[];
  /** Cuts every cell into bins; absent where a cell is one. */
  bins?(spec: Spec, columns: Columns): Bins;
  /** Restricts it to two parties, with signs for every moment but Σ1; absent where all parties count alike. */
  sides?(spec: Spec): readonly Side[];
  /** What it is over, in words, where that is not records. */
  scope?(spec: Spec): string | undefined;
  /** The units of linked tables that the match has to count for it; absent where it needs no more than their sizes. */
  selection?(spec: Spec): UnitSelection | undefined;
  /** What its own fields must fulfil once all its columns are found to be numeric. */
  problems?(spec: Spec, columns: Columns, surroundings: Surroundings): Problem[];
  /** Absent where a cell has one value. */
  parts?(spec: Spec, columns: Columns): Parts;
  /** The decimals of an exact result, for a statistic without a field of that name. */
  decimals?(spec: Spec, columns: Columns): number;
  /** The unit of the result. */
  unit(spec: Spec, columns: Columns): string;
  /** The result for one cell, one outcome for each of its parts. */
  finish(spec: Spec, moments: Moments, columns: Columns): Outcome | readonly Outcome[];
  /**
   * A bound of how far the one value of a cell with records is off where its sums are estimates (`error-bound.ts`): for
   * every value of the sums within their errors, and every table of the schema. Null, as where it is left out: there is
   * none, and all sums must be exact. They must where there are several parts, or where the result itself is a sum to
   * its last digit.
   */
  error?(spec: Spec, uncertainty: Uncertainty, columns: Columns): ErrorBound;
  /** The textbook definition over the records themselves, sharing nothing with `finish`; undefined as there. */
  definition(spec: Spec, records: PooledCell, columns: Columns): Outcome | readonly Outcome[];
}
