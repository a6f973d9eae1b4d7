/** What must hold between the domain of a task, its tables and its parties. */
import { columnOf, isKey } from './columns.ts';
import type { Intersection } from './domain.ts';
import { statisticOf } from './registry.ts';
import { didYouMean } from './suggest.ts';
import type { Table, TaskDocument } from './task-form.ts';

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const problem = (path: readonly PropertyKey[], message: string): Problem => ({ path, message });

/** Everything that is wrong with the domain; where it is empty, `tableOf` and `ownTable` answer. */
export function domainProblems(task: TaskDocument): Problem[] {
  const { union, intersection } = task.domain;
  if ((union === undefined) === (intersection === undefined)) {
    return [problem(['domain'], 'must say union or intersection, and one of them only')];
  }
  return intersection === undefined
    ? unionProblems(task, union ?? '')
    : [
        ...tableProblems(task, intersection),
        ...keyProblems(task, intersection),
        ...severalProblems(task, intersection),
        ...columnProblems(task, intersection),
        ...statisticProblems(task),
      ];
}

function unionProblems({ tables }: TaskDocument, union: string): Problem[] {
  const table = Object.hasOwn(tables, union) ? tables[union] : undefined;
  if (table === undefined) return [problem(['domain', 'union'], noTable(union, tables))];
  return [
    ...unused(tables, [union]),
    ...keysOf(table).map((name) =>
      problem(['tables', union, 'columns', name], 'is a key, and a union links nothing: leave it out'),
    ),
  ];
}

/** Each input party has one table, and no two have the same: they hold different columns. */
function tableProblems({ tables, parties, disclosure }: TaskDocument, domain: Intersection): Problem[] {
  const path = ['domain', 'intersection', 'tables'];
  const named = Object.entries(domain.tables);
  const problems = named.flatMap(([party, name], i) => {
    if (!parties.input.includes(party)) return [problem([...path, party], 'is no input party')];
    if (!Object.hasOwn(tables, name)) return [problem([...path, party], noTable(name, tables))];
    const earlier = named.findIndex(([, other]) => other === name);
    return earlier < i
      ? [
          problem(
            [...path, party],
            `is the table of ${named[earlier]?.[0] ?? ''} too; each party needs its own`,
          ),
        ]
      : [];
  });
  const missing = parties.input.filter((party) => !Object.hasOwn(domain.tables, party));
  const all = parties.input.length;
  return [
    ...problems,
    ...missing.map((party) => problem(path, `names no table for the input party ${party}`)),
    ...unused(
      tables,
      named.map(([, name]) => name),
    ),
    ...(disclosure['minimum-contributors'] === all
      ? []
      : [
          problem(
            ['disclosure', 'minimum-contributors'],
            `must be ${all}: an intersection cannot do without any of its ${all} parties`,
          ),
        ]),
  ];
}

/** The same key columns in every table, and none that is not used. */
function keyProblems({ tables }: TaskDocument, { tables: named, on }: Intersection): Problem[] {
  const repeated = on.flatMap((name, i) =>
    on.indexOf(name) < i ? [problem(['domain', 'intersection', 'on', i], 'is named twice')] : [],
  );
  const byTable = Object.values(named).flatMap((name) => {
    const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
    if (table === undefined) return [];
    const wrong = on.flatMap((key, i) => {
      const column = columnOf(table.columns, key);
      if (column !== undefined && isKey(column)) return [];
      const why = column === undefined ? 'does not have' : `has as ${column.type} and not as key`;
      return [problem(['domain', 'intersection', 'on', i], `is a column that the table ${name} ${why}`)];
    });
    const idle = keysOf(table).filter((key) => !on.includes(key));
    return [
      ...wrong,
      ...idle.map((key) => problem(['tables', name, 'columns', key], 'is a key that nothing is linked on')),
    ];
  });
  return [...repeated, ...byTable];
}

/** Records of one unit are multiplied out, so there must be a bound on them that the arithmetic holds. */
function severalProblems({ parties, tables }: TaskDocument, domain: Intersection): Problem[] {
  const path = ['domain', 'intersection', 'records-per-key'];
  const sizes = Object.values(tables).map((table) => table['max-rows']);
  // That its tables are missing is said for each party.
  let rows = BigInt(sizes.length === 0 ? 0 : Math.min(...sizes));
  return Object.entries(domain['records-per-key']).flatMap(([party, most]) => {
    if (!parties.input.includes(party)) return [problem([...path, party], 'is no input party')];
    const table = domain.tables[party];
    const limit = table === undefined ? 0 : (tables[table]?.['max-rows'] ?? 0);
    rows *= BigInt(most);
    if (most > limit)
      return [problem([...path, party], `is ${most}, more than the ${limit} rows of its table`)];
    if (rows <= MOST_JOINED_ROWS) return [];
    return [
      problem(
        [...path, party],
        `makes ${rows} records of all combinations; there may be ${MOST_JOINED_ROWS}, so declare fewer for each key`,
      ),
    ];
  });
}

/** As many rows as a single table may have. */
const MOST_JOINED_ROWS = 1_000_000_000n;

/** The statistics see one table, so a name must say whose column it is. */
function columnProblems({ tables }: TaskDocument, { tables: named }: Intersection): Problem[] {
  const first = new Map<string, string>();
  return Object.values(named).flatMap((name) => {
    const columns = Object.hasOwn(tables, name) ? (tables[name]?.columns ?? {}) : {};
    return Object.entries(columns).flatMap(([column, { type }]) => {
      if (type === 'key') return [];
      const earlier = first.get(column);
      first.set(column, earlier ?? name);
      if (earlier === undefined || earlier === name) return [];
      return [
        problem(['tables', name, 'columns', column], `is a column of ${earlier} too; rename one of them`),
      ];
    });
  });
}

function statisticProblems({ statistics }: TaskDocument): Problem[] {
  return statistics.flatMap((spec, index) =>
    statisticOf(spec).sides === undefined
      ? []
      : [problem(['statistics', index], `${spec.statistic} compares reports of one table: it needs a union`)],
  );
}

const keysOf = ({ columns }: Table): string[] =>
  Object.entries(columns).flatMap(([name, column]) => (isKey(column) ? [name] : []));

const unused = (tables: TaskDocument['tables'], used: readonly string[]): Problem[] =>
  Object.keys(tables)
    .filter((name) => !used.includes(name))
    .map((name) => problem(['tables', name], 'is not in the domain: nobody needs to bring it'));

const noTable = (name: string, tables: TaskDocument['tables']): string =>
  `there is no table "${name}"${didYouMean(name, Object.keys(tables))}`;
