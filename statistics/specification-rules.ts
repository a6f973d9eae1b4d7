/** What must hold between one entry of `statistics:` and the columns of its table. */
import { columnOf, isLabelled, isNumeric, rangeOf, type Columns } from './columns.ts';
import { statisticOf, type Specification } from './registry.ts';
import type { Names, Surroundings } from './statistic.ts';
import { didYouMean } from './suggest.ts';
import { whereProblems } from './where.ts';

interface Problem {
  /** Within the entry. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const problem = (path: readonly PropertyKey[], message: string): Problem => ({ path, message });

/** Everything that is wrong with an entry of the right form. */
export function specificationProblems(
  spec: Specification,
  columns: Columns,
  surroundings: Surroundings,
): Problem[] {
  const statistic = statisticOf(spec);
  const weight = 'weight' in spec ? spec.weight : undefined;
  const measured = Object.entries(statistic.columns(spec)).flatMap(([field, names]) =>
    measuredProblems([field], names, columns),
  );
  const problems = [
    ...cellProblems(spec, columns),
    ...whereProblems(spec.where, columns).map(({ path, message }) => problem(['where', ...path], message)),
    ...measured,
    ...(weight === undefined ? [] : weightProblems(weight, columns)),
  ];
  // A column whose own bounds are wrong is told where it is declared.
  const readable = Object.values(columns).every(
    (column) => !isNumeric(column) || rangeOf(column) !== undefined,
  );
  if (problems.length > 0 || !readable) return problems;
  return statistic.problems?.(spec, columns, surroundings) ?? [];
}

function cellProblems(spec: Specification, columns: Columns): Problem[] {
  const problems = spec.by.flatMap((name, i) => {
    const column = columnOf(columns, name);
    if (column === undefined) return [problem(['by', i], noColumn(name, columns))];
    if (isLabelled(column)) return [];
    return [problem(['by', i], `"${name}" is ${column.type}; cells need a category or boolean`)];
  });
  problems.push(...repeated(spec.by).map((i) => problem(['by', i], 'is named twice')));
  if (spec.totals && spec.by.length === 0) {
    problems.push(problem(['totals'], 'needs "by": without cells there is only the overall value'));
  }
  return problems;
}

function measuredProblems(path: readonly PropertyKey[], names: Names, columns: Columns): Problem[] {
  if (typeof names !== 'string')
    return names.flatMap((name, i) => measuredProblems([...path, i], name, columns));
  const column = columnOf(columns, names);
  if (column === undefined) return [problem(path, noColumn(names, columns))];
  return isNumeric(column)
    ? []
    : [problem(path, `"${names}" is ${column.type}; it must be integer or decimal`)];
}

/** With a range above zero, a weight that is not is refused in the table, with its row and column. */
function weightProblems(name: string, columns: Columns): Problem[] {
  const problems = measuredProblems(['weight'], name, columns);
  const column = columnOf(columns, name);
  const range = column !== undefined && isNumeric(column) ? rangeOf(column) : undefined;
  if (range === undefined || range.minimum > 0n) return problems;
  return [
    problem(['weight'], `the min of "${name}" must be above 0: a weight of zero or less has no meaning`),
  ];
}

const noColumn = (name: string, columns: Columns): string =>
  `there is no column "${name}"${didYouMean(name, Object.keys(columns))}`;

/** The positions at which a name stands again. */
export function repeated(names: readonly string[]): number[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (seen.has(name)) return [index];
    seen.add(name);
    return [];
  });
}
