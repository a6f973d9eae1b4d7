/** ISO 8601 durations of a task document. */
import { expect, test } from 'vitest';
import { isDuration, milliseconds } from '../../statistics/duration.ts';

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
