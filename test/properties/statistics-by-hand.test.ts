/** Statistics over few records, which are those of their definitions and can be computed by hand. */
import { describe, expect, test } from 'vitest';
import { planTask } from '../../statistics/plan.ts';
import { RECORDS, SMALL, values } from '../fixtures/statistics-by-hand.ts';
import { taskOf } from '../fixtures/statistics-tasks.ts';

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
