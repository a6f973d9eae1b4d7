/** What must hold between the fields of a task document. */
import type { ErrorCode } from '../proto/errors.ts';
import { isNumeric, rangeOf, type Columns } from './columns.ts';
import { tableOf } from './domain.ts';
import { domainProblems } from './domain-rules.ts';
import { repeated, specificationProblems } from './specification-rules.ts';
import type { TaskDocument } from './task-form.ts';

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
  const domain = domainProblems(task).map(({ path, message }) => invalid(path, message));
  return [
    ...committeeIssues(task),
    ...partyIssues(task),
    ...Object.entries(task.tables).flatMap(([name, { columns }]) => columnIssues(name, columns)),
    ...domain,
    ...securityIssues(task),
    ...repeated(task.statistics.map(({ name }) => name)).map((index) =>
      invalid(['statistics', index, 'name'], 'is the name of another statistic too'),
    ),
    ...(domain.length > 0 ? [] : specificationIssues(task, tableOf(task).columns)),
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

function columnIssues(table: string, columns: Columns): Issue[] {
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

/** A length that was asked for and would not be used is told, not passed over. */
function securityIssues({ scheme, security }: TaskDocument): Issue[] {
  if ((scheme !== 'bfv' && scheme !== 'ckks') || security['modulus-bits'] === 2048) return [];
  const message = `is the length of a paillier key, and scheme is ${scheme}: leave it out, or let scheme be paillier`;
  return [invalid(['security', 'modulus-bits'], message)];
}

function specificationIssues(
  { statistics, parties, disclosure, domain }: TaskDocument,
  columns: Columns,
): Issue[] {
  const surroundings = {
    inputs: parties.input,
    minimumContributors: disclosure['minimum-contributors'],
    linked: domain.intersection !== undefined,
  };
  return statistics.flatMap((spec, index) =>
    specificationProblems(spec, columns, surroundings).map(({ path, message }) =>
      invalid(['statistics', index, ...path], message),
    ),
  );
}
