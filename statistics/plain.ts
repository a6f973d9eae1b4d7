/**
 * The same statistics in the clear, from the pooled records, by their textbook definitions: what the secure
 * result is compared with. It keeps every record, rounds by another method, and shares no formula with what
 * the parties run.
 */
import type { Cell } from './cells.ts';
import { columnOf, isLabelled, labelsOf, numericRange, type Columns } from './columns.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import type { Exact } from './exact.ts';
import { tableOf } from './domain.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { MatchSizes } from './match.ts';
import type { Result } from './result.ts';
import { shapeResult } from './shape.ts';
import type { PooledCell } from './statistic.ts';
import type { TableRecord } from './table.ts';
import type { TaskDocument } from './task.ts';
import type { Where } from './where.ts';

export interface PlainComputation {
  /** Takes a record of an input party. */
  add(record: TableRecord, party: string): void;
  /** `sizes` are those of the linked tables, in an intersection. */
  result(sizes?: MatchSizes): Result;
}

/** All records, column by column: an object for each of millions would not fit into memory. */
interface Pool {
  readonly columns: Columns;
  /** By column, in the order of a record. */
  readonly values: readonly (readonly number[])[];
  readonly parties: readonly string[];
}

/** Starts a plaintext computation of a task; `add` every record of every party. */
export function openPlain(task: TaskDocument): PlainComputation {
  const table = tableOf(task);
  const values: number[][] = Object.keys(table.columns).map(() => []);
  const parties: string[] = [];
  const pool = { columns: table.columns, values, parties };
  return {
    add(record, party) {
      for (const [i, column] of values.entries()) column.push(record[i] ?? 0);
      parties.push(party);
    },
    result: (sizes) => ({
      statistics: task.statistics.map((spec) => {
        const cells = openCells(spec, pool);
        const define = (cell: Cell) =>
          statisticOf(spec).definition(spec, { ...cells(cell.indices), sizes }, table.columns);
        return shapeResult(spec, table, define, round);
      }),
    }),
  };
}

/** The records of any cell or margin, of those that meet the condition of a statistic. */
function openCells({ by, where }: Specification, pool: Pool): (indices: Cell['indices']) => PooledCell {
  const names = Object.keys(pool.columns);
  const selected = Array.from(pool.parties.keys()).filter((row) => meets(pool, row, where));
  const margins = new Map<string, Map<string, number[]>>();
  const cells = (indices: Cell['indices']): PooledCell => {
    const kept = by.flatMap((name, i) => (indices[i] === null ? [] : [names.indexOf(name)]));
    const margin = margins.get(kept.join()) ?? Map.groupBy(selected, (row) => keyOf(pool, kept, row));
    margins.set(kept.join(), margin);
    const rows = margin.get(indices.filter((index) => index !== null).join()) ?? [];
    const over = (omitted: readonly string[]) =>
      cells(indices.map((index, i) => (omitted.includes(by[i] ?? '') ? null : index)));
    return pooledCell(pool, rows, over);
  };
  return cells;
}

const keyOf = ({ values }: Pool, positions: readonly number[], row: number): string =>
  positions.map((position) => values[position]?.[row]).join();

function pooledCell(
  pool: Pool,
  rows: readonly number[],
  over: (by: readonly string[]) => PooledCell,
): PooledCell {
  return {
    size: rows.length,
    column(name) {
      const values = pool.values[Object.keys(pool.columns).indexOf(name)];
      return rows.map((row) => BigInt(values?.[row] ?? 0));
    },
    over,
    from: (party, where) =>
      pooledCell(
        pool,
        rows.filter((row) => pool.parties[row] === party && meets(pool, row, where)),
        over,
      ),
  };
}

/** Compares labels as text, and numbers as the decimals that they stand for. */
function meets({ columns, values }: Pool, row: number, where: Where): boolean {
  return Object.entries(where).every(([name, condition]) => {
    const column = columnOf(columns, name);
    const value = values[Object.keys(columns).indexOf(name)]?.[row];
    if (column === undefined || value === undefined) return false;
    if (Array.isArray(condition)) {
      return isLabelled(column) && condition.includes(labelsOf(column)[value] ?? '');
    }
    const { places } = numericRange(columns, name);
    const bound = (text: string | undefined) => (text === undefined ? undefined : parseDecimal(text, places));
    const [from, to] = [bound(condition.from), bound(condition.to)];
    return (from === undefined || from <= BigInt(value)) && (to === undefined || BigInt(value) <= to);
  });
}

/** A decimal nearest to an exact number, ties to even, by counting the half units below it. */
function round({ numerator, denominator, root }: Exact, decimals: number): string {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const unit = 10n ** BigInt(decimals);
  /** The sign of h − 2·|v|·10^decimals, for h ≥ 0. */
  const compare = (h: bigint): number => {
    const [left, right] = root
      ? [h * h * denominator, 4n * unit * unit * magnitude]
      : [h * denominator, 2n * unit * magnitude];
    return left === right ? 0 : left < right ? -1 : 1;
  };
  let above = 1n;
  while (compare(above) <= 0) above *= 2n;
  let halves = 0n;
  while (above - halves > 1n) {
    const middle = (halves + above) / 2n;
    if (compare(middle) <= 0) halves = middle;
    else above = middle;
  }
  const tie = halves % 2n === 1n && compare(halves) === 0;
  const nearest = tie ? ((halves + 1n) / 4n) * 2n : (halves + 1n) / 2n;
  return formatDecimal(numerator < 0n ? -nearest : nearest, decimals);
}
