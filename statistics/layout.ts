/**
 * Which number stands in which slot, and why nothing overflows.
 *
 * Statistics over the same records in the same cells share a *group*, and within a cell the moments they have
 * in common. Cells are counted in mixed radix over the labels of `by` and then the bins, if there are any, the
 * last fastest. The number of moment m of cell c of a group stands at
 *
 *     firstSlot + c·width + offset(m), …, + limbs(m) − 1
 *
 * counted over all ciphertexts: with n slots each, slot s is slot s mod n of ciphertext ⌊s / n⌋.
 */
import { columnOf, isLabelled, labelsOf, largest, numericRange } from './columns.ts';
import { intersectionOf, ownersOf, partiesWithSeveral, tableNameOf, tableOf } from './domain.ts';
import { limbBitsFor, limbBound, limbCount } from './limbs.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { Moment, Side } from './statistic.ts';
import type { Table, TaskDocument } from './task.ts';
import type { Where } from './where.ts';

/** Bounds are of absolute values, decimal strings. */
export interface MomentLayout {
  /** In alphabetical order. */
  readonly factors: Moment;
  readonly offset: number;
  readonly limbs: number;
  /** |product of the factors| of one record. */
  readonly recordBound: string;
  /** |sum| over the records of all parties. */
  readonly totalBound: string;
  /** |number| in any one of its slots, summed over the parties. */
  readonly slotBound: string;
  /**
   * In an intersection, the parties whose columns decide it and those with several records of a unit, or the first
   * where none do: one party sums its own records, of several the columns are multiplied. Absent in a union, where every party sums.
   */
  readonly owners?: readonly string[];
}

/** Which records of which parties are summed, in which cells. */
interface Scope {
  readonly by: readonly string[];
  readonly where: Where;
  /** Scaled edges, decimal strings; null where a cell is not cut into bins. */
  readonly bins: { readonly column: string; readonly edges: readonly string[] } | null;
  /** The only parties that count, with the sign of every moment but Σ1; empty where all count alike. */
  readonly sides: readonly Side[];
}

export interface GroupLayout extends Scope {
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
export interface Limits {
  readonly contributors: bigint;
  readonly slotLimit: bigint;
  readonly limbBits: number;
}

/**
 * The layout of a task where a slot may hold ±slotLimit; undefined where that is too little for a sum over its
 * parties of digits in any base.
 */
export function layOut(task: TaskDocument, slotLimit: bigint): Layout | undefined {
  const limits = limitsFor(BigInt(task.parties.input.length), slotLimit);
  if (limits.limbBits < 2) return undefined;
  const groups: GroupLayout[] = [];
  let slots = 0;
  const table = tableOf(task);
  const scoped = task.statistics.map((spec) => ({ spec, scope: scopeOf(spec, table) }));
  for (const members of Map.groupBy(scoped, ({ scope }) => JSON.stringify(scope)).values()) {
    const group = layOutGroup(members, task, limits, slots);
    slots += group.cells * group.width;
    groups.push(group);
  }
  return { table: tableNameOf(task), slots, limbBits: limits.limbBits, groups };
}

export const limitsFor = (contributors: bigint, slotLimit: bigint): Limits => ({
  contributors,
  slotLimit,
  limbBits: limbBitsFor(contributors, slotLimit),
});

function scopeOf(spec: Specification, table: Table): Scope {
  const statistic = statisticOf(spec);
  const bins = statistic.bins?.(spec, table.columns);
  return {
    by: spec.by,
    where: spec.where,
    bins: bins === undefined ? null : { column: bins.column, edges: bins.edges.map(String) },
    sides: statistic.sides?.(spec) ?? [],
  };
}

/** The key of a moment: a product does not depend on the order of its factors. */
export const momentKey = (factors: Moment): string => JSON.stringify(factors.toSorted());

function layOutGroup(
  members: readonly { readonly spec: Specification; readonly scope: Scope }[],
  task: TaskDocument,
  limits: Limits,
  firstSlot: number,
): GroupLayout {
  const table = tableOf(task);
  const [first] = members;
  if (first === undefined) throw new RangeError('a group has at least one statistic');
  const { scope } = first;
  const radices = scope.by.map((name) => labelCount(table, name));
  const wanted: Moment[] = [[], ...members.flatMap(({ spec }) => statisticOf(spec).moments(spec))];
  const distinct = new Map(wanted.map((factors) => [momentKey(factors), factors.toSorted()])).values();
  const moments: MomentLayout[] = [];
  let width = 0;
  for (const factors of distinct) {
    const deciding = [...ownersOf(task, columnsOf(scope, factors)), ...partiesWithSeveral(task)];
    const owners =
      deciding.length > 0
        ? task.parties.input.filter((party) => deciding.includes(party))
        : task.parties.input.slice(0, 1);
    const linked = intersectionOf(task) !== undefined;
    const parties = linked ? { ...limits, contributors: 1n } : limits;
    const moment = layOutMoment(factors, table, parties, width);
    width += moment.limbs;
    moments.push(linked ? { ...moment, owners } : moment);
  }
  const cells = radices.reduce((product, radix) => product * radix, binCount(scope));
  return {
    ...scope,
    radices,
    cells,
    width,
    firstSlot,
    moments,
    statistics: members.map(({ spec }) => spec.name),
  };
}

/** The columns on which a moment of a cell depends. */
const columnsOf = ({ by, where, bins }: Scope, factors: Moment): string[] => [
  ...by,
  ...Object.keys(where),
  ...(bins === null ? [] : [bins.column]),
  ...factors,
];

/** How many bins each cell by labels is cut into. */
export const binCount = ({ bins }: Pick<Scope, 'bins'>): number =>
  bins === null ? 1 : bins.edges.length - 1;

/** Every party brings at most max-rows records, so |Σ| ≤ max-rows · Π max|x| at one party and C times that in all. */
function layOutMoment(factors: Moment, table: Table, limits: Limits, offset: number): MomentLayout {
  const recordBound = factors.reduce(
    (product, name) => product * largest(numericRange(table.columns, name)),
    1n,
  );
  const partyBound = recordBound * BigInt(table['max-rows']);
  const { limbs, slotBound } = splitFor(partyBound, limits);
  return {
    factors,
    offset,
    limbs,
    recordBound: recordBound.toString(),
    totalBound: (partyBound * limits.contributors).toString(),
    slotBound: slotBound.toString(),
  };
}

/** Where C·bound exceeds what a slot may hold, each party splits its own sum into limbs (limbs.ts). */
export function splitFor(
  partyBound: bigint,
  { contributors, slotLimit, limbBits }: Limits,
): { readonly limbs: number; readonly slotBound: bigint } {
  const totalBound = partyBound * contributors;
  const limbs = totalBound <= slotLimit ? 1 : limbCount(partyBound, limbBits);
  return { limbs, slotBound: limbs === 1 ? totalBound : limbBound(limbBits) * contributors };
}

function labelCount(table: Table, name: string): number {
  const column = columnOf(table.columns, name);
  return column !== undefined && isLabelled(column) ? labelsOf(column).length : 0;
}
