/** What must hold between the fields of a task document. */
import type { ErrorCode } from '../proto/errors.ts';
import { columnOf, isLabelled, isNumeric, rangeOf, type Column } from './columns.ts';
import { measuredColumn, type Specification } from './registry.ts';
import { didYouMean } from './suggest.ts';
import type { Table, TaskDocument } from './task-form.ts';

export interface Issue {
  readonly code: ErrorCode;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const invalid = (path: readonly PropertyKey[], message: string): Issue => ({
  code: 'TASK_INVALID',
  path,
  message,
});

/** Everything that is wrong with a document of the right form; empty where it is a valid task. */
export function brokenRules(task: TaskDocument): Issue[] {
  const table = Object.hasOwn(task.tables, task.domain.union) ? task.tables[task.domain.union] : undefined;
  return [
    ...committeeIssues(task),
    ...partyIssues(task),
    ...Object.entries(task.tables).flatMap(([name, { columns }]) => columnIssues(name, columns)),
    ...domainIssues(task),
    ...repeated(task.statistics.map(({ name }) => name)).map((index) =>
      invalid(['statistics', index, 'name'], 'is the name of another statistic too'),
    ),
    ...(table === undefined ? [] : task.statistics.flatMap((spec, index) => specIssues(spec, index, table))),
  ];
}

/** The organisations behind the names stand in the consortium document; here only the names can be judged. */
function committeeIssues({ parties }: TaskDocument): Issue[] {
  const issues: Issue[] = [];
  const refuse = (path: readonly PropertyKey[], message: string): void => {
    issues.push({ code: 'COMMITTEE_INVALID', path, message });
  };
  const holders = new Set(parties.processing).size;
  if (holders < parties.processing.length) {
    refuse(['parties', 'processing'], 'names a key holder twice; each must be another party');
  }
  if (holders < 3) {
    refuse(['parties', 'processing'], `names ${holders} key holders; K must be at least 3`);
  }
  if (parties.input.length > 0 && parties.input.every((name) => name === parties.output)) {
    refuse(['parties', 'output'], 'is the only input party too; it would compute on its own data');
  }
  return issues;
}

function partyIssues({ parties, disclosure }: TaskDocument): Issue[] {
  const minimum = disclosure['minimum-contributors'];
  const issues = [
    ...repeated(parties.input).map((i) => invalid(['parties', 'input', i], 'is named twice')),
    ...repeated(parties.controllers).map((i) => invalid(['parties', 'controllers', i], 'is named twice')),
  ];
  if (parties.input.length < 2) {
    issues.push(invalid(['parties', 'input'], 'must name at least two input parties'));
  } else if (minimum > parties.input.length) {
    const message = `is ${minimum}, but there are only ${parties.input.length} input parties`;
    issues.push(invalid(['disclosure', 'minimum-contributors'], message));
  }
  return issues;
}

function columnIssues(table: string, columns: Readonly<Record<string, Column>>): Issue[] {
  return Object.entries(columns).flatMap(([name, column]) => {
    const path = ['tables', table, 'columns', name];
    if (column.type === 'category') {
      return repeated(column.values).map((i) => invalid([...path, 'values', i], 'is listed twice'));
    }
    if (!isNumeric(column)) return [];
    const range = rangeOf(column);
    if (range === undefined) {
      const allowed = column.type === 'decimal' ? `${column.places} decimals` : 'no decimals';
      return [invalid(path, `min and max may have ${allowed}, as the column does`)];
    }
    return range.minimum <= range.maximum ? [] : [invalid(path, 'min is greater than max')];
  });
}

function domainIssues({ tables, domain }: TaskDocument): Issue[] {
  const names = Object.keys(tables);
  if (!names.includes(domain.union)) {
    return [
      invalid(['domain', 'union'], `there is no table "${domain.union}"${didYouMean(domain.union, names)}`),
    ];
  }
  return names
    .filter((name) => name !== domain.union)
    .map((name) => invalid(['tables', name], 'is not in the domain: nobody needs to bring it'));
}

function specIssues(spec: Specification, index: number, { columns }: Table): Issue[] {
  const path = ['statistics', index];
  const issues = spec.by.flatMap((name, i) => {
    const column = columnOf(columns, name);
    if (column === undefined) return [invalid([...path, 'by', i], noColumn(name, columns))];
    if (isLabelled(column)) return [];
    return [invalid([...path, 'by', i], `"${name}" is ${column.type}; cells need a category or boolean`)];
  });
  issues.push(...repeated(spec.by).map((i) => invalid([...path, 'by', i], 'is named twice')));
  if (spec.totals && spec.by.length === 0) {
    issues.push(invalid([...path, 'totals'], 'needs "by": without cells there is only the overall value'));
  }
  const of = measuredColumn(spec);
  if (of === undefined) return issues;
  const measured = columnOf(columns, of);
  if (measured === undefined) issues.push(invalid([...path, 'of'], noColumn(of, columns)));
  else if (!isNumeric(measured)) {
    issues.push(invalid([...path, 'of'], `"${of}" is ${measured.type}; it must be integer or decimal`));
  }
  return issues;
}

const noColumn = (name: string, columns: Readonly<Record<string, Column>>): string =>
  `there is no column "${name}"${didYouMean(name, Object.keys(columns))}`;

/** The positions at which a name stands again. */
function repeated(names: readonly string[]): number[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (seen.has(name)) return [index];
    seen.add(name);
    return [];
  });
}
