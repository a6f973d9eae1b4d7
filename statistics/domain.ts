/**
 * Which records the statistics of a task are over.
 *
 * A union: every input party has records of its own, all in one table. An intersection: every input party has a table
 * of its own, with other columns for the same units; records meet on the key columns, and the statistics see one table
 * with the columns of all parties and a record for each unit that stands in all of them.
 */
import { isKey, type Columns } from './columns.ts';
import type { Table, TaskDocument } from './task-form.ts';

export type Intersection = NonNullable<TaskDocument['domain']['intersection']>;

/** A table and its name in the task document. */
interface NamedTable {
  readonly name: string;
  readonly table: Table;
}

/** The linkage that a valid task asks for; undefined for a union. */
export const intersectionOf = ({ domain }: TaskDocument): Intersection | undefined => domain.intersection;

/** The table that an input party of a valid task brings. */
export function ownTable({ tables, domain }: TaskDocument, party: string): NamedTable {
  const name = domain.union ?? own(domain.intersection?.tables, party);
  const table = own(tables, name);
  if (name === undefined || table === undefined) throw new RangeError('the task has not been validated');
  return { name, table };
}

/** The most records that an input party may have of one unit; 1 unless the task declares more. */
export const recordsPerKey = (task: TaskDocument, party: string): number =>
  own(intersectionOf(task)?.['records-per-key'], party) ?? 1;

/** The input parties that may have several records of one unit, in their order. */
export const partiesWithSeveral = (task: TaskDocument): string[] =>
  task.parties.input.filter((party) => recordsPerKey(task, party) > 1);

/** The most units that can stand in the tables of all parties: no more than the smallest of them has rows. */
export const mostUnits = (task: TaskDocument): number =>
  Math.min(...task.parties.input.map((party) => ownTable(task, party).table['max-rows']));

/**
 * The table that the statistics are over. That of an intersection has no key columns, and for each unit every
 * combination of the records that the parties have of it, one of each party.
 */
export function tableOf(task: TaskDocument): Table {
  const { input } = task.parties;
  if (intersectionOf(task) === undefined) return ownTable(task, input[0] ?? '').table;
  const tables = input.map((party) => ownTable(task, party).table);
  return {
    columns: Object.assign({}, ...tables.map(({ columns }) => measuredColumns(columns))) as Table['columns'],
    'max-rows': input.reduce((rows, party) => rows * recordsPerKey(task, party), mostUnits(task)),
  };
}

/** What the table is called: its name, or the names of those that are linked, `education × taxes`. */
export const tableNameOf = (task: TaskDocument): string =>
  task.domain.union ?? task.parties.input.map((party) => ownTable(task, party).name).join(' × ');

/** The columns of a table that statistics can be made of: all but its keys. */
const measuredColumns = (columns: Columns): Columns =>
  Object.fromEntries(Object.entries(columns).filter(([, column]) => !isKey(column)));

/** The input parties whose columns these are, in their order; empty for none, and in a union, where all have them. */
export function ownersOf(task: TaskDocument, columns: readonly string[]): string[] {
  if (intersectionOf(task) === undefined) return [];
  return task.parties.input.filter((party) => {
    const own = Object.keys(ownTable(task, party).table.columns);
    return columns.some((name) => own.includes(name));
  });
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string | undefined): T | undefined {
  return record !== undefined && name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
