/** A result beside the plaintext answer: equal, or as close as its error bounds, and nothing else. */
import { expect, test } from 'vitest';
import { resultsAgree } from '../../statistics/agreement.ts';
import { renderResult } from '../../statistics/render.ts';
import type { Result, ResultRow } from '../../statistics/result.ts';

const resultOf = (...rows: readonly Omit<ResultRow, 'cell'>[]): Result => ({
  statistics: [
    {
      name: 's',
      statistic: 'mean',
      unit: '1',
      decimals: 2,
      by: ['k'],
      rows: rows.map((row, i) => ({ cell: { k: String(i) }, ...row })),
    },
  ],
});

test.each<[boolean, Omit<ResultRow, 'cell'>, string | null]>([
  [true, { value: '1.23' }, '1.23'],
  [false, { value: '1.23' }, '1.24'],
  [false, { value: '1.23', errorBound: '0' }, '1.24'],
  [true, { value: '1.23', errorBound: '1.3e-7' }, '1.24'],
  [true, { value: '-0.01', errorBound: '1.3e-7' }, '0.00'],
  [false, { value: '1.23', errorBound: '1.3e-7' }, '1.25'],
  [false, { value: '1.23', errorBound: '1.3e-7' }, null],
  [false, { value: null }, '1.23'],
  [true, { value: null }, null],
])('%s: %j beside %s', (agree, row, value) => {
  const [result, plain] = [resultOf(row), resultOf({ value })];
  expect(resultsAgree(result, plain)).toBe(agree);
  expect(renderResult(result, plain).includes('DIFFER')).toBe(!agree);
});

test('another cell, or fewer, is another result; what is close is told with its bound', () => {
  const [one, two] = [resultOf({ value: '1' }), resultOf({ value: '1' }, { value: '2' })];
  expect(resultsAgree(one, two)).toBe(false);
  expect(resultsAgree(two, one)).toBe(false);
  const text = renderResult(resultOf({ value: '1.23', errorBound: '1.3e-7' }), resultOf({ value: '1.24' }));
  expect(text).toContain('1.23 ±1.3e-7');
  expect(text).toContain('1 of them within their error bounds');
});
