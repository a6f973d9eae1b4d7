/**
 * How far the results of a task can be from the true ones, before anything is known of the data: with ckks, where sums
 * are known up to an error (`approximation.ts`).
 *
 * Where all sums of a statistic are exact, so is its result. Otherwise the statistic bounds its own error
 * (`error-bound.ts`), for the fewest records that it can be over. A margin over j cells with records, of n ≥ j records,
 * has j times the error of a cell: in a sum that is most for all J cells, while in a quotient of sums only j/n counts,
 * which is at most 1, and n/(n − 1) is most at n = 2. So j = n = 1, 2 and J are all that have to be looked at.
 */
import type { CkksParameters } from '../schemes/ckks/parameters.ts';
import { sumErrorOf } from './approximation.ts';
import { tableOf } from './domain.ts';
import { boundText, exceeds, halfUnit, ZERO } from './error-bound.ts';
import type { GroupLayout, Layout } from './layout.ts';
import { positionOf } from './group-sums.ts';
import { momentName } from './leakage.ts';
import { statisticOf, type Specification } from './registry.ts';
import { decimalsOf } from './shape.ts';
import type { ErrorBound, Uncertainty } from './statistic.ts';
import type { TaskDocument } from './task.ts';

export interface PlannedError {
  readonly name: string;
  /** An upper bound of |computed − true| before the result is rounded, in the units of the result: `1.3e-7`. */
  readonly bound: string;
  /** Half a unit of the last declared decimal. */
  readonly allowed: string;
}

/** A planned error as a number; without a bound, the sum whose error is too large for one. */
export interface StatisticError {
  readonly spec: Specification;
  readonly decimals: number;
  readonly bound: ErrorBound;
  readonly inexact: string | undefined;
}

/** The error of each statistic of a task, in its order. */
export function statisticErrors(
  task: TaskDocument,
  layout: Layout,
  parameters: CkksParameters,
): StatisticError[] {
  return task.statistics.map((spec) => {
    const group = layout.groups.find(({ statistics }) => statistics.includes(spec.name));
    if (group === undefined) throw new RangeError('the plan is of another task');
    return errorOf(task, spec, group, parameters);
  });
}

export const isAllowed = ({ bound, decimals }: StatisticError): boolean =>
  bound !== null && !exceeds(bound, halfUnit(decimals));

export const plannedError = ({ spec, bound, decimals }: StatisticError): PlannedError => ({
  name: spec.name,
  bound: boundText(bound ?? ZERO),
  allowed: boundText(halfUnit(decimals)),
});

function errorOf(
  task: TaskDocument,
  spec: Specification,
  group: GroupLayout,
  parameters: CkksParameters,
): StatisticError {
  const { columns } = tableOf(task);
  const statistic = statisticOf(spec);
  const errors = group.moments.map((moment) => sumErrorOf(moment, parameters));
  const used = [[], ...statistic.moments(spec)];
  const inexact = used.find((factors) => errors[positionOf(group, factors)] !== 0n);
  const decimals = Math.max(...decimalsOf(spec, columns));
  if (inexact === undefined) return { spec, decimals, bound: ZERO, inexact };
  const told = { spec, decimals, inexact: momentName(inexact) };
  if (inexact.length === 0) return { ...told, bound: null };
  const cells = spec.totals ? group.radices.reduce((product, radix) => product * radix, 1) : 1;
  const bounds = [1, 2, cells]
    .filter((members) => members <= cells)
    .map((members) => {
      const uncertainty: Uncertainty = {
        records: BigInt(members),
        error: (...factors) => BigInt(members) * (errors[positionOf(group, factors)] ?? 0n),
      };
      return statistic.error?.(spec, uncertainty, columns) ?? null;
    });
  const bound = bounds.reduce((a, b) => (a === null || b === null ? null : exceeds(b, a) ? b : a));
  return { ...told, bound };
}
