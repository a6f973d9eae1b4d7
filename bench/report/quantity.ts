/** Quantities as people read them. */
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

/** `1.2 s`, `3.4 ms`, `5.6 µs`. */
export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  return seconds >= 1e-3 ? `${(1e3 * seconds).toPrecision(3)} ms` : `${(1e6 * seconds).toPrecision(3)} µs`;
}

/** Ratios beyond a hundred have no decimals. */
export function times(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3);
}
