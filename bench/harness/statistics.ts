/** What is said of repeated measurements: medians and quartiles, ratios of pairs, and slopes on log-log axes. */

/** Median and quartiles. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** The p-quantile (0 ≤ p ≤ 1), linear between order statistics (Hyndman and Fan, 1996, type 7). NaN of nothing. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const [below = NaN, above = below] = sorted.slice(Math.floor(at), Math.floor(at) + 2);
  return below + (at - Math.floor(at)) * (above - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spreadOf(values: readonly number[]): Spread {
  return { low: quantile(values, 0.25), median: median(values), high: quantile(values, 0.75) };
}

/**
 * The spread of above[i]/below[i]: of each round by itself, since what slows the machine down for a while slows both
 * contestants of the round.
 */
export function ratioOf(above: readonly number[], below: readonly number[]): Spread {
  return spreadOf(above.slice(0, below.length).map((value, i) => value / (below[i] ?? NaN)));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  /** d log y / d log x: 1 where the cost grows in proportion. */
  readonly slope: number;
  /** log y at x = 1. */
  readonly intercept: number;
}

/** Least squares on log-log axes, y ≈ e^intercept·x^slope, for positive coordinates. NaN unless two x differ. */
export function fitPower(points: readonly Point[]): Line {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const mean = (of: (point: Point) => number): number =>
    logs.reduce((sum, p) => sum + of(p), 0) / logs.length;
  const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
  const slope = mean(({ x, y }) => (x - mx) * (y - my)) / mean(({ x }) => (x - mx) ** 2);
  return { slope, intercept: my - slope * mx };
}
