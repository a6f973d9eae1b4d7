/**
 * How much two populations have in common, as far as their declarations tell. A key holder sees no record: of a
 * category it knows the share of the labels, of a range only whether it is the same one.
 */
import { compareDecimals, type Box, type Condition, type Population, type Question } from './ledger-asked.ts';

/** Two ranges that overlap and differ: the records between them may be few. */
const UNKNOWN_SHARE = 0.99;
/** Populations of one party are nearly equal where they share more than this part. */
const NEAR = 0.5;

/** What stands between two populations. */
export interface Overlap {
  /** Parties of whom the two ask about the same records, or can be made to by adding cells. */
  readonly same: readonly string[];
  /** Parties of whom they ask about slightly other records, and the columns by which these differ. */
  readonly near: readonly string[];
  readonly nearBy: readonly string[];
  /** Parties whose records are, all or most, in one of the two only. */
  readonly apart: readonly string[];
}

/** Which records of a party a question is over; undefined where the party does not count. */
export function boxOf(question: Question, { contributors }: Population, party: string): Box | undefined {
  if (!contributors.includes(party)) return undefined;
  if (question.sides.length === 0) return question.where;
  return question.sides.find((side) => side.party === party)?.where;
}

/** The parties that count in a question. */
export function partiesOf(question: Question, { contributors }: Population): readonly string[] {
  if (question.sides.length === 0) return contributors;
  return question.sides.map(({ party }) => party).filter((party) => contributors.includes(party));
}

export function overlapOf(a: Question, inA: Population, b: Question, inB: Population): Overlap {
  const overlap = {
    same: [] as string[],
    near: [] as string[],
    nearBy: new Set<string>(),
    apart: [] as string[],
  };
  const [partiesA, partiesB] = [new Set(partiesOf(a, inA)), new Set(partiesOf(b, inB))];
  const plain = a.sides.length === 0 && b.sides.length === 0 ? relate(a, a.where, b, b.where) : undefined;
  for (const party of partiesA.union(partiesB)) {
    if (!partiesA.has(party) || !partiesB.has(party)) {
      overlap.apart.push(party);
      continue;
    }
    const relation = plain ?? relate(a, boxOf(a, inA, party) ?? {}, b, boxOf(b, inB, party) ?? {});
    if (relation.share <= NEAR) overlap.apart.push(party);
    else if (relation.differing.length === 0) overlap.same.push(party);
    else {
      overlap.near.push(party);
      for (const column of relation.differing) overlap.nearBy.add(column);
    }
  }
  return { ...overlap, nearBy: [...overlap.nearBy] };
}

interface Relation {
  /** The part of the two that they have in common, from 0 to 1. */
  readonly share: number;
  /** The columns by which they differ; none where cells of the one add up to the other. */
  readonly differing: readonly string[];
}

function relate(a: Question, whereA: Box, b: Question, whereB: Box): Relation {
  const columns = new Set([...Object.keys(whereA), ...Object.keys(whereB), ...binned(a), ...binned(b)]);
  for (const name of Object.keys(a.cells)) if (Object.hasOwn(b.cells, name)) columns.add(name);
  let share = 1;
  const differing: string[] = [];
  for (const column of columns) {
    const own = columnShare(sideOf(column, a, whereA), sideOf(column, b, whereB));
    share *= own;
    if (own < 1) differing.push(column);
  }
  return { share, differing };
}

const binned = ({ bins }: Question): string[] => (bins === null ? [] : [bins.column]);

/** What a question says about one column. */
interface ColumnSide {
  readonly condition: Condition | undefined;
  /** The labels by which it has cells. */
  readonly cells: readonly string[] | undefined;
  readonly edges: readonly string[] | undefined;
}

function sideOf(column: string, { cells, bins }: Question, where: Box): ColumnSide {
  const condition = Object.hasOwn(where, column) ? where[column] : undefined;
  const cut = Object.hasOwn(cells, column) ? cells[column] : undefined;
  return {
    condition,
    cells: condition !== undefined && 'labels' in condition ? cut && condition.labels : cut,
    edges: bins?.column === column ? bins.edges : undefined,
  };
}

function columnShare(a: ColumnSide, b: ColumnSide): number {
  const labelled = [a, b].some(
    ({ condition, cells }) => cells !== undefined || (condition !== undefined && 'labels' in condition),
  );
  return labelled ? labelShare(a, b) : rangeShare(a, b);
}

function labelShare(a: ColumnSide, b: ColumnSide): number {
  if (a.cells !== undefined && b.cells !== undefined) return common(a.cells, b.cells) > 0 ? 1 : 0;
  const [labelsA, labelsB] = [labelsOf(a), labelsOf(b)];
  if (a.cells !== undefined) return coverage(a.cells, a, labelsB);
  if (b.cells !== undefined) return coverage(b.cells, b, labelsA);
  if (labelsA === undefined && labelsB === undefined) return 1;
  if (labelsA === undefined) return (labelsB?.length ?? 0) / countOf(b);
  if (labelsB === undefined) return labelsA.length / countOf(a);
  const both = common(labelsA, labelsB);
  return both / (labelsA.length + labelsB.length - both);
}

/** The part of the wanted labels, undefined for all, that cells can be added up to. */
function coverage(
  cells: readonly string[],
  { condition }: ColumnSide,
  wanted: readonly string[] | undefined,
) {
  if (wanted === undefined) {
    return condition === undefined || !('labels' in condition) ? 1 : cells.length / condition.of;
  }
  return common(cells, wanted) / wanted.length;
}

const labelsOf = ({ condition }: ColumnSide): readonly string[] | undefined =>
  condition !== undefined && 'labels' in condition ? condition.labels : undefined;

const countOf = ({ condition }: ColumnSide): number =>
  condition !== undefined && 'labels' in condition ? condition.of : 1;

const common = (a: readonly string[], b: readonly string[]): number =>
  a.filter((label) => b.includes(label)).length;

function rangeShare(a: ColumnSide, b: ColumnSide): number {
  const [rangeA, rangeB] = [endsOf(a), endsOf(b)];
  if (below(rangeA.to, rangeB.from) || below(rangeB.to, rangeA.from)) return 0;
  const equal = rangeA.from === rangeB.from && rangeA.to === rangeB.to;
  return equal && finer(a.edges, b.edges) ? 1 : UNKNOWN_SHARE;
}

function endsOf({ condition }: ColumnSide): { readonly from: string | null; readonly to: string | null } {
  return condition !== undefined && 'from' in condition ? condition : { from: null, to: null };
}

const below = (end: string | null, start: string | null): boolean =>
  end !== null && start !== null && compareDecimals(end, start) < 0;

/** Whether the bins of one of the two are unions of the other's, so that together they cut nothing anew. */
function finer(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return common(a, b) === Math.min(a.length, b.length);
}
