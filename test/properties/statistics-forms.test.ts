/** Statistics over the columns of certain parties, how a plan says what it computes, and how a task is written. */
import { describe, expect, test } from 'vitest';
import { describePlan } from '../../statistics/describe.ts';
import { openEncoder } from '../../statistics/encode.ts';
import { planTask } from '../../statistics/plan.ts';
import { parseTask } from '../../statistics/task.ts';
import { SMALL, values } from '../fixtures/statistics-by-hand.ts';
import { taskOf, wagesYaml } from '../fixtures/statistics-tasks.ts';

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
