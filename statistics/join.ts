/** The records of the units that all input parties have, joined in the clear by the text of their keys. */
import { tableOf, ownTable } from './domain.ts';
import type { LinkedTable } from './linked-table.ts';
import type { MatchSizes } from './match.ts';
import type { TableRecord } from './table.ts';
import type { TaskDocument } from './task.ts';

/**
 * Records of `tableOf(task)`, for the tables of the input parties in their order: of each unit, every combination of
 * one record of each party.
 */
export function joinTables(task: TaskDocument, tables: readonly LinkedTable[]): TableRecord[] {
  const indices = tables.map(
    ({ keys, records }) => new Map(keys.map((key, i) => [hex(key), records[i] ?? []])),
  );
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

/** How many units each table has, all have, and any has, by counting keys. */
export function sizesOf(task: TaskDocument, tables: readonly LinkedTable[]): MatchSizes {
  return {
    each: Object.fromEntries(task.parties.input.map((party, i) => [party, tables[i]?.keys.length ?? 0])),
    all: commonKeys(tables).length,
    any: new Set(tables.flatMap(({ keys }) => keys.map(hex))).size,
  };
}

function commonKeys(tables: readonly LinkedTable[]): string[] {
  const [first, ...others] = tables.map(({ keys }) => new Set(keys.map(hex)));
  return [...(first ?? [])].filter((key) => others.every((other) => other.has(key)));
}

const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
