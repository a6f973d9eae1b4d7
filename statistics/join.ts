/** The records of the units that all input parties have, joined in the clear by the text of their keys. */
import { tableOf, ownTable } from './domain.ts';
import type { LinkedTable } from './linked-table.ts';
import { selectionKey, type MatchSizes } from './match.ts';
import { selectionsOf } from './selections.ts';
import type { TableRecord } from './table.ts';
import type { TaskDocument } from './task.ts';

/**
 * Records of `tableOf(task)`, for the tables of the input parties in their order: of each unit, every combination of
 * one record of each party.
 */
export function joinTables(task: TaskDocument, tables: readonly LinkedTable[]): TableRecord[] {
  const indices = tables.map(({ keys, records }) => new Map(keys.map((key, i) => [key, records[i] ?? []])));
  const sources = Object.keys(tableOf(task).columns).map((name) => {
    const party = task.parties.input.findIndex((input) => name in ownTable(task, input).table.columns);
    const owner = task.parties.input[party] ?? '';
    return { party, position: Object.keys(ownTable(task, owner).table.columns).indexOf(name) };
  });
  return commonKeys(tables).flatMap((key) => {
    const combinations = indices.reduce<TableRecord[][]>(
      (before, index) => before.flatMap((some) => (index.get(key) ?? []).map((record) => [...some, record])),
      [[]],
    );
    return combinations.map((records) =>
      sources.map(({ party, position }) => records[party]?.[position] ?? 0),
    );
  });
}

/** How many units each table has, all have, any has, and each selection of the task picks, by counting keys. */
export function sizesOf(task: TaskDocument, tables: readonly LinkedTable[]): MatchSizes {
  const { input } = task.parties;
  const sets = new Map(input.map((party, i) => [party, new Set(tables[i]?.keys)]));
  const any = new Set(sets.values().flatMap((keys) => keys));
  const has = (party: string, key: string) => sets.get(party)?.has(key) === true;
  const selected = selectionsOf(task).map((selection) => {
    const picked = [...any].filter(
      (key) =>
        selection.in.every((party) => has(party, key)) &&
        !selection['not-in'].some((party) => has(party, key)),
    );
    return [selectionKey(selection), picked.length] as const;
  });
  return {
    each: Object.fromEntries(input.map((party, i) => [party, tables[i]?.keys.length ?? 0])),
    all: commonKeys(tables).length,
    any: any.size,
    selected: new Map(selected),
  };
}

function commonKeys(tables: readonly LinkedTable[]): string[] {
  const [first, ...others] = tables.map(({ keys }) => new Set(keys));
  return [...(first ?? [])].filter((key) => others.every((other) => other.has(key)));
}
