/** Every statistic of the catalogue, with conditions and weights: secure equals the definition, digit for digit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describePlan } from '../../statistics/describe.ts';
import { openEncoder } from '../../statistics/encode.ts';
import { planTask } from '../../statistics/plan.ts';
import type { Result } from '../../statistics/result.ts';
import { parseTask, validateTask, type TaskDocument } from '../../statistics/task.ts';
import { computePlainly, computeSecurely, taskOf, wagesYaml } from '../fixtures/statistics-tasks.ts';

const KINDS = ['a', 'b', 'c'];
const LARGE = 1_000_000_000_000;

interface Range {
  readonly places: number;
  readonly low: number;
  readonly high: number;
}

const range: fc.Arbitrary<Range> = fc
  .tuple(
    fc.nat({ max: 3 }),
    fc.oneof(
      fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 })),
      fc.constant([-LARGE, LARGE] as const),
      fc.constant([0, 0] as const),
    ),
  )
  .map(([places, [a, b]]) => ({ places, low: Math.min(a, b), high: Math.max(a, b) }));

/** A scaled integer as the decimal text of a task document. */
function decimal(scaled: number, places: number): string {
  const digits = String(Math.abs(scaled)).padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return scaled < 0 ? `-${text}` : text;
}

const column = ({ places, low, high }: Range) => ({
  type: 'decimal',
  places,
  min: decimal(low, places),
  max: decimal(high, places),
});

/** Edges that cover a range, some of them inside. */
const edgesOf = ({ places, low, high }: Range): string[] =>
  [...new Set([low - 1, low, Math.floor((low + high) / 2), high, high + 3])]
    .toSorted((a, b) => a - b)
    .map((edge) => decimal(edge, places));

interface Case {
  readonly task: TaskDocument;
  readonly parties: readonly (readonly (readonly number[])[])[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    x: range,
    y: range,
    by: fc.subarray(['kind', 'flag']),
    totals: fc.boolean(),
    decimals: fc.nat({ max: 6 }),
    weighted: fc.boolean(),
    where: fc.record(
      { flag: fc.boolean(), kind: fc.subarray(KINDS, { minLength: 1 }) },
      { requiredKeys: [] },
    ),
    ranged: fc.boolean(),
    p: fc.integer({ min: 1, max: 999 }),
    scheme: fc.constantFrom('bfv', 'paillier'),
  })
  .chain(({ x, y, by, totals, decimals, weighted, where, ranged, p, scheme }) => {
    const cells = {
      by,
      totals: totals && by.length > 0,
      where: { ...where, ...(ranged ? { x: { from: decimal(x.low, x.places) } } : {}) },
    };
    const weight = weighted ? { weight: 'w' } : {};
    const measured = { ...cells, of: 'x', decimals };
    const statistics: Record<string, unknown>[] = [
      { statistic: 'count', ...cells, ...weight },
      ...['sum', 'mean', 'variance', 'sd'].map((statistic) => ({ statistic, ...measured, ...weight })),
      { statistic: 'covariance', ...measured, with: 'y', ...weight },
      { statistic: 'correlation', ...measured, with: 'y', ...weight },
      { statistic: 'ratio', ...measured, to: 'y', ...weight },
      { statistic: 'histogram', ...cells, of: 'x', edges: edgesOf(x), ...weight },
      { statistic: 'crosstab', by: ['flag', 'kind'], where: cells.where, decimals, ...weight },
      { statistic: 'min', ...cells, of: 'x', grid: edgesOf(x) },
      { statistic: 'max', ...cells, of: 'x', grid: edgesOf(x) },
      { statistic: 'quantile', ...cells, of: 'x', p: decimal(p, 3), grid: edgesOf(x), ...weight },
      { statistic: 'regression', ...measured, on: ['y', ['y', 'y'], 'w'] },
      { statistic: 'index', ...measured, against: 'y', at: 'w' },
      {
        statistic: 'mirror',
        ...measured,
        from: { party: 'a', where: { flag: true } },
        minus: { party: 'c' },
      },
    ];
    const task = taskOf(
      {
        kind: { type: 'category', values: KINDS },
        x: column(x),
        flag: { type: 'boolean' },
        y: column(y),
        w: { type: 'decimal', places: 1, min: '0.1', max: '5.0' },
      },
      statistics.map((spec) => ({ name: String(spec['statistic']), ...spec })),
      { disclosure: { 'minimum-contributors': 3 }, scheme },
    );
    const within = ({ low, high }: Range) =>
      fc.oneof(fc.integer({ min: low, max: high }), fc.constantFrom(low, high));
    const record = fc.tuple(
      fc.nat({ max: KINDS.length - 1 }),
      within(x),
      fc.nat({ max: 1 }),
      within(y),
      fc.integer({ min: 1, max: 50 }),
    );
    const some = fc.array(fc.array(record, { maxLength: 8 }), { minLength: 3, maxLength: 3 });
    // One record and all of them equal are cases of their own: something is undefined in most statistics.
    const one = record.map((only) => [[], [only], []]);
    const equal = record.map((same) => [[same], [same, same], []]);
    const none = fc.constant([[], [], []]);
    return fc.oneof({ arbitrary: some, weight: 6 }, one, equal, none).map((parties) => ({ task, parties }));
  });

test('over random schemas, ranges, conditions, weights, records and splits among parties', () => {
  fc.assert(
    fc.property(cases, ({ task, parties }) => {
      expect(validateTask(JSON.parse(JSON.stringify(task)))).toEqual(task);
      expect(computeSecurely(task, parties)).toEqual(computePlainly(task, parties));
    }),
    { numRuns: 120 },
  );
});

test.each(['bfv', 'paillier'])(
  'an empty group is reported as empty by every statistic that is not a count, with %s',
  (scheme) => {
    const [{ task } = { task: undefined }] = fc.sample(cases, { numRuns: 1, seed: 1 });
    if (task === undefined) throw new Error('nothing was drawn');
    const empty = validateTask({ ...task, scheme });
    for (const { statistic, rows } of computeSecurely(empty, [[], [], []]).statistics) {
      const counts = rows.filter(
        ({ cell }) => ['count', 'histogram'].includes(statistic) || ['count', 'n'].includes(partOf(cell)),
      );
      expect(counts.every(({ value }) => value === null || /^0(\.0+)?$/.test(value))).toBe(true);
      const others = rows.filter((row) => !counts.includes(row));
      expect(others.filter(({ value }) => value !== null)).toEqual([]);
    }
  },
);

const partOf = (cell: Readonly<Record<string, string>>): string => Object.values(cell).at(-1) ?? '';

/** The cells of the statistic of a task with this name, as `labels: value`. */
function told(result: Result, name: string): string[] {
  const statistic = result.statistics.find((candidate) => candidate.name === name);
  return (statistic?.rows ?? []).map(
    ({ cell, value, reason }) =>
      `${[...Object.values(cell), ''].join(' ')}${value ?? `– ${reason ?? ''}`.trim()}`,
  );
}

/** The values of one statistic over records split among three parties, which are those of its definition too. */
function values(
  columns: Record<string, unknown>,
  spec: Record<string, unknown>,
  parties: readonly (readonly (readonly number[])[])[],
): string[] {
  const task = taskOf(columns, [{ name: 's', ...spec }], { disclosure: { 'minimum-contributors': 3 } });
  const result = computeSecurely(task, parties);
  expect(result).toEqual(computePlainly(task, parties));
  return told(result, 's');
}

const SMALL = {
  kind: { type: 'category', values: ['a', 'b'] },
  x: { type: 'integer', min: 0, max: 9 },
  y: { type: 'integer', min: -9, max: 9 },
  w: { type: 'decimal', places: 1, min: '0.1', max: '9.9' },
};
/** kind, x, y, w */
const RECORDS = [
  [
    [0, 1, -1, 10],
    [1, 2, -2, 10],
  ],
  [[0, 3, -3, 20]],
  [],
];

describe('weights', () => {
  test.each([
    ['count', {}, '4.0'],
    ['sum', { of: 'x', decimals: 2 }, '9.00'],
    ['mean', { of: 'x', decimals: 2 }, '2.25'],
    // 3/2 · (1·1.25² + 1·0.25² + 2·0.75²) / 4
    ['variance', { of: 'x', decimals: 5 }, '1.03125'],
    ['sd', { of: 'x', decimals: 3 }, '1.016'],
    ['covariance', { of: 'x', with: 'y', decimals: 5 }, '-1.03125'],
    ['ratio', { of: 'x', to: 'y', decimals: 1 }, '-1.0'],
  ])('%s', (statistic, fields, expected) => {
    expect(values(SMALL, { statistic, weight: 'w', ...fields }, RECORDS)).toEqual([expected]);
  });

  test('multiplied by one number change no mean and no variance', () => {
    const doubled = RECORDS.map((records) => records.map(([k = 0, x = 0, y = 0, w = 0]) => [k, x, y, 2 * w]));
    for (const statistic of ['mean', 'variance', 'sd']) {
      const spec = { statistic, of: 'x', decimals: 9, weight: 'w' };
      expect(values(SMALL, spec, doubled)).toEqual(values(SMALL, spec, RECORDS));
    }
  });
});

describe('conditions', () => {
  const counted = (where: unknown): string[] => values(SMALL, { statistic: 'count', where }, RECORDS);

  test('on labels and on ranges, ends included, and all of them together', () => {
    expect(counted({ kind: 'a' })).toEqual(['2']);
    expect(counted({ kind: ['a', 'b'] })).toEqual(['3']);
    expect(counted({ x: { from: '2' } })).toEqual(['2']);
    expect(counted({ x: { from: '1', to: '2' } })).toEqual(['2']);
    expect(counted({ kind: 'a', x: { to: '2' } })).toEqual(['1']);
    expect(counted({ w: { from: '1.1', to: '100' } })).toEqual(['1']);
  });

  test('that nobody meets leave an empty group, not a zero', () => {
    const spec = { statistic: 'mean', of: 'x', decimals: 0, where: { x: { from: '7' } } };
    expect(values(SMALL, spec, RECORDS)).toEqual(['–']);
  });

  test('do not reveal how many records do not meet them', () => {
    const task = taskOf(SMALL, [{ name: 's', statistic: 'count', where: { kind: 'a' } }]);
    expect(planTask(task).layout.slots).toBe(1);
  });
});

describe('covariance and correlation', () => {
  test('a line has correlation one, with the sign of its slope', () => {
    expect(values(SMALL, { statistic: 'correlation', of: 'x', with: 'y', decimals: 4 }, RECORDS)).toEqual([
      '-1.0000',
    ]);
    expect(values(SMALL, { statistic: 'correlation', of: 'x', with: 'x', decimals: 4 }, RECORDS)).toEqual([
      '1.0000',
    ]);
  });

  test('a constant column has none', () => {
    const constant = RECORDS.map((records) => records.map(([k = 0, x = 0, , w = 0]) => [k, x, 5, w]));
    const spec = { of: 'x', with: 'y', decimals: 1 };
    expect(values(SMALL, { statistic: 'correlation', ...spec }, constant)).toEqual(['–']);
    expect(values(SMALL, { statistic: 'covariance', ...spec }, constant)).toEqual(['0.0']);
  });
});

describe('a grid', () => {
  const grid = { from: '0', to: '9', step: '3' };

  test('a histogram has bins that include their lower edge, and the last one both', () => {
    const records = [[0, 2, 3, 5, 6, 9, 9].map((x) => [0, x, 0, 1]), [], []];
    expect(values(SMALL, { statistic: 'histogram', of: 'x', edges: grid }, records)).toEqual([
      '[0, 3) 2',
      '[3, 6) 2',
      '[6, 9] 3',
    ]);
    expect(
      values(SMALL, { statistic: 'histogram', of: 'x', edges: ['0', '1', '9'], weight: 'w' }, records),
    ).toEqual(['[0, 1) 0.1', '[1, 9] 0.6']);
  });

  test('extremes and quantiles are bounded by the ends of their bin', () => {
    const records = [[1, 4, 4, 5, 7].map((x) => [0, x, 0, 1]), [], []];
    const bounds = (spec: object): string[] => values(SMALL, { of: 'x', grid, ...spec }, records);
    expect(bounds({ statistic: 'min' })).toEqual(['at least 0', 'at most 2']);
    expect(bounds({ statistic: 'max' })).toEqual(['at least 6', 'at most 9']);
    expect(bounds({ statistic: 'quantile', p: '0.5' })).toEqual(['at least 3', 'at most 5']);
    expect(bounds({ statistic: 'quantile', p: '0.2' })).toEqual(['at least 0', 'at most 2']);
    expect(bounds({ statistic: 'quantile', p: '0.81' })).toEqual(['at least 6', 'at most 9']);
  });

  test('with a step of one unit of the last decimal they are exact', () => {
    const records = [[1, 4, 4, 5, 7].map((x) => [0, x, 0, 1]), [], []];
    const fine = { of: 'x', grid: { from: '0', to: '10', step: '1' } };
    expect(values(SMALL, { statistic: 'quantile', p: '0.5', ...fine }, records)).toEqual([
      'at least 4',
      'at most 4',
    ]);
    expect(values(SMALL, { statistic: 'max', ...fine }, records)).toEqual(['at least 7', 'at most 7']);
  });

  test('weights move a quantile', () => {
    const records = [
      [
        [0, 1, 0, 70],
        [0, 9, 0, 10],
      ],
      [],
      [],
    ];
    const spec = { statistic: 'quantile', of: 'x', p: '0.75', grid };
    expect(values(SMALL, spec, records)).toEqual(['at least 6', 'at most 9']);
    expect(values(SMALL, { ...spec, weight: 'w' }, records)).toEqual(['at least 0', 'at most 2']);
  });

  test('an empty cell has no extremes and no quantile', () => {
    const spec = { of: 'x', grid, by: ['kind'] };
    for (const statistic of ['min', 'max', 'quantile']) {
      const p = statistic === 'quantile' ? { p: '0.5' } : {};
      const found = values(SMALL, { statistic, ...spec, ...p }, [[[1, 4, 0, 1]], [], []]);
      expect(found).toEqual(['a at least –', 'a at most –', 'b at least 3', 'b at most 5']);
    }
  });
});

test('a crosstab has counts and three percentages, margins included', () => {
  const columns = { r: { type: 'boolean' }, c: { type: 'category', values: ['u', 'v'] } };
  const spec = { statistic: 'crosstab', by: ['r', 'c'], decimals: 1 };
  const records = [
    [
      [0, 0],
      [0, 0],
      [0, 1],
    ],
    [[1, 1]],
    [],
  ];
  const found = values(columns, spec, records);
  expect(found.slice(0, 4)).toEqual([
    'false u count 2',
    'false u row % 66.7',
    'false u column % 100.0',
    'false u table % 50.0',
  ]);
  expect(found.slice(8, 12)).toEqual([
    'false count 3',
    'false row % 100.0',
    'false column % 75.0',
    'false table % 75.0',
  ]);
  expect(found.slice(-4)).toEqual(['count 4', 'row % 100.0', 'column % 100.0', 'table % 100.0']);
});

describe('regression', () => {
  const on = { statistic: 'regression', of: 'y', decimals: 3 };

  test('a line through three records', () => {
    expect(values(SMALL, { ...on, on: ['x'] }, RECORDS)).toEqual([
      'n 3',
      'R² 1.000',
      'coefficient of (intercept) 0.000',
      'standard error of (intercept) 0.000',
      'coefficient of x -1.000',
      'standard error of x 0.000',
    ]);
  });

  test('collinear regressors are named', () => {
    const columns = { y: SMALL.y, a: SMALL.x, b: SMALL.x };
    const records = [
      [
        [1, 1, 2],
        [4, 2, 4],
      ],
      [[2, 3, 6]],
      [[0, 4, 8]],
    ];
    const found = values(columns, { ...on, on: ['a', 'b'] }, records);
    expect(found[0]).toBe('n 4');
    expect(new Set(found.slice(1).map((row) => row.replace(/.*–/, '–')))).toEqual(
      new Set(['– collinear: b is a linear combination of the terms before it']),
    );
  });

  test('a column that does not vary is collinear with the intercept', () => {
    const found = values({ y: SMALL.y, a: SMALL.x }, { ...on, on: ['a'] }, [
      [
        [1, 5],
        [2, 5],
      ],
      [[3, 5]],
      [],
    ]);
    expect(found[1]).toBe('R² – collinear: a is a linear combination of the terms before it');
  });

  test('too few records, or just enough', () => {
    const columns = { y: SMALL.y, a: SMALL.x };
    const few = values(columns, { ...on, on: ['a'] }, [[[1, 5]], [], []]);
    expect(few[1]).toBe('R² – fewer records than coefficients');
    const enough = values(columns, { ...on, on: ['a'] }, [[[1, 5]], [[3, 6]], []]);
    expect(enough.slice(4)).toEqual([
      'coefficient of a 2.000',
      'standard error of a – as many coefficients as records',
    ]);
  });

  test('a constant y has coefficients and no R²', () => {
    const columns = { y: SMALL.y, a: SMALL.x };
    const found = values(columns, { ...on, on: ['a'] }, [[[4, 5]], [[4, 6]], [[4, 8]]]);
    expect(found.slice(1, 3)).toEqual([
      'R² – the measured column does not vary',
      'coefficient of (intercept) 4.000',
    ]);
  });
});

test('the Laspeyres and Paasche price indices of two products', () => {
  const price = { type: 'decimal', places: 2, min: '0.00', max: '100.00' };
  const columns = { p0: price, p1: price, q0: SMALL.x, q1: SMALL.x };
  const records = [[[1000, 1100, 5, 9]], [[200, 300, 9, 1]], []];
  // (11·5 + 3·9) / (10·5 + 2·9) and (11·9 + 3·1) / (10·9 + 2·1)
  const spec = { statistic: 'index', of: 'p1', against: 'p0', decimals: 2 };
  expect(values(columns, { ...spec, at: 'q0' }, records)).toEqual(['120.59']);
  expect(values(columns, { ...spec, at: 'q1' }, records)).toEqual(['110.87']);
  expect(values(columns, { ...spec, at: 'q0' }, [[[0, 500, 1, 1]], [], []])).toEqual(['–']);
});

describe('mirror', () => {
  const columns = {
    flow: { type: 'category', values: ['export', 'import'] },
    good: { type: 'category', values: ['oil', 'tea', 'tin'] },
    value: { type: 'integer', min: 0, max: 1000 },
  };
  const spec = {
    statistic: 'mirror',
    of: 'value',
    from: { party: 'a', where: { flow: 'export' } },
    minus: { party: 'b', where: { flow: 'import' } },
    by: ['good'],
    totals: true,
    decimals: 0,
  };
  const records = [
    [
      [0, 0, 100],
      [1, 0, 999],
      [0, 1, 7],
    ],
    [
      [1, 0, 130],
      [0, 0, 555],
    ],
    [[0, 0, 1]],
  ];

  test('is the exports of one minus the imports of the other; nobody else counts', () => {
    expect(values(columns, spec, records)).toEqual(['oil -30', 'tea 7', 'tin –', '-23']);
  });

  test('the vectors of the parties hold their own values with opposite signs', () => {
    const task = taskOf(columns, [{ name: 'gap', ...spec }], {
      disclosure: { 'minimum-contributors': 3 },
    });
    const plan = planTask(task);
    const vectors = records.map((party, i) => {
      const encoder = openEncoder(task, plan, task.parties.input[i] ?? '');
      for (const record of party) encoder.add(record);
      return encoder.vectors()[0];
    });
    expect(vectors).toEqual([
      [1n, 100n, 1n, 7n, 0n, 0n],
      [1n, -130n, 0n, 0n, 0n, 0n],
      [0n, 0n, 0n, 0n, 0n, 0n],
    ]);
  });
});

describe('in words', () => {
  const task = taskOf(SMALL, [
    { name: 'adults', statistic: 'count', where: { kind: 'a', x: { from: '2', to: '5' } }, weight: 'w' },
    { name: 'r', statistic: 'correlation', of: 'x', with: 'y', decimals: 3 },
    { name: 'half', statistic: 'quantile', of: 'x', p: '0.5', grid: { from: '0', to: '9', step: '3' } },
    { name: 'fit', statistic: 'regression', of: 'y', on: ['x', ['x', 'x']], decimals: 3 },
  ]);
  const text = describePlan(task, planTask(task)).replace(/\s+/g, ' ');

  test.each([
    'adults: count weighted by w over all records where kind is a and x is from 2 to 5',
    'r: correlation of x with y over all records, to 3 decimals',
    'half: quantile of x over all records, in 3 bins of x from 0 to 9',
    'fit: regression of y on x, x·x over all records, to 3 decimals',
    'Σ w overall where kind is a and x is from 2 to 5: at most',
    'the exact number of records, Σ w over all records where kind is a and x is from 2 to 5, not only',
    'the exact number of records in each of the 3 cells by x (3 bins)',
    'behind half: the histogram over the grid',
    'Σ x⁴',
    'Σ x²·y',
  ])('it says: %s', (words) => {
    expect(text).toContain(words);
  });
});

test('the forms as people write them in YAML', () => {
  const yaml = wagesYaml().replace(
    /statistics:\n(?: {2}-.*\n)+/,
    `statistics:
  - { name: n, statistic: count, where: { gender: female, wage: { from: 5, to: 10.50 } } }
  - { name: m, statistic: quantile, of: wage, p: 0.5, grid: { from: 0, to: 100, step: 0.25 } }
  - { name: h, statistic: histogram, of: wage, edges: [0, 7.50, 100], by: [gender] }
  - { name: t, statistic: crosstab, by: [occupation, gender], decimals: 1, where: { occupation: [sales, service] } }
`,
  );
  const [n, m, h, t] = parseTask(yaml, 'task.yaml').statistics;
  expect(n).toMatchObject({ where: { gender: ['female'], wage: { from: '5', to: '10.50' } } });
  expect(m).toMatchObject({ p: '0.5', grid: { from: '0', to: '100', step: '0.25' } });
  expect(h).toMatchObject({ edges: ['0', '7.50', '100'] });
  expect(t).toMatchObject({ totals: true, where: { occupation: ['sales', 'service'] } });
});
