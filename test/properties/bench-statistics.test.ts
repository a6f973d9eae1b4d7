/** What is said of repeated measurements. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duration, eachOf, si, times } from '../../bench/report/quantity.ts';
import { fitPower, median, quantile, ratioOf, spreadOf } from '../../bench/harness/statistics.ts';

const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
const samples = fc.array(positive, { minLength: 1, maxLength: 40 });

test('the median has as many values below it as above, whatever their order', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      expect(median(values.toReversed())).toBe(middle);
    }),
  );
});

test('known medians and quartiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(spreadOf([1, 2, 3, 4, 5])).toEqual({ low: 2, median: 3, high: 4 });
  expect(quantile([10, 20], 0.25)).toBe(12.5);
  expect(median([])).toBeNaN();
});

test('quantiles rise with p, from the smallest value to the largest', () => {
  fc.assert(
    fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
      const at = quantile(values, p);
      expect(at).toBeGreaterThanOrEqual(quantile(values, p / 2) - 1e-9 * at);
      expect(quantile(values, 0)).toBe(Math.min(...values));
      expect(quantile(values, 1)).toBe(Math.max(...values));
    }),
  );
});

test('a ratio of pairs does not see what slows both down', () => {
  fc.assert(
    fc.property(samples, positive, (slowness, factor) => {
      const { low, high } = ratioOf(
        slowness.map((s) => s * factor),
        slowness,
      );
      expect(low).toBeCloseTo(factor, Math.max(0, 6 - Math.ceil(Math.log10(factor))));
      expect(high / low).toBeCloseTo(1, 6);
    }),
  );
});

test('a power law is found again from its points, and scaling an axis does not change the slope', () => {
  const slope = fc.double({ min: -3, max: 3, noNaN: true });
  const xs = fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(slope, positive, xs, (exponent, scale, at) => {
      const points = at.map((x) => ({ x, y: scale * x ** exponent }));
      const fitted = fitPower(points);
      expect(fitted.slope).toBeCloseTo(exponent, 5);
      expect(fitted.intercept).toBeCloseTo(Math.log(scale), 4);
      expect(fitPower(points.map(({ x, y }) => ({ x: 7 * x, y }))).slope).toBeCloseTo(exponent, 5);
    }),
  );
});

test('one point has no slope', () => {
  expect(fitPower([{ x: 2, y: 3 }]).slope).toBeNaN();
});

test('quantities are told in the unit that fits, with three digits', () => {
  expect([1.2, 0.0034, 5.6e-6, 7.8e-9, 61.4].map(duration)).toEqual([
    '1.20 s',
    '3.40 ms',
    '5.60 µs',
    '7.80 ns',
    '61.4 s',
  ]);
  expect([si(1_234_567, 'B'), si(1_234_567, 'values'), si(12, 'keys'), si(1500)]).toEqual([
    '1.23 MB',
    '1.23 M values',
    '12 keys',
    '1.50 k',
  ]);
  expect([times(1.234), times(123.4)]).toEqual(['1.23', '123']);
});

test('what one takes is told of the unit, and of what else people count in', () => {
  expect(eachOf(4_000_000, { one: 'ciphertext', units: 8192 })).toBe('250 ns, 2.05 ms a ciphertext');
  expect(eachOf(500, { one: 'value', units: 1 / 8192 })).toBe('2.00 ms, 244 ns a value');
  expect(eachOf(4, undefined)).toBe('250 ms');
});
