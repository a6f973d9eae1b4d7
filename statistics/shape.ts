/** The rows of a result, whoever computes their values: cells in order, and for each its parts. */
import { cellsOf, type Cell } from './cells.ts';
import type { Columns } from './columns.ts';
import type { Exact } from './exact.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { StatisticResult } from './result.ts';
import type { Outcome } from './statistic.ts';
import type { Table } from './task.ts';

/** The result of a statistic from the outcome in every cell, rounded by `round`, with error bounds where there are any. */
export function shapeResult(
  spec: Specification,
  table: Table,
  outcomesOf: (cell: Cell) => Outcome | readonly Outcome[],
  round: (exact: Exact, decimals: number) => string,
  boundsOf: (cell: Cell, outcomes: readonly Outcome[]) => readonly string[] = () => [],
): StatisticResult {
  const statistic = statisticOf(spec);
  const decimals = resultDecimals(spec, table.columns);
  const parts = statistic.parts?.(spec, table.columns);
  const tell = (outcome: Outcome | undefined, errorBound: string | undefined, places = decimals) =>
    outcome === null || outcome === undefined
      ? { value: null }
      : 'reason' in outcome
        ? { value: null, reason: outcome.reason }
        : { value: round(outcome, places), ...(errorBound === undefined ? {} : { errorBound }) };
  return {
    name: spec.name,
    statistic: spec.statistic,
    unit: statistic.unit(spec, table.columns),
    decimals,
    by: parts === undefined ? spec.by : [...spec.by, parts.key],
    rows: cellsOf(table, spec.by, spec.totals).flatMap((cell) => {
      const outcomes = [outcomesOf(cell)].flat();
      const bounds = boundsOf(cell, outcomes);
      if (parts === undefined) return [{ cell: cell.labels, ...tell(outcomes[0], bounds[0]) }];
      return parts.labels.map((part, i) => ({
        cell: { ...cell.labels, [parts.key]: part.label },
        ...tell(outcomes[i], bounds[i], part.decimals),
      }));
    }),
  };
}

/** The decimals of every part of a result. */
export function decimalsOf(spec: Specification, columns: Columns): number[] {
  const decimals = resultDecimals(spec, columns);
  const parts = statisticOf(spec).parts?.(spec, columns);
  return parts === undefined ? [decimals] : parts.labels.map((part) => part.decimals ?? decimals);
}

const resultDecimals = (spec: Specification, columns: Columns): number =>
  'decimals' in spec ? spec.decimals : (statisticOf(spec).decimals?.(spec, columns) ?? 0);
