/** Statistics over linked records: what comes out of products of columns equals the definition over the joined records. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planTask } from '../../statistics/plan.ts';
import {
  linkedByProducts,
  linkedPlainly,
  linkedTask,
  planProducts,
  type Rows,
} from '../fixtures/linked-statistics.ts';

const decimals = 6;
const range = fc
  .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 0, max: 2000 }))
  .map(([min, width]) => ({ type: 'integer', min: String(min), max: String(min + width) }));
const positive = fc
  .integer({ min: 1, max: 500 })
  .map((max) => ({ type: 'decimal', places: 1, min: '0.1', max: String(max) }));
const category = fc
  .integer({ min: 1, max: 3 })
  .map((n) => ({ type: 'category', values: ['a', 'b', 'c'].slice(0, n) }));

const schemas = fc.record({
  a: fc.record({ x: range, k: category, w: positive }),
  b: fc.record({ y: range, v: range, l: category, flag: fc.constant({ type: 'boolean' }) }),
});

type Schemas = typeof schemas extends fc.Arbitrary<infer T> ? T : never;

/** Any value of a column, its ends more often than the rest. */
function valueOf(column: {
  type: string;
  min?: string;
  max?: string;
  values?: string[];
}): fc.Arbitrary<number> {
  if (column.type === 'boolean') return fc.integer({ min: 0, max: 1 });
  if (column.values !== undefined) return fc.integer({ min: 0, max: column.values.length - 1 });
  const scale = column.type === 'decimal' ? 10 : 1;
  const [min, max] = [column.min, column.max].map((bound) => Math.round(Number(bound) * scale));
  const inside = fc.integer({ min: min ?? 0, max: max ?? 0 });
  return fc.oneof(fc.constant(min ?? 0), fc.constant(max ?? 0), inside);
}

/** Units with 1 to `most` records each. */
const rowsOf = (columns: Record<string, object>, most = 1): fc.Arbitrary<Rows> => {
  const record = fc.tuple(...Object.values(columns).map((column) => valueOf(column as { type: string })));
  const unit = fc.tuple(fc.integer({ min: 0, max: 13 }), fc.array(record, { minLength: 1, maxLength: most }));
  return fc
    .uniqueArray(unit, { selector: ([key]) => key, maxLength: 12 })
    .map((units) => units.map(([key, records]) => [key, ...records] as const));
};

const STATISTICS = [
  { name: 'n', statistic: 'count' },
  { name: 'any', statistic: 'count', units: 'union' },
  { name: 'only-a', statistic: 'count', units: { only: 'a' } },
  { name: 'only-b', statistic: 'count', units: { only: 'b' } },
  { name: 'weights', statistic: 'count', by: ['l'], weight: 'w', totals: true },
  { name: 'sum', statistic: 'sum', of: 'y', by: ['k'], decimals },
  { name: 'weighted-table', statistic: 'crosstab', by: ['k', 'l'], decimals, weight: 'w' },
  { name: 'ratio', statistic: 'ratio', of: 'x', to: 'y', by: ['flag'], decimals },
  { name: 'own', statistic: 'mean', of: 'x', decimals },
  { name: 'table', statistic: 'crosstab', by: ['k', 'l'], decimals },
  { name: 'mean', statistic: 'mean', of: 'y', by: ['k'], decimals, totals: true },
  { name: 'sd', statistic: 'sd', of: 'y', by: ['k', 'flag'], decimals, where: { x: { from: '0' } } },
  { name: 'cov', statistic: 'covariance', of: 'x', with: 'y', decimals, weight: 'w' },
  { name: 'cor', statistic: 'correlation', of: 'x', with: 'v', decimals, where: { flag: true } },
  { name: 'weighted', statistic: 'mean', of: 'v', by: ['l'], decimals, weight: 'w' },
];

const drawn = schemas.chain((columns: Schemas) =>
  fc.record({
    columns: fc.constant(columns),
    a: rowsOf(columns.a),
    b: rowsOf(columns.b),
    several: fc.record({ a: rowsOf(columns.a, 3), b: rowsOf(columns.b, 2) }),
  }),
);

test('random schemas, ranges, cells and records, with none, one and extremes: equal', () => {
  fc.assert(
    fc.property(drawn, ({ columns, a, b, several }) => {
      // A condition must lie in the range of its column.
      const statistics = STATISTICS.filter(
        ({ where }) =>
          where?.x === undefined || (Number(columns.a.x.min) <= 0 && Number(columns.a.x.max) >= 0),
      );
      const task = linkedTask(columns, statistics);
      expect(linkedByProducts(task, [a, b])).toEqual(linkedPlainly(task, [a, b]));
      const both = linkedTask(columns, statistics, {}, 40, { a: 3, b: 2 });
      const rows = [several.a, several.b];
      expect(linkedByProducts(both, rows)).toEqual(linkedPlainly(both, rows));
    }),
    { numRuns: process.env['SLOW'] === '1' ? 300 : 25 },
  );
});

const X = { type: 'integer', min: '-50', max: '50' };
const regression = { name: 'fit', statistic: 'regression', of: 'y', on: ['x', 'z', ['x', 'x']], decimals };
const fitted = (rows: (key: number) => readonly [x: number, z: number, y: number]) => {
  const task = linkedTask({ a: { x: X, z: X }, b: { y: X } }, [regression]);
  const keys = Array.from({ length: 12 }, (_, key) => key);
  const parties: Rows[] = [
    keys.map((key) => [key, rows(key).slice(0, 2)]),
    keys.toReversed().map((key) => [key, rows(key).slice(2)]),
  ];
  return { secure: linkedByProducts(task, parties), plain: linkedPlainly(task, parties) };
};

describe('a regression on columns of another party', () => {
  test('equals ordinary least squares on the joined records', () => {
    const { secure, plain } = fitted((key) => [key - 6, (key * 17) % 23, (key * key) % 31]);
    expect(secure).toEqual(plain);
    expect(secure.statistics[0]?.rows.every(({ value }) => value !== null)).toBe(true);
  });

  test('on collinear columns says so, and gives no numbers', () => {
    const { secure, plain } = fitted((key) => [key, 2 * key, key % 5]);
    expect(secure).toEqual(plain);
    const [n, ...others] = secure.statistics[0]?.rows ?? [];
    expect(n?.value).toBe('12');
    expect(others.every(({ value }) => value === null)).toBe(true);
    expect(JSON.stringify(others)).toContain('collinear: z is a linear combination');
  });
});

test('three parties link on one key, and every pair of them is multiplied', () => {
  const columns = { a: { x: X }, b: { y: X }, c: { z: X, k: { type: 'category', values: ['p', 'q'] } } };
  const pairs = [
    ['x', 'y'],
    ['x', 'z'],
    ['y', 'z'],
  ];
  const task = linkedTask(columns, [
    ...pairs.map(([of, other]) => ({
      name: `${of}${other}`,
      statistic: 'covariance',
      of,
      with: other,
      decimals,
    })),
    { name: 'by', statistic: 'sum', of: 'x', by: ['k'], decimals: 0 },
  ]);
  const rows: Rows[] = [
    [
      [1, [5]],
      [2, [-7]],
      [3, [50]],
      [9, [1]],
    ],
    [
      [3, [-50]],
      [2, [11]],
      [1, [0]],
      [8, [2]],
    ],
    [
      [2, [4, 1]],
      [1, [9, 0]],
      [3, [-3, 1]],
    ],
  ];
  expect(linkedByProducts(task, rows)).toEqual(linkedPlainly(task, rows));
});

test('one plain modulus or several, one chunk or many: the plan says how many and equals the definition', () => {
  const wide = { type: 'integer', min: '-1000000000000', max: '1000000000000' };
  const task = linkedTask(
    { a: { x: wide }, b: { y: wide } },
    [{ name: 'c', statistic: 'correlation', of: 'x', with: 'y', decimals }],
    {},
    100_000,
  );
  const plan = planProducts(task);
  expect(plan.parameters.plainModuli.length).toBeGreaterThan(1);
  expect(plan).toMatchObject({ depth: 1, evaluationKeys: ['relinearisation'], scheme: 'bfv' });
  const rows: Rows[] = [
    [
      [1, [1e12]],
      [2, [-1e12]],
      [3, [7]],
    ],
    [
      [1, [-1e12]],
      [2, [1e12]],
      [3, [1e12]],
    ],
  ];
  expect(linkedByProducts(task, rows)).toEqual(linkedPlainly(task, rows));
});

test('regressors of two parties and what they explain of a third: equal to the plain join', () => {
  const columns = { a: { y: X }, b: { x: X }, c: { z: X } };
  const task = linkedTask(columns, [
    { name: 'fit', statistic: 'regression', of: 'y', on: ['x', 'z'], decimals },
    { name: 'any', statistic: 'count', units: 'union' },
    { name: 'only-c', statistic: 'count', units: { only: 'c' } },
  ]);
  const keys = Array.from({ length: 11 }, (_, key) => key);
  const rows: Rows[] = [
    keys.map((key) => [key, [(key * 13) % 17]]),
    keys.toReversed().map((key) => [key, [(key * 5) % 11]]),
    [...keys.slice(2).map((key) => [key, [(key * 7) % 19]] as const), [77, [1]], [78, [1]]],
  ];
  const result = linkedByProducts(task, rows);
  expect(result).toEqual(linkedPlainly(task, rows));
  expect(result.statistics[0]?.rows.every(({ value }) => value !== null)).toBe(true);
  expect(result.statistics.slice(1).map((told) => told.rows[0]?.value)).toEqual(['13', '2']);
});

test('numbers of units that stand with some of three parties and not with others equal those of sets', () => {
  const names = ['a', 'b', 'c'] as const;
  const keys = fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { maxLength: 12 });
  // Of each party: must have the unit, must not, or may.
  const where = fc.tuple(...names.map(() => fc.constantFrom('in', 'not-in', undefined)));
  const selection = where.filter((each) => each.includes('in'));
  fc.assert(
    fc.property(
      fc.tuple(keys, keys, keys),
      fc.array(selection, { minLength: 1, maxLength: 6 }),
      (sets, picked) => {
        const units = picked.map((each) => ({
          in: names.filter((_, i) => each[i] === 'in'),
          'not-in': names.filter((_, i) => each[i] === 'not-in'),
        }));
        const statistics = units.map((one, i) => ({ name: `n${i}`, statistic: 'count', units: one }));
        const task = linkedTask({ a: { x: X }, b: { y: X }, c: { z: X } }, statistics, {}, 16);
        const rows = sets.map((set): Rows => set.map((key) => [key, [0]]));
        const expected = picked.map((each) => {
          const has = (key: number) => sets.map((set) => (set.includes(key) ? 'in' : 'not-in'));
          const any = [...new Set(sets.flat())];
          return any.filter((key) => has(key).every((is, i) => (each[i] ?? is) === is)).length;
        });
        const told = linkedPlainly(task, rows).statistics.map((statistic) => statistic.rows[0]?.value);
        expect(told).toEqual(expected.map(String));
      },
    ),
  );
});

describe('several records of a unit', () => {
  const columns = { a: { k: { type: 'category', values: ['p', 'q'] } }, b: { y: X }, c: { z: X } };
  const mean = { name: 'mean', statistic: 'mean', of: 'y', by: ['k'], decimals: 2 };

  test('each counts with each record of the others', () => {
    const two = { a: columns.a, b: columns.b };
    const task = linkedTask(two, [mean, { name: 'n', statistic: 'count' }], {}, 12, { b: 3 });
    const rows: Rows[] = [
      [
        [1, [0]],
        [2, [1]],
        [3, [1]],
      ],
      [
        [1, [10], [20], [30]],
        [3, [7]],
        [4, [50], [50]],
      ],
    ];
    const result = linkedByProducts(task, rows);
    expect(result).toEqual(linkedPlainly(task, rows));
    expect(result.statistics.map((told) => told.rows.map(({ value }) => value))).toEqual([
      ['20.00', '7.00'],
      ['4'],
    ]);
  });

  test('of a third party make a product of three, which is refused with what would help', () => {
    expect(() => planTask(linkedTask(columns, [mean], {}, 12, { c: 2 }))).toThrow(
      /c may have several records of a unit, and how many counts in every product.*let one of them have one record of a unit/,
    );
    expect(() => planTask(linkedTask(columns, [mean], {}, 12))).not.toThrow();
  });

  test('make sums larger, and the plan says by how much', () => {
    const two = { a: columns.a, b: columns.b };
    const bound = (most: number) =>
      planProducts(linkedTask(two, [mean], {}, 12, most > 1 ? { b: most } : {})).layout.groups[0]?.moments[0]
        ?.totalBound;
    expect([bound(1), bound(5)]).toEqual(['12', '60']);
  });
});
