/** The records of the units that all input parties have, joined in the clear by the text of their keys. */
import { tableOf, ownTable } from './domain.ts';
import type { LinkedTable } from './linked-table.ts';
import type { TableRecord } from './table.ts';
import type { TaskDocument } from './task.ts';

/** Records of `tableOf(task)`, for the tables of the input parties in their order. */
export function joinTables(task: TaskDocument, tables: readonly LinkedTable[]): TableRecord[] {
  const indices = tables.map(
    ({ keys, records }) =>
      new Map(keys.map((key, i) => [Buffer.from(key).toString('hex'), records[i] ?? []])),
  );
  const sources = Object.keys(tableOf(task).columns).map((name) => {
    const party = task.parties.input.findIndex((input) => name in ownTable(task, input).table.columns);
    const owner = task.parties.input[party] ?? '';
    return { party, position: Object.keys(ownTable(task, owner).table.columns).indexOf(name) };
  });
  const [first, ...others] = indices;
  return [...(first ?? new Map<string, TableRecord>()).keys()]
    .filter((key) => others.every((index) => index.has(key)))
    .map((key) => sources.map(({ party, position }) => indices[party]?.get(key)?.[position] ?? 0));
}
