/** Certified and published values. */
import { describe, expect, test } from 'vitest';
import { parseTask, type TaskDocument } from '../../statistics/task.ts';
import { tableOf } from '../../statistics/domain.ts';
import {
  computePlainly,
  computeSecurely,
  readAll,
  taskOf,
  wagesCsv,
  wagesYaml,
} from '../fixtures/statistics-tasks.ts';

/** NIST Statistical Reference Datasets, univariate summary statistics: the constructed sets, 15 digits. */
const NIST = [
  {
    name: 'NumAcc1',
    places: 0,
    first: 10_000_001,
    pairs: 1,
    low: 10_000_003,
    high: 10_000_002,
    mean: '10000002',
    sd: '1',
  },
  { name: 'NumAcc2', places: 1, first: 12, pairs: 500, low: 11, high: 13, mean: '1.2', sd: '0.1' },
  {
    name: 'NumAcc3',
    places: 1,
    first: 10_000_002,
    pairs: 500,
    low: 10_000_001,
    high: 10_000_003,
    mean: '1000000.2',
    sd: '0.1',
  },
  {
    name: 'NumAcc4',
    places: 1,
    first: 100_000_002,
    pairs: 500,
    low: 100_000_001,
    high: 100_000_003,
    mean: '10000000.2',
    sd: '0.1',
  },
];

describe.each(NIST)('NIST StRD $name', ({ places, first, pairs, low, high, mean, sd }) => {
  const task = taskOf(
    { x: { type: 'decimal', places, min: '0', max: '100000000' } },
    [
      { name: 'mean', statistic: 'mean', of: 'x', decimals: 15 },
      { name: 'sd', statistic: 'sd', of: 'x', decimals: 15 },
    ],
    {},
    1001,
  );
  const records = [[first], ...Array.from({ length: pairs }, () => [[low], [high]]).flat()];
  const certified = [mean, sd].map((text) => {
    const [whole = '', fraction = ''] = text.split('.');
    return `${whole}.${fraction.padEnd(15, '0')}`;
  });

  test.each([1, 2, 3])('split over %i parties', (parties) => {
    const split = Array.from({ length: parties }, (_, i) => records.filter((_, j) => j % parties === i));
    const values = computeSecurely(task, split).statistics.map(({ rows }) => rows[0]?.value);
    expect(values).toEqual(certified);
  });
});

describe('wages, 1985', () => {
  /** n, mean and sd from Python's `statistics` over `fractions.Fraction`, to two decimals. */
  const EXPECTED: Record<string, readonly [string, string, string]> = {
    'management female': ['21', '11.06', '8.57'],
    'management male': ['34', '13.72', '6.82'],
    'management all': ['55', '12.70', '7.57'],
    'sales female': ['17', '5.24', '2.62'],
    'sales male': ['21', '9.50', '4.37'],
    'sales all': ['38', '7.59', '4.23'],
    'clerical female': ['76', '7.40', '2.78'],
    'clerical male': ['21', '7.49', '2.45'],
    'clerical all': ['97', '7.42', '2.70'],
    'service female': ['49', '6.06', '2.81'],
    'service male': ['34', '7.23', '4.61'],
    'service all': ['83', '6.54', '3.67'],
    'professional female': ['52', '11.10', '5.36'],
    'professional male': ['53', '12.77', '5.60'],
    'professional all': ['105', '11.95', '5.52'],
    'other female': ['30', '5.73', '2.89'],
    'other male': ['126', '9.07', '4.28'],
    'other all': ['156', '8.43', '4.25'],
    'all female': ['245', '7.88', '4.72'],
    'all male': ['289', '9.99', '5.29'],
    'all all': ['534', '9.02', '5.14'],
  };

  async function readWages(): Promise<{ task: TaskDocument; parties: (readonly number[])[][] }> {
    const task = parseTask(wagesYaml(), 'task.yaml');
    const tables = task.parties.input.map((party) => readAll(tableOf(task), wagesCsv(party)));
    return { task, parties: await Promise.all(tables) };
  }

  test('three offices hold 99, 24 and 411 persons', async () => {
    const { parties } = await readWages();
    expect(parties.map(({ length }) => length)).toEqual([99, 24, 411]);
  });

  test('number, mean and deviation by occupation and gender, with all margins', async () => {
    const { task, parties } = await readWages();
    const result = computeSecurely(task, parties);
    const [count, mean, sd] = result.statistics;
    const found = Object.fromEntries(
      (count?.rows ?? []).map(({ cell, value }, i) => [
        `${cell['occupation'] ?? 'all'} ${cell['gender'] ?? 'all'}`,
        [value, mean?.rows[i]?.value, sd?.rows[i]?.value],
      ]),
    );
    expect(found).toEqual(EXPECTED);
    expect(result).toEqual(computePlainly(task, parties));
  });
});
