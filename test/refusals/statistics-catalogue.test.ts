/** Statistics that are asked for in a way that has no meaning, and sums that no records have. */
import { describe, expect, test } from 'vitest';
import { finishTask } from '../../statistics/finish.ts';
import { planTask } from '../../statistics/plan.ts';
import { tableOf } from '../../statistics/domain.ts';
import { readAll, refusalOf, taskOf } from '../fixtures/statistics-tasks.ts';

const COLUMNS = {
  kind: { type: 'category', values: ['north', 'south'] },
  flag: { type: 'boolean' },
  x: { type: 'decimal', places: 2, min: '-10.00', max: '10.00' },
  y: { type: 'integer', min: 0, max: 100 },
  w: { type: 'decimal', places: 1, min: '0.1', max: '9.9' },
};

const OF_X = { of: 'x', decimals: 2 };
const MIRROR = {
  statistic: 'mirror',
  ...OF_X,
  from: { party: 'a', where: { kind: 'north' } },
  minus: { party: 'b' },
};

const REFUSED: Record<string, readonly [spec: Record<string, unknown>, says: string]> = {
  'a condition on no column': [
    { statistic: 'count', where: { kinds: 'north' } },
    'statistics.0.where.kinds: there is no column "kinds"; did you mean "kind"?',
  ],
  'a condition on a label that is not declared': [
    { statistic: 'count', where: { kind: ['north', 'sout'] } },
    'where.kind.1: "kind" has no label "sout"; did you mean "south"?',
  ],
  'a condition that lists a label twice': [
    { statistic: 'count', where: { flag: [true, 'true'] } },
    'where.flag.1: is listed twice',
  ],
  'a condition of no label': [
    { statistic: 'count', where: { kind: [] } },
    'where.kind: must name at least one label',
  ],
  'a range of labels': [
    { statistic: 'count', where: { kind: { from: '1' } } },
    'where.kind: "kind" is category; it needs a label or a list of labels',
  ],
  'a label of numbers': [
    { statistic: 'count', where: { y: '5' } },
    'where.y: "y" is integer; it needs { from, to }',
  ],
  'a range without ends': [{ statistic: 'count', where: { y: {} } }, 'where.y: needs from, to, or both'],
  'a range upside down': [
    { statistic: 'count', where: { y: { from: '5', to: '4' } } },
    'no value from 0 to 100',
  ],
  'a range outside the declared one': [
    { statistic: 'count', where: { y: { from: '101' } } },
    'no value from 0 to 100, the declared range, meets it',
  ],
  'a range with more decimals than the column': [
    { statistic: 'count', where: { y: { from: '0.5' } } },
    'from and to may have 0 decimals',
  ],
  'a condition that is a number': [
    { statistic: 'count', where: { y: 5 } },
    'where.y: must be a label, a list of labels, or { from, to }',
  ],
  'a range with an unknown key': [
    { statistic: 'count', where: { y: { form: '5' } } },
    'where.y.form: unknown key; did you mean "from"?',
  ],
  'a weight that is no column': [{ statistic: 'count', weight: 'z' }, 'weight: there is no column "z"'],
  'a weight that is a category': [{ statistic: 'count', weight: 'kind' }, 'weight: "kind" is category'],
  'a weight that may be zero': [
    { statistic: 'mean', ...OF_X, weight: 'y' },
    'weight: the min of "y" must be above 0: a weight of zero or less has no meaning',
  ],
  'a weight where none is defined': [
    { statistic: 'regression', ...OF_X, on: ['y'], weight: 'w' },
    'weight: unknown key',
  ],
  'a covariance with nothing': [{ statistic: 'covariance', ...OF_X }, 'with: is missing'],
  'a covariance with a category': [
    { statistic: 'covariance', ...OF_X, with: 'kind' },
    'with: "kind" is category; it must be integer or decimal',
  ],
  'a correlation with an unknown column': [
    { statistic: 'correlation', ...OF_X, with: 'yy' },
    'with: there is no column "yy"; did you mean "y"?',
  ],
  'a ratio to a boolean': [{ statistic: 'ratio', ...OF_X, to: 'flag' }, 'to: "flag" is boolean'],
  'a histogram without edges': [{ statistic: 'histogram', of: 'y' }, 'edges: must be a list'],
  'edges that do not rise': [
    { statistic: 'histogram', of: 'y', edges: ['0', '50', '50', '100'] },
    'edges: each edge must be greater than the one before it',
  ],
  'edges that leave values out': [
    { statistic: 'histogram', of: 'x', edges: ['0', '10'] },
    'edges: the edges must cover -10.00 to 10.00, the declared range of "x"',
  ],
  'edges with more decimals than the column': [
    { statistic: 'histogram', of: 'y', edges: ['0', '0.5', '100'] },
    'edges: edges may have 0 decimals, as "y" does',
  ],
  'a step that does not fit': [
    { statistic: 'min', of: 'y', grid: { from: '0', to: '100', step: '30' } },
    'grid: from must be below to, and a whole number of steps',
  ],
  'a step of zero': [
    { statistic: 'max', of: 'y', grid: { from: '0', to: '100', step: '0' } },
    'grid: from must be below to',
  ],
  'a grid of more bins than anybody needs': [
    { statistic: 'min', of: 'y', grid: { from: '0', to: '1000000000', step: '1' } },
    'grid: makes 1000000000 bins; at most 10000 are allowed',
  ],
  'a quantile of nothing': [
    { statistic: 'quantile', of: 'y', p: '0', grid: ['0', '100'] },
    'p: must be above 0 and below 1',
  ],
  'a quantile beyond everything': [
    { statistic: 'quantile', of: 'y', p: '1.0', grid: ['0', '100'] },
    'p: must be above 0 and below 1',
  ],
  'a negative quantile': [
    { statistic: 'quantile', of: 'y', p: '-0.5', grid: ['0', '100'] },
    'p: must be above 0 and below 1',
  ],
  'a crosstab of one column': [
    { statistic: 'crosstab', by: ['kind'], decimals: 1 },
    'by: a table needs at least two columns',
  ],
  'a regression on nothing': [
    { statistic: 'regression', ...OF_X, on: [] },
    'on: must name at least one regressor',
  ],
  'a regression on a category': [
    { statistic: 'regression', ...OF_X, on: ['kind'] },
    'on.0: "kind" is category',
  ],
  'a product with an unknown column': [
    { statistic: 'regression', ...OF_X, on: ['y', ['y', 'z']] },
    'on.1.1: there is no column "z"',
  ],
  'a product of one column': [
    { statistic: 'regression', ...OF_X, on: [['y']] },
    'on.0: a product has at least two columns',
  ],
  'a regressor twice': [{ statistic: 'regression', ...OF_X, on: ['y', 'y'] }, 'on.1: is named twice'],
  'a product twice, in another order': [
    {
      statistic: 'regression',
      ...OF_X,
      on: [
        ['y', 'w'],
        ['w', 'y'],
      ],
    },
    'on.1: is named twice',
  ],
  'an index at no quantities': [{ statistic: 'index', ...OF_X, against: 'y' }, 'at: is missing'],
  'a mirror of one party': [
    { ...MIRROR, minus: { party: 'a' } },
    'minus.party: is the party that "from" names; a gap needs two',
  ],
  'a mirror of a stranger': [
    { ...MIRROR, minus: { party: 'z' } },
    'minus.party: is none of the input parties, a, b, c',
  ],
  'a mirror on an unknown label': [
    { ...MIRROR, minus: { party: 'b', where: { kind: 'east' } } },
    'minus.where.kind.0: "kind" has no label "east"',
  ],
};

const ALL = { disclosure: { 'minimum-contributors': 3 } };

test.each(Object.entries(REFUSED))('%s', async (_name, [spec, says]) => {
  const error = await refusalOf('TASK_INVALID', () => taskOf(COLUMNS, [{ name: 's', ...spec }], ALL));
  expect(error.message).toContain(says);
  expect(error.message).toMatch(/^the task document: statistics\.0/);
});

test('a mirror that would be released while one side is missing', async () => {
  const few = { disclosure: { 'minimum-contributors': 2 } };
  const error = await refusalOf('TASK_INVALID', () => taskOf(COLUMNS, [{ name: 's', ...MIRROR }], few));
  expect(error.message).toContain('needs disclosure.minimum-contributors: 3, all input parties');
});

test('a column whose bounds are wrong is told once, at its declaration', async () => {
  const columns = { ...COLUMNS, y: { type: 'integer', min: '0.5', max: 100 } };
  const spec = { name: 's', statistic: 'min', of: 'y', grid: ['0', '100'] };
  const error = await refusalOf('TASK_INVALID', () => taskOf(columns, [spec]));
  expect(error.message).toBe(
    'the task document: tables.units.columns.y: min and max may have no decimals, as the column does',
  );
});

test.each(['0', '0.0', '-1.5'])('a weight of %s names its row and column', async (weight) => {
  const task = taskOf({ x: COLUMNS.x, w: COLUMNS.w }, [
    { name: 's', statistic: 'mean', ...OF_X, weight: 'w' },
  ]);
  const csv = `x,w\n1.00,2.0\n3.00,${weight}\n`;
  const error = await refusalOf('TABLE_INVALID', () => readAll(tableOf(task), csv));
  expect(error.message).toBe('units.csv: row 3, column "w": is outside the declared range, 0.1 to 9.9');
  expect(error.details).toEqual({ file: 'units.csv', row: 3, column: 'w' });
});

/** Sums of two records by moment: Σx = 0, Σx² = 2, Σw = 4, Σw² = 10, where Σw·x can be at most 2. */
const IMPOSSIBLE: Record<string, bigint> = { '': 2n, x: 0n, w: 4n, 'x·x': 2n, 'w·w': 10n, 'w·x': 3n };

describe('decrypted sums that no valid table has', () => {
  const two = { x: { type: 'integer', min: -5, max: 5 }, w: { type: 'integer', min: 1, max: 5 } };

  test.each([
    [
      'weights below their minimum',
      { statistic: 'mean', of: 'x', decimals: 1, weight: 'w' },
      { '': 2n, w: 1n },
    ],
    ['a correlation above one', { statistic: 'correlation', of: 'x', with: 'w', decimals: 1 }, IMPOSSIBLE],
    [
      'a regression with a negative residual',
      { statistic: 'regression', of: 'x', on: ['w'], decimals: 1 },
      IMPOSSIBLE,
    ],
  ])('%s', async (_name, spec, sums) => {
    const task = taskOf(two, [{ name: 's', ...spec }]);
    const plan = planTask(task);
    const names = plan.layout.groups[0]?.moments.map(({ factors }) => factors.join('·'));
    const slots = (names ?? []).map((name) => (sums as Record<string, bigint>)[name] ?? 0n);
    const error = await refusalOf('CIPHERTEXT_INVALID', () => finishTask(task, plan, [slots]));
    expect(error.details).toEqual({ check: 'plausible' });
  });
});
