/** The columns of a table: what a person declares about them, and what follows for the arithmetic. */
import { z } from 'zod';
import { parseDecimal } from './decimal.ts';
import { NORMALISATION } from './normalise.ts';
import { strict } from './strict.ts';
import { LABEL, LINE } from './text.ts';

const UNIT = z.string().min(1).max(40).regex(LINE, 'must be text on one line').default('1');

const BOUND_FORM = 'must be a decimal such as -12.50; in JSON write it between quotes';

/** A bound in exact decimal notation. A number is let through where it is an integer and so is exact. */
export const BOUND = z
  .union([z.string(), z.number().refine(Number.isSafeInteger, BOUND_FORM)], { error: BOUND_FORM })
  .transform(String)
  .refine((text) => /^-?[0-9]{1,40}(\.[0-9]{1,40})?$/.test(text), BOUND_FORM);

const DECIMAL = strict({
  type: z.literal('decimal'),
  places: z.int().min(0).max(15),
  min: BOUND,
  max: BOUND,
  unit: UNIT,
});
const INTEGER = strict({ type: z.literal('integer'), min: BOUND, max: BOUND, unit: UNIT });
const CATEGORY = strict({
  type: z.literal('category'),
  values: z.array(z.string().min(1).max(200).regex(LABEL, 'must be text without control characters')).min(1),
});
const BOOLEAN = strict({ type: z.literal('boolean') });
/** Text by which records of several parties are linked. It leaves its owner as a pseudonym only. */
const KEY = strict({
  type: z.literal('key'),
  /** What is done to the text of this table, in this order, so that both sides write a key alike. */
  normalise: z.array(NORMALISATION).max(8).default([]),
});

export const COLUMN_NAME = z
  .string()
  .max(100)
  .regex(/^[\p{L}_][\p{L}\p{N}_ .()/%-]*$/u, 'must start with a letter and hold letters, digits and _ .()/%-')
  .refine((name) => name !== '__proto__', 'is a reserved name');

export const COLUMN = z.discriminatedUnion('type', [DECIMAL, INTEGER, CATEGORY, BOOLEAN, KEY], {
  error: 'type must be one of decimal, integer, category, boolean, key',
});

export type Column = z.infer<typeof COLUMN>;
export type NumericColumn = Extract<Column, { type: 'decimal' | 'integer' }>;
export type LabelledColumn = Extract<Column, { type: 'category' | 'boolean' }>;
export type KeyColumn = Extract<Column, { type: 'key' }>;

/** The columns of a table by name, in the order of a record. */
export type Columns = Readonly<Record<string, Column>>;

export interface Range {
  /** Bounds of value·10^places, both inclusive. */
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly places: number;
}

export const isNumeric = (column: Column): column is NumericColumn =>
  column.type === 'decimal' || column.type === 'integer';

export const isLabelled = (column: Column): column is LabelledColumn =>
  column.type === 'category' || column.type === 'boolean';

export const isKey = (column: Column): column is KeyColumn => column.type === 'key';

/** The declared range, scaled; undefined where a bound has more decimals than the column has places. */
export function rangeOf(column: NumericColumn): Range | undefined {
  const places = column.type === 'decimal' ? column.places : 0;
  const minimum = parseDecimal(column.min, places);
  const maximum = parseDecimal(column.max, places);
  return minimum === undefined || maximum === undefined ? undefined : { minimum, maximum, places };
}

/** The labels of a column that cells are made by, in the order of their index in a record. */
export const labelsOf = (column: LabelledColumn): readonly string[] =>
  column.type === 'category' ? column.values : ['false', 'true'];

/** An own property of a record, so that a column called `constructor` is not found where none is declared. */
export function columnOf(columns: Columns, name: string): Column | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

/** The scaled range of a numeric column of a valid task. */
export function numericRange(columns: Columns, name: string): Range {
  const column = columnOf(columns, name);
  const range = column !== undefined && isNumeric(column) ? rangeOf(column) : undefined;
  if (range === undefined) throw new RangeError('the task has not been validated');
  return range;
}

/** max|x| over a range. */
export const largest = ({ minimum, maximum }: Range): bigint => (-minimum > maximum ? -minimum : maximum);

/** The decimals that a numeric column of a valid task is scaled by. */
export const placesOf = (columns: Columns, name: string): number => numericRange(columns, name).places;

/** What a product of these columns is scaled by: Π 10^places. */
export const scaleOf = (columns: Columns, ...names: readonly string[]): bigint =>
  names.reduce((scale, name) => scale * 10n ** BigInt(placesOf(columns, name)), 1n);

/** The unit of a numeric column, `1` where it has none. */
export function unitOf(columns: Columns, name: string): string {
  const column = columnOf(columns, name);
  return column !== undefined && isNumeric(column) ? column.unit : '1';
}
