/**
 * The same statistics in the clear, from the pooled records, by their textbook definitions: what the secure
 * result is compared with. It keeps every record, rounds by another method, and shares no formula with what
 * the parties run.
 */
import { cellsOf } from './cells.ts';
import { formatDecimal } from './decimal.ts';
import { measuredPlaces, resultUnit, tableOf } from './layout.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { Result, StatisticResult } from './result.ts';
import type { Exact, PooledCell } from './statistic.ts';
import type { TableRecord } from './table.ts';
import type { Table, TaskDocument } from './task.ts';

export interface PlainComputation {
  add(record: TableRecord): void;
  result(): Result;
}

/** Starts a plaintext computation of a task; `add` every record of every party. */
export function openPlain(task: TaskDocument): PlainComputation {
  const table = tableOf(task);
  const records: TableRecord[] = [];
  return {
    add: (record) => void records.push(record),
    result: () => ({ statistics: task.statistics.map((spec) => computeStatistic(spec, table, records)) }),
  };
}

function computeStatistic(
  spec: Specification,
  table: Table,
  records: readonly TableRecord[],
): StatisticResult {
  const columns = Object.keys(table.columns);
  const pools = pool(spec, columns, records);
  const statistic = statisticOf(spec);
  const decimals = 'decimals' in spec ? spec.decimals : 0;
  return {
    name: spec.name,
    statistic: spec.statistic,
    unit: resultUnit(table, spec),
    decimals,
    by: spec.by,
    rows: cellsOf(table, spec.by, spec.totals).map(({ labels, indices }) => {
      const cell = pooledCell(pools.get(keyOf(indices)) ?? [], columns);
      const exact = statistic.definition(spec, cell, measuredPlaces(table, spec));
      return { cell: labels, value: exact === null ? null : round(exact, decimals) };
    }),
  };
}

/** Every record under its cell, and under each margin of it where totals are wanted. */
function pool(
  spec: Specification,
  columns: readonly string[],
  records: readonly TableRecord[],
): Map<string, TableRecord[]> {
  const pools = new Map<string, TableRecord[]>();
  const dimensions = spec.by.map((name) => columns.indexOf(name));
  for (const record of records) {
    let keys: (number | null)[][] = [[]];
    for (const dimension of dimensions) {
      const choices = spec.totals ? [record[dimension] ?? 0, null] : [record[dimension] ?? 0];
      keys = keys.flatMap((key) => choices.map((choice) => [...key, choice]));
    }
    for (const key of keys.map(keyOf)) {
      const members = pools.get(key);
      if (members === undefined) pools.set(key, [record]);
      else members.push(record);
    }
  }
  return pools;
}

const keyOf = (indices: readonly (number | null)[]): string =>
  indices.map((index) => (index === null ? '*' : String(index))).join(',');

function pooledCell(records: readonly TableRecord[], columns: readonly string[]): PooledCell {
  return {
    size: records.length,
    column: (name) => records.map((record) => BigInt(record[columns.indexOf(name)] ?? 0)),
  };
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
