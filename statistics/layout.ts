/**
 * Which number stands in which slot, and why nothing overflows.
 *
 * Statistics with the same `by` share a *group* of cells, and within a cell the moments they have in common.
 * Cells are counted in mixed radix over the labels of `by`, the last column fastest. The number of moment m of
 * cell c of a group stands at
 *
 *     firstSlot + c·width + offset(m), …, + limbs(m) − 1
 *
 * counted over all ciphertexts: slot s is slot s mod N of ciphertext ⌊s / N⌋.
 */
import { columnOf, isLabelled, isNumeric, labelsOf, rangeOf, type Range } from './columns.ts';
import { limbBitsFor, limbBound, limbCount } from './limbs.ts';
import { measuredColumn, statisticOf, type Specification } from './registry.ts';
import type { Moment } from './statistic.ts';
import type { Table, TaskDocument } from './task.ts';

/** Bounds are of absolute values, decimal strings. */
interface MomentLayout {
  readonly factors: Moment;
  readonly offset: number;
  readonly limbs: number;
  /** |product of the factors| of one record. */
  readonly recordBound: string;
  /** |sum| over the records of all parties. */
  readonly totalBound: string;
  /** |number| in any one of its slots, summed over the parties. */
  readonly slotBound: string;
}

export interface GroupLayout {
  readonly by: readonly string[];
  /** The number of labels of each column of `by`. */
  readonly radices: readonly number[];
  readonly cells: number;
  readonly width: number;
  readonly firstSlot: number;
  /** Σ1 first, then the others in the order in which the statistics ask for them. */
  readonly moments: readonly MomentLayout[];
  readonly statistics: readonly string[];
}

export interface Layout {
  readonly table: string;
  readonly slots: number;
  /** Moments of more than one limb are split in base 2^limbBits. */
  readonly limbBits: number;
  readonly groups: readonly GroupLayout[];
}

/** What every moment of a layout is split by. */
interface Limits {
  readonly contributors: bigint;
  readonly slotLimit: bigint;
  readonly limbBits: number;
}

/**
 * The layout of a task where a slot may hold ±slotLimit; undefined where that is too little for a sum over its
 * parties of digits in any base.
 */
export function layOut(task: TaskDocument, slotLimit: bigint): Layout | undefined {
  const contributors = BigInt(task.parties.input.length);
  const limits = { contributors, slotLimit, limbBits: limbBitsFor(contributors, slotLimit) };
  if (limits.limbBits < 2) return undefined;
  const groups: GroupLayout[] = [];
  let slots = 0;
  for (const specs of Map.groupBy(task.statistics, ({ by }) => JSON.stringify(by)).values()) {
    const group = layOutGroup(specs, tableOf(task), limits, slots);
    slots += group.cells * group.width;
    groups.push(group);
  }
  return { table: task.domain.union, slots, limbBits: limits.limbBits, groups };
}

/** The table that the statistics are over; its presence is a rule of a valid task. */
export function tableOf(task: TaskDocument): Table {
  const table = task.tables[task.domain.union];
  if (table === undefined) throw new RangeError('the task has not been validated');
  return table;
}

function layOutGroup(
  specs: readonly Specification[],
  table: Table,
  limits: Limits,
  firstSlot: number,
): GroupLayout {
  const by = specs[0]?.by ?? [];
  const radices = by.map((name) => labelCount(table, name));
  const wanted: Moment[] = [[], ...specs.flatMap((spec) => statisticOf(spec).moments(spec))];
  const distinct = new Map(wanted.map((factors) => [JSON.stringify(factors), factors])).values();
  const moments: MomentLayout[] = [];
  let width = 0;
  for (const factors of distinct) {
    const moment = layOutMoment(factors, table, limits, width);
    width += moment.limbs;
    moments.push(moment);
  }
  const cells = radices.reduce((product, radix) => product * radix, 1);
  return { by, radices, cells, width, firstSlot, moments, statistics: specs.map(({ name }) => name) };
}

/**
 * Every party brings at most max-rows records, so |Σ| ≤ max-rows · Π max|x| at one party and C times that in
 * all. Where this exceeds what a slot may hold, each party splits its own sum into limbs (limbs.ts).
 */
function layOutMoment(factors: Moment, table: Table, limits: Limits, offset: number): MomentLayout {
  const { contributors, slotLimit, limbBits } = limits;
  const recordBound = factors.reduce((product, name) => product * largest(numericRange(table, name)), 1n);
  const partyBound = recordBound * BigInt(table['max-rows']);
  const totalBound = partyBound * contributors;
  const limbs = totalBound <= slotLimit ? 1 : limbCount(partyBound, limbBits);
  const slotBound = limbs === 1 ? totalBound : limbBound(limbBits) * contributors;
  return {
    factors,
    offset,
    limbs,
    recordBound: recordBound.toString(),
    totalBound: totalBound.toString(),
    slotBound: slotBound.toString(),
  };
}

function labelCount(table: Table, name: string): number {
  const column = columnOf(table.columns, name);
  return column !== undefined && isLabelled(column) ? labelsOf(column).length : 0;
}

/** The scaled range of a numeric column of a valid task. */
export function numericRange(table: Table, name: string): Range {
  const column = columnOf(table.columns, name);
  const range = column !== undefined && isNumeric(column) ? rangeOf(column) : undefined;
  if (range === undefined) throw new RangeError('the task has not been validated');
  return range;
}

/** The decimals of the column that a statistic measures; 0 for one that only counts. */
export function measuredPlaces(table: Table, spec: Specification): number {
  const of = measuredColumn(spec);
  return of === undefined ? 0 : numericRange(table, of).places;
}

/** The unit that a statistic is told in. */
export function resultUnit(table: Table, spec: Specification): string {
  const of = measuredColumn(spec);
  const column = of === undefined ? undefined : columnOf(table.columns, of);
  return statisticOf(spec).unit(column !== undefined && isNumeric(column) ? column.unit : '1');
}

/** max|x| over a range. */
export const largest = ({ minimum, maximum }: Range): bigint => (-minimum > maximum ? -minimum : maximum);
