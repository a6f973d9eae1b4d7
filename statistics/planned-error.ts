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
import { quotient, type Exact } from './exact.ts';
import { binCount, type GroupLayout, type Layout } from './layout.ts';
import { positionOf } from './group-sums.ts';
import { momentName } from './leakage.ts';
import { statisticOf, type Specification } from './registry.ts';
import { decimalsOf } from './shape.ts';
import type { ErrorBound, Uncertainty } from './statistic.ts';
import type { TaskDocument } from './task.ts';

/** Of the part of a statistic that is the least certain for its decimals. */
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
  const places = decimalsOf(spec, columns);
  if (inexact === undefined) return { spec, decimals: places[0] ?? 0, bound: ZERO, inexact };
  const told = { spec, inexact: momentName(inexact) };
  if (inexact.length === 0) return { ...told, decimals: 0, bound: null };
  const cells = spec.totals ? group.radices.reduce((product, radix) => product * radix, 1) : 1;
  const bounds = [1, 2, cells]
    .filter((members) => members <= cells)
    .flatMap((members) => {
      const error = statistic.error?.(spec, worst(group, errors, BigInt(members)), columns) ?? null;
      return [error].flat().map((bound, part) => ({ bound, decimals: places[part] ?? 0 }));
    });
  const least = bounds.reduce((a, b) => (isWorse(b, a) ? b : a));
  return { ...told, ...least };
}

type Part = Pick<StatisticError, 'bound' | 'decimals'>;

/** Whether part a is the less certain for its decimals. */
function isWorse(a: Part, b: Part): boolean {
  if (a.bound === null || b.bound === null) return a.bound === null;
  return exceeds(inUnits(a.bound, a.decimals), inUnits(b.bound, b.decimals));
}

const inUnits = ({ numerator, denominator }: Exact, decimals: number): Exact =>
  quotient(numerator * 10n ** BigInt(decimals), denominator);

/** What may be unknown of a margin over so many cells, each with one record; in bins, each of them so. */
function worst(group: GroupLayout, errors: readonly bigint[], members: bigint): Uncertainty {
  const error = (...factors: readonly string[]): bigint =>
    members * (errors[positionOf(group, factors)] ?? 0n);
  const uncertainty: Uncertainty = {
    records: members,
    error,
    binned: (...factors) => new Array<bigint>(binCount(group)).fill(error(...factors)),
    over: () => uncertainty,
  };
  return uncertainty;
}
