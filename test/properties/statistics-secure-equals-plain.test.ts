/** Encode, add slot by slot, finish: equal to the textbook definitions on the pooled records, digit for digit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskDocument } from '../../statistics/task.ts';
import { computePlainly, computeSecurely, taskOf } from '../fixtures/statistics-tasks.ts';

const LABELS = ['a', 'b', 'c', 'd', 'e'];
const LIMIT = Number.MAX_SAFE_INTEGER;

interface Measure {
  readonly places: number;
  readonly minimum: number;
  readonly maximum: number;
}

const measure: fc.Arbitrary<Measure> = fc
  .tuple(
    fc.integer({ min: 0, max: 6 }),
    fc.oneof(
      fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -1000, max: 1000 })),
      fc.tuple(fc.maxSafeInteger(), fc.maxSafeInteger()),
      fc.constant([-LIMIT, LIMIT] as const),
    ),
  )
  .map(([places, [a, b]]) => ({ places, minimum: Math.min(a, b), maximum: Math.max(a, b) }));

/** A scaled integer as the decimal text of a task document. */
function decimal(scaled: number, places: number): string {
  const digits = String(Math.abs(scaled)).padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return scaled < 0 ? `-${text}` : text;
}

interface Case {
  readonly task: TaskDocument;
  readonly parties: readonly (readonly (readonly number[])[])[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    categories: fc.integer({ min: 1, max: LABELS.length }),
    measure,
    by: fc.subarray(['kind', 'flag'], { minLength: 0 }),
    decimals: fc.integer({ min: 0, max: 8 }),
    totals: fc.boolean(),
    inputs: fc.integer({ min: 2, max: 5 }),
    maxRows: fc.constantFrom(20, 1_000_000_000),
    scheme: fc.constantFrom('bfv', 'paillier'),
  })
  .chain(({ categories, measure: range, by, decimals, totals, inputs, maxRows, scheme }) => {
    const common = { of: 'x', by, decimals, totals: totals && by.length > 0 };
    const task = taskOf(
      {
        kind: { type: 'category', values: LABELS.slice(0, categories) },
        x: {
          type: 'decimal',
          places: range.places,
          min: decimal(range.minimum, range.places),
          max: decimal(range.maximum, range.places),
        },
        flag: { type: 'boolean' },
      },
      [
        { name: 'n', statistic: 'count', by, totals: common.totals },
        ...['sum', 'mean', 'variance', 'sd'].map((statistic) => ({ name: statistic, statistic, ...common })),
        { name: 'overall', statistic: 'sd', of: 'x', decimals },
      ],
      {
        scheme,
        parties: {
          input: Array.from({ length: inputs }, (_, i) => `in-${i}`),
          processing: ['h1', 'h2', 'h3'],
          output: 'out',
        },
      },
      maxRows,
    );
    const value = fc.oneof(
      fc.integer({ min: range.minimum, max: range.maximum }),
      fc.constantFrom(range.minimum, range.maximum),
    );
    const record = fc.tuple(fc.nat({ max: categories - 1 }), value, fc.nat({ max: 1 }));
    const party = fc.array(record, { maxLength: 12 });
    return fc.array(party, { minLength: inputs, maxLength: inputs }).map((parties) => ({ task, parties }));
  });

test('over random schemas, ranges, records and splits among parties', () => {
  fc.assert(
    fc.property(cases, ({ task, parties }) => {
      expect(computeSecurely(task, parties)).toEqual(computePlainly(task, parties));
    }),
    { numRuns: 400 },
  );
});

describe.each(['bfv', 'paillier'])('at the edges, with %s', (scheme) => {
  const column = { x: { type: 'integer', min: -LIMIT, max: LIMIT } };
  const statistics = ['count', 'sum', 'mean', 'variance', 'sd'].map((statistic) => ({
    name: statistic,
    statistic,
    ...(statistic === 'count' ? {} : { of: 'x', decimals: 1 }),
  }));
  const task = taskOf(column, statistics, { scheme });
  const values = (parties: readonly (readonly number[])[]): (string | null | undefined)[] => {
    const tables = parties.map((xs) => xs.map((x) => [x]));
    const result = computeSecurely(task, tables);
    expect(result).toEqual(computePlainly(task, tables));
    return result.statistics.map(({ rows }) => rows[0]?.value);
  };

  test('no record at all is empty, not zero', () => {
    expect(values([[], [], []])).toEqual(['0', null, null, null, null]);
  });

  test('one record has no deviation', () => {
    expect(values([[], [-7], []])).toEqual(['1', '-7.0', '-7.0', null, null]);
  });

  test('equal values do not deviate', () => {
    expect(values([[LIMIT, LIMIT], [LIMIT], []])).toEqual([
      '3',
      `${3n * BigInt(LIMIT)}.0`,
      `${LIMIT}.0`,
      '0.0',
      '0.0',
    ]);
  });

  test('the ends of the range, whose squares have 106 bits', () => {
    const square = 2n * BigInt(LIMIT) ** 2n;
    expect(values([[LIMIT], [-LIMIT], []])).toEqual([
      '2',
      '0.0',
      '0.0',
      `${square}.0`,
      // √2·(2^53 − 1)
      '12738103345051543.7',
    ]);
  });

  test('a tie is rounded to the even neighbour', () => {
    const ties = taskOf(column, [{ name: 'm', statistic: 'mean', of: 'x', decimals: 0 }], { scheme });
    const mean = (...xs: number[]): string | null | undefined =>
      computeSecurely(ties, [xs.map((x) => [x])]).statistics[0]?.rows[0]?.value;
    expect([mean(0, 1), mean(1, 2), mean(0, -1), mean(-1, -2)]).toEqual(['0', '2', '0', '-2']);
  });
});

test('a million additions stay exact where a double would not', () => {
  const task = taskOf(
    { x: { type: 'integer', min: 0, max: LIMIT } },
    [{ name: 's', statistic: 'sum', of: 'x', decimals: 0 }],
    {},
    1_000_000,
  );
  const records = Array.from({ length: 100_000 }, (_, i) => [LIMIT - (i % 3)]);
  const result = computeSecurely(task, [records, [], []]);
  // i mod 3 is 0 for the last of 100,000 records, so Σ(i mod 3) = 33,333·3.
  expect(result.statistics[0]?.rows[0]?.value).toBe((100_000n * BigInt(LIMIT) - 99_999n).toString());
});
