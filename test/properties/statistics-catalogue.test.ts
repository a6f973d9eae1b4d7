/** Every statistic of the catalogue over random tasks, with conditions and weights: secure equals the definition, digit for digit. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateTask, type TaskDocument } from '../../statistics/task.ts';
import { computePlainly, computeSecurely, taskOf } from '../fixtures/statistics-tasks.ts';

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

const partOf = (cell: Readonly<Record<string, string>>): string => Object.values(cell).at(-1) ?? '';

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
