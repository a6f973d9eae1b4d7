/** ISO 8601 durations of a task document. */
import { expect, test } from 'vitest';
import { after, isDuration, milliseconds } from '../../statistics/duration.ts';

test.each([
  ['PT1H', 3_600_000],
  ['P1D', 86_400_000],
  ['P1DT12H', 129_600_000],
  ['PT1M30S', 90_000],
])('%s has a fixed length', (text, length) => {
  expect(isDuration(text)).toBe(true);
  expect(milliseconds(text)).toBe(length);
});

test.each(['P30W', 'P7Y', 'P1M', 'P1Y2M3DT4H5M6S'])(
  '%s is a duration whose length depends on the calendar',
  (text) => {
    expect(isDuration(text)).toBe(true);
    expect(milliseconds(text)).toBeUndefined();
  },
);

test.each([
  '',
  'P',
  'PT',
  'P1',
  '1D',
  'P1DT',
  'PT1D',
  'P1H',
  'PT1S1M',
  'P-1D',
  'P1.5D',
  'p1d',
  ' P1D',
  'P1D\n',
])('%j is no duration', (text) => {
  expect(isDuration(text)).toBe(false);
  expect(milliseconds(text)).toBeUndefined();
});

test.each([
  ['2024-01-31T12:00:00Z', 'P1M', '2024-02-29T12:00:00Z'],
  ['2023-12-31T23:59:59Z', 'P2M', '2024-02-29T23:59:59Z'],
  ['2024-02-29T00:00:00Z', 'P1Y', '2025-02-28T00:00:00Z'],
  ['2026-11-28T14:00:00Z', 'P30D', '2026-12-28T14:00:00Z'],
  ['2026-11-28T14:00:00Z', 'P2W', '2026-12-12T14:00:00Z'],
  ['2026-11-28T14:00:00Z', 'P1Y2M3DT4H5M6S', '2028-01-31T18:05:06Z'],
  ['2026-11-28T14:00:00Z', 'PT36H', '2026-11-30T02:00:00Z'],
])('%s and %s is %s', (start, duration, end) => {
  expect(after(new Date(start), duration)).toEqual(new Date(end));
});

test('a duration beyond the calendar never ends', () => {
  expect(after(new Date('2026-11-28'), 'P9999Y') <= new Date('9999-12-31')).toBe(false);
});
