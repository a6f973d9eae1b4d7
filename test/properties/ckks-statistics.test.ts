/**
 * Statistics under ckks: encoded, added with the largest noise that the plan allows, finished; within the stated error
 * of the definition in the clear, for every statistic, with sums that are not exact.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDecimal } from '../../statistics/decimal.ts';
import { planTask, type CkksPlan } from '../../statistics/plan.ts';
import type { Result } from '../../statistics/result.ts';
import type { TaskDocument } from '../../statistics/task.ts';
import { computePlainly, computeSecurely, taskOf } from '../fixtures/statistics-tasks.ts';

/** As many as a task may ask for: what is told to so many is the number itself, for these tests. */
const FINE = 20;

const COLUMNS = {
  kind: { type: 'category', values: ['a', 'b', 'c'] },
  x: { type: 'decimal', places: 9, min: '-1000.0', max: '1000.0' },
  y: { type: 'decimal', places: 8, min: '1.0', max: '100.0' },
  z: { type: 'decimal', places: 8, min: '900.0', max: '1000.0' },
  w: { type: 'decimal', places: 9, min: '0.5', max: '2.0' },
};

const MIRROR = { from: { party: 'a' }, minus: { party: 'b' } };

/** Each with sums that the cheapest parameters do not hold exactly. */
const INEXACT: readonly (readonly [string, Record<string, unknown>])[] = [
  ['sum', { of: 'x' }],
  ['sum', { of: 'x', weight: 'w' }],
  ['mean', { of: 'x' }],
  ['mean', { of: 'x', weight: 'w' }],
  ['variance', { of: 'y' }],
  ['variance', { of: 'y', weight: 'w' }],
  ['sd', { of: 'y' }],
  ['covariance', { of: 'x', with: 'y' }],
  ['ratio', { of: 'x', to: 'y' }],
  ['ratio', { of: 'x', to: 'y', weight: 'w' }],
  ['index', { of: 'x', against: 'z', at: 'w' }],
  ['mirror', { of: 'x', ...MIRROR }],
];

function ckksTask(statistics: readonly Record<string, unknown>[], columns: object = COLUMNS): TaskDocument {
  const changes = { scheme: 'ckks', disclosure: { 'minimum-contributors': 3 } };
  return taskOf({ ...columns }, statistics, changes);
}

function ckksPlan(task: TaskDocument): CkksPlan {
  const plan = planTask(task);
  if (plan.scheme !== 'ckks') throw new Error('the task names ckks');
  return plan;
}

/** A bound such as `1.3e-7`, and a value, in units of 10^−FINE. */
function inUnits(text: string): bigint {
  const [digits = '', exponent = '0'] = text.split('e');
  const shift = FINE + Number(exponent);
  const scaled = parseDecimal(digits, 20) ?? 0n;
  return shift >= 20 ? scaled * 10n ** BigInt(shift - 20) : scaled / 10n ** BigInt(20 - shift) + 1n;
}

const distance = (a: bigint, b: bigint): bigint => (a < b ? b - a : a - b);

/** The rows of two results side by side. */
function paired(secure: Result, truth: Result) {
  return secure.statistics.flatMap(({ name, decimals, rows }, i) =>
    rows.map((row, j) => ({ name, decimals, row, true: truth.statistics[i]?.rows[j]?.value })),
  );
}

/** The same task with every result told to FINE decimals. */
const finely = (task: TaskDocument): TaskDocument => ({
  ...task,
  statistics: task.statistics.map((spec) => ('decimals' in spec ? { ...spec, decimals: FINE } : spec)),
});

const RECORD = fc.tuple(
  fc.nat({ max: 2 }),
  fc.oneof(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom(-1e12, 0, 1e12)),
  fc.oneof(fc.integer({ min: 1e8, max: 1e10 }), fc.constantFrom(1e8, 1e10)),
  fc.integer({ min: 9e10, max: 1e11 }),
  fc.oneof(fc.integer({ min: 5e8, max: 2e9 }), fc.constantFrom(5e8, 2e9)),
);
const PARTIES = fc.array(fc.array(RECORD, { maxLength: 5 }), { minLength: 3, maxLength: 3 });

/** The largest true error over its bound, for each statistic. */
const tightness = new Map<string, number>();
afterAll(() => {
  for (const [name, ratio] of tightness) console.log(`${name}: ${ratio.toFixed(2)} of its bound`);
});

describe.each(INEXACT)('%s %j', (statistic, fields) => {
  const task = ckksTask([
    { name: 's', statistic, by: ['kind'], totals: true, decimals: 0, ...fields },
    { name: 'n', statistic: 'count', by: ['kind'] },
  ]);
  const plan = ckksPlan(task);

  test('is never off by more than its bound, nor that by more than the plan says', () => {
    const [planned] = plan.errors;
    expect(inUnits(planned?.bound ?? '')).toBeGreaterThan(0n);
    expect(inUnits(planned?.bound ?? '')).toBeLessThanOrEqual(inUnits(planned?.allowed ?? '') + 1n);
    fc.assert(
      fc.property(PARTIES, (parties) => {
        const fine = finely(task);
        const told = computeSecurely(task, parties, plan);
        const rows = paired(computeSecurely(fine, parties, plan), computePlainly(fine, parties));
        for (const [i, { name, row, true: truth }] of rows.entries()) {
          if (row.value === null || truth === null || truth === undefined) {
            expect(row.value).toBe(truth);
            continue;
          }
          const error = distance(inUnits(row.value), inUnits(truth));
          const bound = inUnits(row.errorBound ?? '');
          expect(error, `${name}: ${row.value} for ${truth}`).toBeLessThanOrEqual(bound);
          if (name === 'n') {
            expect([row.value, row.errorBound]).toEqual([truth, '0']);
            continue;
          }
          expect(bound).toBeLessThanOrEqual(inUnits(planned?.bound ?? '') + 1n);
          const key = `${statistic} ${JSON.stringify(fields)}`;
          tightness.set(key, Math.max(tightness.get(key) ?? 0, Number(error) / Number(bound)));
          // What is released is rounded, and within half a unit more.
          const released = told.statistics[0]?.rows[i]?.value ?? '';
          expect(released).toMatch(/^-?\d+$/);
          expect(distance(inUnits(released), inUnits(truth))).toBeLessThanOrEqual(
            bound + 10n ** BigInt(FINE) / 2n,
          );
        }
      }),
      { numRuns: 25 },
    );
  });
});

test('statistics whose denominators may be as small as they like are computed from exact sums', () => {
  const statistics = [
    { statistic: 'correlation', of: 'x', with: 'y', decimals: 6 },
    { statistic: 'regression', of: 'y', on: ['x', 'w'], decimals: 6 },
    { statistic: 'ratio', of: 'y', to: 'x', decimals: 6 },
    { statistic: 'quantile', of: 'y', p: '0.5', grid: ['1', '10', '100'], weight: 'w' },
    { statistic: 'histogram', of: 'x', edges: ['-1000', '0', '1000'], weight: 'w' },
    { statistic: 'crosstab', by: ['kind', 'flag'], decimals: 3, weight: 'w' },
    { statistic: 'count', weight: 'w' },
    { statistic: 'min', of: 'y', grid: ['1', '10', '100'] },
    { statistic: 'max', of: 'y', grid: ['1', '10', '100'] },
  ].map((spec) => ({ name: spec.statistic, ...spec }));
  const task = ckksTask(statistics, { ...COLUMNS, flag: { type: 'boolean' } });
  const plan = ckksPlan(task);
  expect(plan.errors.map(({ bound }) => bound)).toEqual(statistics.map(() => '0'));
  fc.assert(
    fc.property(fc.array(fc.array(RECORD, { maxLength: 8 }), { minLength: 3, maxLength: 3 }), (parties) => {
      const records = parties.map((party) => party.map((record, i) => [...record, i % 2]));
      const rows = paired(computeSecurely(task, records, plan), computePlainly(task, records));
      for (const { row, true: truth } of rows) {
        expect(row.value).toBe(truth);
        if (row.value !== null) expect(row.errorBound).toBe('0');
      }
    }),
    { numRuns: 20 },
  );
});
