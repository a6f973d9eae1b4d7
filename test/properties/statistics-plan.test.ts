/** The plan: the same for everybody, its layout without gaps or overflow, and its description complete. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinLimbs, limbBitsFor, limbBound, limbCount, splitLimbs } from '../../statistics/limbs.ts';
import { describePlan } from '../../statistics/describe.ts';
import { planTask } from '../../statistics/plan.ts';
import { planDigest } from '../../trust/life.ts';
import { renderResult } from '../../statistics/render.ts';
import { parseTask, validateTask } from '../../statistics/task.ts';
import {
  computePlainly,
  computeSecurely,
  planSums,
  taskOf,
  taskValue,
  wagesYaml,
} from '../fixtures/statistics-tasks.ts';

const wages = parseTask(wagesYaml(), 'task.yaml');

describe('determinism', () => {
  test('the plan survives JSON and has one digest', () => {
    const plan = planTask(wages);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(planDigest(plan)).toMatch(/^[0-9a-f]{64}$/);
    expect(planDigest(planTask(structuredClone(wages)))).toBe(planDigest(plan));
  });

  test('the order of keys does not change the digest, the content does', () => {
    const plan = planTask(wages);
    const reversed = Object.fromEntries(Object.entries(plan).reverse()) as typeof plan;
    expect(planDigest(reversed)).toBe(planDigest(plan));
    expect(planDigest({ ...plan, holders: plan.holders + 1 })).not.toBe(planDigest(plan));
  });

  test('the normal form is its own normal form', () => {
    expect(validateTask(JSON.parse(JSON.stringify(wages)))).toEqual(wages);
    const small = validateTask(taskValue());
    expect(validateTask(JSON.parse(JSON.stringify(small)))).toEqual(small);
  });
});

describe('limbs', () => {
  const limits = fc.record({
    contributors: fc.bigInt({ min: 2n, max: 1_000_000n }),
    limit: fc.bigInt({ min: 2_000_000n, max: 2n ** 59n }),
  });

  test('balanced digits join to the sum, and no digit sum passes the limit', () => {
    const bound = fc.bigInt({ min: 0n, max: 2n ** 140n });
    fc.assert(
      fc.property(
        limits,
        bound,
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 }),
        ({ contributors, limit }, largest, parts) => {
          const limbBits = limbBitsFor(contributors, limit);
          expect(limbBound(limbBits) * contributors).toBeLessThanOrEqual(limit);
          const count = limbCount(largest, limbBits);
          const values = [
            largest,
            -largest,
            ...parts.map((part) => (largest * BigInt(Math.trunc(part * 2 ** 30))) / 2n ** 30n),
          ];
          const split = values.map((value) => splitLimbs(value, count, limbBits));
          for (const digit of count === 1 ? [] : split.flat()) {
            expect(digit <= limbBound(limbBits) && digit >= -limbBound(limbBits)).toBe(true);
          }
          const sums = Array.from({ length: count }, (_, j) =>
            split.reduce((sum, digits) => sum + (digits[j] ?? 0n), 0n),
          );
          expect(joinLimbs(sums, limbBits)).toBe(values.reduce((sum, value) => sum + value, 0n));
        },
      ),
    );
  });
});

describe('layout', () => {
  const labels = (count: number): string[] => Array.from({ length: count }, (_, i) => `l${i}`);
  const large = taskOf(
    {
      region: { type: 'category', values: labels(500) },
      branch: { type: 'category', values: labels(40) },
      x: { type: 'integer', min: -1_000_000_000, max: 1_000_000_000 },
    },
    [
      { name: 'n', statistic: 'count', by: ['region', 'branch'] },
      { name: 's', statistic: 'sd', of: 'x', decimals: 3, by: ['region', 'branch'], totals: true },
      { name: 'all', statistic: 'mean', of: 'x', decimals: 3 },
    ],
    {},
    1_000_000,
  );

  test('statistics over the same cells share their moments; slots are dense and in order', () => {
    const { layout } = planTask(large);
    expect(layout.groups.map(({ statistics }) => statistics)).toEqual([['n', 's'], ['all']]);
    expect(layout.groups[0]?.moments.map(({ factors }) => factors)).toEqual([[], ['x'], ['x', 'x']]);
    let slot = 0;
    for (const group of layout.groups) {
      expect(group.firstSlot).toBe(slot);
      expect(group.width).toBe(group.moments.reduce((sum, { limbs }) => sum + limbs, 0));
      slot += group.cells * group.width;
    }
    expect(layout.slots).toBe(slot);
  });

  test('no slot can reach half the plaintext modulus', () => {
    for (const task of [large, wages]) {
      const { layout, parameters } = planSums(task);
      if (parameters.scheme !== 'bfv') throw new Error('a task of three contributors has bfv');
      const bounds = layout.groups.flatMap(({ moments }) =>
        moments.map(({ slotBound }) => BigInt(slotBound)),
      );
      for (const bound of bounds) expect(2n * bound).toBeLessThan(BigInt(parameters.plainModulus));
    }
  });

  test('cells beyond one ciphertext go on in the next, and the noise is planned for all of them', () => {
    const plan = planSums(large);
    expect(plan.ciphertexts).toBe(Math.ceil(plan.layout.slots / plan.parameters.slots));
    expect(plan.ciphertexts).toBeGreaterThan(1);
    expect(plan.parameters.decryptions).toBeGreaterThanOrEqual(plan.ciphertexts);
    const parties = [0, 1, 2].map((party) =>
      Array.from({ length: 300 }, (_, i) => [
        (i * 7 + party) % 500,
        (i * 3) % 40,
        i * 6_000_000 - 900_000_000,
      ]),
    );
    expect(computeSecurely(large, parties, plan)).toEqual(computePlainly(large, parties));
  });
});

describe('in words', () => {
  const text = describePlan(wages, planTask(wages));

  test.each([
    'Hourly wages by occupation and gender, 1985',
    'legal basis: Regulation (EC) No 223/2009',
    'input parties: manufacturing, construction, other',
    'holder-1, holder-2, holder-3',
    'output party: statistics',
    'nothing is released unless 3 input parties have submitted',
    'wage: number with 2 decimals from 0.00 to 100.00 USD/hour',
    'mean-wage: mean of wage by occupation × gender, with all totals, to 2 decimals [USD/hour]',
    'the sum of 3 ciphertexts; depth 0, no evaluation keys',
    '128 bits computational',
    '60 bits statistical',
    'bits of margin between the largest noise',
    'Σ wage² by occupation × gender: at most ±30000000000000 (45 bits)',
    'the exact number of records, Σ wage, Σ wage² in each of the 12 cells by occupation (6) × gender (2)',
    'cells with few records are not suppressed',
    'whatever the number of its records',
  ])('it says: %s', (words) => {
    expect(text.replace(/\s+/g, ' ')).toContain(words);
  });

  test('it warns where the output party can subtract its own part', () => {
    expect(text).not.toContain('subtract');
    const parties = { input: ['a', 'b'], processing: ['h1', 'h2', 'h3'], output: 'a' };
    const task = validateTask({ ...taskValue(), parties });
    expect(describePlan(task, planTask(task)).replace(/\s+/g, ' ')).toContain(
      'it can subtract its own part and learn the same sums of the one other input party',
    );
  });

  test('its lines fit a terminal', () => {
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(112);
  });
});

test('a result is shown with cells as rows, statistics as columns, and the plaintext beside them', () => {
  const task = taskOf(
    {
      group: { type: 'category', values: ['x', 'empty'] },
      size: { type: 'integer', min: 0, max: 9, unit: 'kg' },
    },
    [
      { name: 'n', statistic: 'count', by: ['group'], totals: true },
      { name: 'mean-size', statistic: 'mean', of: 'size', decimals: 1, by: ['group'], totals: true },
    ],
  );
  const result = computeSecurely(task, [[[0, 4]], [[0, 5]], []]);
  expect(renderResult(result)).toBe(
    [
      'group  n  mean-size [kg]',
      '─────  ─  ──────────────',
      'x      2             4.5',
      'empty  0               –',
      'all    2             4.5',
      '',
    ].join('\n'),
  );
  expect(renderResult(result, result)).toContain('All 6 values equal the plaintext computation');
  const other = computePlainly(task, [[[0, 4]]]);
  expect(renderResult(result, other)).toContain('4 of 6 values DIFFER');
});

test('the reason why a value is not defined stands below the table, once for its statistic', () => {
  const reason = 'collinear: b is a linear combination of the terms before it';
  const rows = ['R²', 'n'].map((part) => ({ cell: { '(value)': part }, value: null, reason }));
  const text = renderResult({
    statistics: [{ name: 'fit', statistic: 'regression', unit: '1', decimals: 2, by: ['(value)'], rows }],
  });
  expect(text.split(`– in fit: ${reason}`)).toHaveLength(2);
});
