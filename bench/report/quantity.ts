/** Quantities as people read them. */
import type { Per } from '../harness/benchmark.ts';

const LARGE = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** 1234567 → `1.23 M`; with units `1.23 MB` or `1.23 M values`. */
export function si(value: number, unit = ''): string {
  const [scale, letter] = LARGE.find(([size]) => Math.abs(value) >= size) ?? [1, ''];
  const named = unit.length > 1 && letter !== '' ? `${letter} ${unit}` : `${letter}${unit}`;
  const digits = scale === 1 && Number.isInteger(value) ? String(value) : (value / scale).toPrecision(3);
  return `${digits} ${named}`.trimEnd();
}

const SMALL = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
] as const;

/** `1.20 s`, `3.40 ms`, `5.60 µs`, `7.80 ns`. */
export function duration(seconds: number): string {
  const [scale, unit] = SMALL.find(([size]) => seconds >= size) ?? [1e-9, 'ns'];
  return `${(seconds / scale).toPrecision(3)} ${unit}`;
}

/** Ratios beyond a hundred have no decimals. */
export function times(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3);
}

/** How long one takes, and one of what else people count in: `313 ns, 2.56 ms a ciphertext`. */
export function eachOf(unitsPerSecond: number, per: Per | undefined): string {
  const each = duration(1 / unitsPerSecond);
  return per === undefined ? each : `${each}, ${duration(per.units / unitsPerSecond)} a ${per.one}`;
}
