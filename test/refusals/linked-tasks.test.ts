/** Tasks over linked registers that are refused, and tables that do not fit them. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../statistics/csv.ts';
import { ownTable } from '../../statistics/domain.ts';
import { describePlan } from '../../statistics/describe.ts';
import { keyBytes, readLinkedTable } from '../../statistics/linked-table.ts';
import { leakageOf } from '../../statistics/leakage.ts';
import { planTask } from '../../statistics/plan.ts';
import { validateTask, type TaskDocument } from '../../statistics/task.ts';
import { LINKED } from '../fixtures/linked-task.ts';
import { refusal } from '../fixtures/trust-parties.ts';

type Document = Record<string, unknown>;

function linked(change: (document: Document) => void = () => undefined): TaskDocument {
  const document = structuredClone({
    strongroom: 'task/1',
    title: 'Linked',
    purpose: 'A test',
    'legal-basis': 'None',
    retention: 'P1D',
    deadlines: { approve: 'PT1H', collect: 'PT1H', release: 'PT1H' },
    ...LINKED,
  }) as Document;
  change(document);
  return validateTask(document);
}

/** Sets what a path leads to; undefined takes it away. */
function set(document: Document, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((at, key) => at[key] as Document, document);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
}

const key = { type: 'key' };
describe('a task is refused', () => {
  test.each([
    ['without a domain', 'domain', {}, 'must say union or intersection'],
    ['with both domains', 'domain.union', 'homes', 'must say union or intersection'],
    [
      'with a party that has no table',
      'domain.intersection.tables.north',
      undefined,
      'no table for the input party north',
    ],
    ['with a table of nobody', 'domain.intersection.tables.west', 'homes', 'is no input party'],
    ['with one table for two', 'domain.intersection.tables.south', 'homes', 'each party needs its own'],
    [
      'with a table that is not there',
      'domain.intersection.tables.south',
      'wage',
      'there is no table "wage"',
    ],
    ['with no table at all', 'tables', {}, 'there is no table "wages"'],
    ['with a key that a table lacks', 'tables.homes.columns.id', undefined, 'does not have'],
    [
      'with a key that is none',
      'tables.homes.columns.id',
      { type: 'boolean' },
      'has as boolean and not as key',
    ],
    ['with a key that is not used', 'tables.homes.columns.other', key, 'nothing is linked on'],
    ['with a key named twice', 'domain.intersection.on', ['id', 'id'], 'is named twice'],
    ['with a column of two parties', 'tables.homes.columns.union', { type: 'boolean' }, 'rename one'],
    ['without one of its parties', 'disclosure.minimum-contributors', 1, 'must be at least 2'],
    [
      'with a normalisation that is unknown',
      'tables.homes.columns.id',
      { ...key, normalise: ['guess'] },
      'must be trim',
    ],
    [
      'with padding that is unclear',
      'tables.homes.columns.id',
      { ...key, normalise: [{ 'pad-left': 'five' }] },
      'must be',
    ],
    ['with units of nobody', 'statistics.0.units', { only: 'west' }, 'is no input party'],
    ['with units of another kind', 'statistics.0.units', 'all', 'must be union, or only: PARTY'],
    ['with units of all of none', 'statistics.0.units', { in: [] }, 'must name at least one party'],
    [
      'with units of nobody among some',
      'statistics.0.units',
      { in: ['north', 'sooth'] },
      'units.in.1: "sooth" is no input party; did you mean "south"?',
    ],
    [
      'with units that nobody lacks',
      'statistics.0.units',
      { in: ['north'], 'not-in': ['west'] },
      'units.not-in.0: "west" is no',
    ],
    [
      'with units of one party twice',
      'statistics.0.units',
      { in: ['north', 'north'] },
      'units.in.1: is named twice',
    ],
    [
      'with units that one lacks twice',
      'statistics.0.units',
      { in: ['north'], 'not-in': ['south', 'south'] },
      'units.not-in.1: is named twice',
    ],
    [
      'with units that one has and lacks',
      'statistics.0.units',
      { in: ['north', 'south'], 'not-in': ['south'] },
      'units.not-in.0: is named in "in" too',
    ],
    [
      'with units that are only not somewhere',
      'statistics.0.units',
      { 'not-in': ['south'] },
      'must be union, or only: PARTY',
    ],
    [
      'with units that are picked in two ways',
      'statistics.0.units',
      { only: 'north', in: ['north'] },
      'must be union, or only: PARTY',
    ],
    [
      'with selected units of some records',
      'statistics.0',
      { name: 'n', statistic: 'count', units: { in: ['north'] }, where: { region: 'x' } },
      'counts units by their keys alone',
    ],
    [
      'with units by a category',
      'statistics.0',
      { name: 'n', statistic: 'count', units: 'union', by: ['region'] },
      'counts units by their keys alone',
    ],
    [
      'with several records at nobody',
      'domain.intersection.records-per-key',
      { west: 2 },
      'records-per-key.west: is no input party',
    ],
    ['with several that are one', 'domain.intersection.records-per-key', { south: 1 }, 'must be at least 2'],
    [
      'with more of a key than there are rows',
      'domain.intersection.records-per-key',
      { south: 11 },
      'is 11, more than the 10 rows of its table',
    ],
    ['with cells by a key', 'statistics.0.by', ['id'], 'no column "id"'],
    [
      'with a comparison of reports',
      'statistics.0',
      {
        name: 'm',
        statistic: 'mirror',
        of: 'age',
        decimals: 0,
        from: { party: 'north' },
        minus: { party: 'south' },
      },
      'needs a union',
    ],
  ])('%s', async (_, path, value, says) => {
    const error = await refusal(() => linked((document) => set(document, path, value)), 'TASK_INVALID');
    expect(error.message).toContain(says);
  });

  test('with key columns in a union', async () => {
    const change = (document: Document) => {
      set(document, 'domain', { union: 'homes' });
      set(document, 'tables.wages', undefined);
      set(document, 'statistics', [{ name: 'n', statistic: 'count' }]);
    };
    expect((await refusal(() => linked(change), 'TASK_INVALID')).message).toContain('a union links nothing');
  });

  test('with units of linked tables in a union', async () => {
    const change = (document: Document) => {
      set(document, 'domain', { union: 'homes' });
      set(document, 'tables.wages', undefined);
      set(document, 'tables.homes.columns.id', undefined);
      set(document, 'statistics', [{ name: 'n', statistic: 'count', units: 'union' }]);
    };
    expect((await refusal(() => linked(change), 'TASK_INVALID')).message).toContain(
      'is of linked tables: it needs an intersection',
    );
  });

  test('with more combinations of records than the arithmetic is for', async () => {
    const change = (document: Document) => {
      set(document, 'tables.homes.max-rows', 1_000_000);
      set(document, 'tables.wages.max-rows', 1_000_000);
      set(document, 'domain.intersection.records-per-key', { north: 1_000, south: 1_000 });
    };
    expect((await refusal(() => linked(change), 'TASK_INVALID')).message).toContain(
      'makes 1000000000000 records of all combinations',
    );
  });

  test('with more rows than can be linked, by the plan: TASK_IMPOSSIBLE', async () => {
    const large = linked((document) => set(document, 'tables.wages.max-rows', 1e7));
    expect((await refusal(() => planTask(large), 'TASK_IMPOSSIBLE')).message).toContain(
      'tables.wages.max-rows',
    );
  });
});

test('the plan tells who learns sizes and the match pattern, and what the linkage costs', () => {
  const task = linked();
  const plan = planTask(task);
  const text = describePlan(task, plan).replaceAll(/\s+/g, ' ');
  expect(plan.linkage?.parties).toEqual([
    { party: 'north', table: 'homes', maxRows: 4 },
    { party: 'south', table: 'wages', maxRows: 10 },
  ]);
  for (const words of [
    'linked on id through pseudonyms that only all key holders together can compute',
    'after trim, then pad-left 4 with 0',
    'everybody: how many units each of north, south has, how many stand in all of their tables, and how many in any',
    'aggregator: one pseudonym for each unit of each input party',
    'each key holder: one pseudonym for each unit',
    'each input party: which of its own records are of units that all other input parties have too',
    'linkage, at most: an input party sends',
  ]) {
    expect(text).toContain(words);
  }
});

test('the plan tells everybody each number of units that the match is asked for, once', () => {
  const task = linked((document) =>
    set(document, 'statistics', [
      { name: 'a', statistic: 'count', units: { in: ['north', 'south'] } },
      { name: 'b', statistic: 'count', units: { in: ['north'], 'not-in': ['south'] } },
      { name: 'c', statistic: 'count', units: { in: ['south', 'north'], 'not-in': [] } },
    ]),
  );
  expect(leakageOf(task, planTask(task).layout, 1, 'bfv').everybody.slice(-3)).toEqual([
    'how many units each of north, south has, how many stand in all of their tables, and how many in any',
    'the number of the units in the table of each of north, south',
    'the number of the units in the table of north, and not in that of south',
  ]);
  expect(describePlan(task, planTask(task)).replaceAll(/\s+/g, ' ')).toContain(
    'b: count of the units in the table of north, and not in that of south;',
  );
});

async function read(csv: string, change?: (document: Document) => void): Promise<string[]> {
  const task = linked(change);
  const rows = readTable(ownTable(task, 'north').table, Readable.from([Buffer.from(csv)]), 'homes.csv');
  const { keys } = await readLinkedTable(task, 'north', rows, 'homes.csv');
  return keys.map((key) => Buffer.from(keyBytes(key)).subarray(2).toString());
}

describe('the keys of a table', () => {
  test('are normalised as the task says, in its order, and not otherwise', async () => {
    expect(await read('id,region,age\n 7 ,x,1\n0012,y,2\nab,x,3\n')).toEqual(['0007', '0012', '00ab']);
    const steps = ['upper-case', { remove: '-.' }, { 'pad-left': '3 with x' }];
    const change = (document: Document) => set(document, 'tables.homes.columns.id.normalise', steps);
    expect(await read('id,region,age\na-b.c,x,1\nß-,x,1\n', change)).toEqual(['ABC', 'xSS']);
    const none = (document: Document) => set(document, 'tables.homes.columns.id', key);
    expect(await read('id,region,age\n7,x,1\n07,x,2\n 7,x,3\n', none)).toEqual(['7', '07', ' 7']);
  });

  test.each([
    ['an empty key', 'id,region,age\n1,x,1\n,y,2\n', 'homes.csv: row 3, column "id": is an empty key'],
    [
      'a key that is empty after trimming',
      'id,region,age\n"  ",x,1\n',
      'row 2, column "id": is an empty key',
    ],
    [
      'a key that is longer than it is padded to',
      'id,region,age\n12345,x,1\n',
      'row 2, column "id": has more than the 4',
    ],
    [
      'a key that stands twice',
      'id,region,age\n7,x,1\n8,x,1\n007,y,2\n',
      'row 4: has the same key as row 2; a key may stand in one row only',
    ],
    [
      'a category that is not declared',
      'id,region,age\n7,z,1\n',
      'row 2, column "region": must be one of x, y',
    ],
    [
      'more rows than declared',
      `id,region,age\n${[1, 2, 3, 4, 5].map((i) => `${i},x,1\n`).join('')}`,
      'row 6',
    ],
  ])('%s is an error that names its row and no value: TABLE_INVALID', async (_, csv, says) => {
    const error = await refusal(() => read(csv), 'TABLE_INVALID');
    expect(error.message).toContain(says);
    expect(error.message).not.toContain('12345');
  });

  test('may stand in as many rows as the task declares for its party, and in one more is an error', async () => {
    const several = (document: Document) =>
      set(document, 'domain.intersection.records-per-key', { north: 2 });
    expect(await read('id,region,age\n7,x,1\n8,y,2\n007,y,3\n', several)).toEqual(['0007', '0008']);
    const error = await refusal(
      () => read('id,region,age\n7,x,1\n8,x,1\n007,y,2\n07,y,3\n', several),
      'TABLE_INVALID',
    );
    expect(error.message).toBe('homes.csv: row 5: has the same key as rows 2, 4; a key may stand in 2 rows');
  });
});
