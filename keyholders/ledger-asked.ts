/**
 * What a task asks, in the form in which a key holder compares two tasks: which sums, over whose records, under
 * which conditions. It is kept in the ledger, so that a later version of the program still reads it.
 */
import { columnOf, isLabelled, isNumeric, labelsOf, rangeOf, type Columns } from '../statistics/columns.ts';
import { formatDecimal, parseDecimal } from '../statistics/decimal.ts';
import type { GroupLayout, Layout } from '../statistics/layout.ts';
import { tableNameOf, tableOf } from '../statistics/domain.ts';
import type { TaskDocument } from '../statistics/task.ts';
import type { Where } from '../statistics/where.ts';

/** A condition on one column: some of its labels, or a range with both ends included and null for an open end. */
export type Condition =
  | { readonly labels: readonly string[]; readonly of: number }
  | { readonly from: string | null; readonly to: string | null };

/** Conditions by folded column name; what a column may hold anyway is no condition. */
export type Box = Readonly<Record<string, Condition>>;

export interface Question {
  /** Which sums are released: the factors of each product, folded; empty for the number of records. */
  readonly sums: readonly string[];
  /** The labels by which it is cut into cells, by folded column name. */
  readonly cells: Readonly<Record<string, readonly string[]>>;
  /** The edges at which a column is cut into bins, decimals. */
  readonly bins: { readonly column: string; readonly edges: readonly string[] } | null;
  readonly where: Box;
  /** The only parties that count, with the sign of all sums but the number of records; empty for all alike. */
  readonly sides: readonly { readonly party: string; readonly sign: 1 | -1; readonly where: Box }[];
}

export interface Asked {
  readonly table: string;
  /** Folded names of the declared columns. */
  readonly columns: readonly string[];
  readonly output: string;
  readonly minimumContributors: number;
  readonly questions: readonly Question[];
}

/** Who is asked, and what. */
export interface Population {
  readonly asked: Asked;
  readonly contributors: readonly string[];
}

export function askedBy(task: TaskDocument, layout: Layout): Asked {
  const { columns } = tableOf(task);
  return {
    table: tableNameOf(task),
    columns: Object.keys(columns).map(fold),
    output: task.parties.output,
    minimumContributors: task.disclosure['minimum-contributors'],
    questions: layout.groups.map((group) => questionOf(group, columns)),
  };
}

/**
 * Two data sets with a party in common are taken for the same one where their tables have one name, or at least
 * half of the columns of the smaller are columns of the other. More than names a key holder does not see.
 */
export function sameDataSet(a: Population, b: Population): boolean {
  if (!a.contributors.some((party) => b.contributors.includes(party))) return false;
  if (a.asked.table === b.asked.table) return true;
  const common = a.asked.columns.filter((name) => b.asked.columns.includes(name)).length;
  return 2 * common >= Math.min(a.asked.columns.length, b.asked.columns.length);
}

function questionOf({ by, bins, where, sides, moments }: GroupLayout, columns: Columns): Question {
  const base = boxOf(where, columns);
  return {
    sums: moments.map(({ factors }) => factors.map(fold).toSorted().join('·')),
    cells: Object.fromEntries(by.map((name) => [fold(name), labels(name, columns)])),
    bins: bins === null ? null : { column: fold(bins.column), edges: edgesOf(bins, columns) },
    where: base,
    sides: sides.map((side) => ({
      party: side.party,
      sign: side.sign,
      where: both(base, boxOf(side.where, columns)),
    })),
  };
}

/** A column keeps its name for this purpose whatever its case, spaces and punctuation (Unicode NFKC). */
function fold(name: string): string {
  const folded = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return folded === '' ? name : folded;
}

function labels(name: string, columns: Columns): readonly string[] {
  const column = columnOf(columns, name);
  return column !== undefined && isLabelled(column) ? labelsOf(column) : [];
}

function edgesOf(
  { column, edges }: { readonly column: string; readonly edges: readonly string[] },
  columns: Columns,
): string[] {
  const declared = columnOf(columns, column);
  const places = declared?.type === 'decimal' ? declared.places : 0;
  return edges.map((edge) => plainDecimal(formatDecimal(BigInt(edge), places)));
}

function boxOf(where: Where, columns: Columns): Box {
  const entries = Object.entries(where).map(
    ([name, condition]) => [fold(name), conditionOf(name, condition, columns)] as const,
  );
  return Object.fromEntries(
    entries.flatMap(([name, condition]) => (condition === undefined ? [] : [[name, condition]])),
  );
}

/** Undefined where every declared value meets it. */
function conditionOf(name: string, condition: Where[string], columns: Columns): Condition | undefined {
  if (Array.isArray(condition)) {
    const of = labels(name, columns).length;
    return condition.length === of ? undefined : { labels: condition.toSorted(), of };
  }
  const column = columnOf(columns, name);
  const declared = column !== undefined && isNumeric(column) ? rangeOf(column) : undefined;
  if (declared === undefined) throw new RangeError('the task has not been validated');
  const scaled = (text: string) => parseDecimal(text, declared.places) ?? 0n;
  const { from, to } = condition;
  const lower = from === undefined || scaled(from) <= declared.minimum ? null : plainDecimal(from);
  const upper = to === undefined || scaled(to) >= declared.maximum ? null : plainDecimal(to);
  return lower === null && upper === null ? undefined : { from: lower, to: upper };
}

/** One text for one number: no trailing zeros after the point, no zeros in front, no minus zero. */
function plainDecimal(text: string): string {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = [whole.replace(/^0+(?=\d)/, ''), fraction.replace(/0+$/, '')];
  const magnitude = digits[1] === '' ? (digits[0] ?? '') : digits.join('.');
  return text.startsWith('-') && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/** The records that meet both. */
function both(a: Box, b: Box): Box {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const condition = bothConditions(a[name], b[name]);
      return condition === undefined ? [] : [[name, condition]];
    }),
  );
}

function bothConditions(a: Condition | undefined, b: Condition | undefined): Condition | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if ('labels' in a && 'labels' in b) {
    return { labels: a.labels.filter((label) => b.labels.includes(label)), of: a.of };
  }
  if ('labels' in a || 'labels' in b) throw new RangeError('one column of two types');
  const tighter = (x: string | null, y: string | null, sign: 1 | -1): string | null => {
    if (x === null || y === null) return x ?? y;
    return compareDecimals(x, y) * sign > 0 ? x : y;
  };
  return { from: tighter(a.from, b.from, 1), to: tighter(a.to, b.to, -1) };
}

/** The most decimals that a bound of a task document may have (statistics/columns.ts). */
const PLACES = 40;

/** Below zero where a < b, zero where they are equal. */
export function compareDecimals(a: string, b: string): number {
  const difference = (parseDecimal(a, PLACES) ?? 0n) - (parseDecimal(b, PLACES) ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
