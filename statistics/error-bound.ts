/**
 * How far the result of a statistic can be from the true one where its sums are known up to an error only, as with
 * ckks. Rational upper bounds, no first-order approximations: for every value of the sums within their errors.
 *
 * With n records, c ≥ C > 0, |x| ≤ X and |y| ≥ Y in every record, where c and y never change their sign, the quotient of
 * the estimates â, b̂ of a = Σcx and b = Σcy, with errors ε_a and ε_b, is off by
 *
 *     |â/b̂ − a/b| = |(â − a) + (a/b)·(b − b̂)| / |b̂| ≤ (ε_a + X/Y·ε_b) / (n·C·Y − ε_b),
 *
 * since |a/b| ≤ X/Y and |b̂| ≥ |b| − ε_b ≥ n·C·Y − ε_b. There is no bound where that is not positive. Where the estimates
 * are known, that is also |(â − a) + (â/b̂)·(b − b̂)| / |b| ≤ (ε_a + |â/b̂|·ε_b) / max(n·C·Y, |b̂| − ε_b), which is never more.
 */
import { largest, numericRange, scaleOf, type Columns } from './columns.ts';
import { floorSqrt, quotient, type Exact } from './exact.ts';
import { weightOf, type ErrorBound, type Uncertainty } from './statistic.ts';

interface Weighted {
  readonly weight?: string | undefined;
}

const fraction = (numerator: bigint, denominator: bigint): ErrorBound =>
  denominator > 0n ? quotient(numerator, denominator) : null;

/** The error of Σ of these factors. */
export const sumError = (factors: readonly string[], u: Uncertainty, columns: Columns): ErrorBound =>
  fraction(u.error(...factors), scaleOf(columns, ...factors));

/** The error of Σcx/Σcy, of scaled integers; c, x and y are products of columns. */
export function quotientError(
  { common, x, y }: Record<'common' | 'x' | 'y', readonly string[]>,
  u: Uncertainty,
  columns: Columns,
): ErrorBound {
  const [c, least] = [leastOf(common, columns), leastOf(y, columns)];
  const [ea, eb] = [u.error(...common, ...x), u.error(...common, ...y)];
  const mass = u.records * c * least;
  const [a, b] = [u.estimate?.(...common, ...x), u.estimate?.(...common, ...y)].map(magnitude);
  if (a !== undefined && b !== undefined && b > 0n && mass > 0n) {
    return fraction(ea * b + a * eb, b * (b - eb > mass ? b - eb : mass));
  }
  return fraction(ea * least + largestOf(x, columns) * eb, least * (mass - eb));
}

/** The error of a mean, Σwx/Σw, of scaled integers. */
export const meanError = (
  x: readonly string[],
  spec: Weighted,
  u: Uncertainty,
  columns: Columns,
): ErrorBound => quotientError({ common: weightOf(spec), x, y: [] }, u, columns);

/**
 * The error of n/(n − 1)·(m_xy − m_x·m_y), m_z = Σwz/Σw, scaled. With δ_z the error of m_z, and |m_z| ≤ Z,
 *
 *     n/(n − 1)·(δ_xy + δ_x·Y + δ_y·X + δ_x·δ_y);
 *
 * it falls with n, and is defined from n = 2 on.
 */
export function secondOrderError(
  x: string,
  y: string,
  spec: Weighted,
  u: Uncertainty,
  columns: Columns,
): ErrorBound {
  const several = { ...u, records: u.records < 2n ? 2n : u.records };
  const xy = meanError([x, y], spec, several, columns);
  const dx = meanError([x], spec, several, columns);
  const dy = meanError([y], spec, several, columns);
  if (xy === null || dx === null || dy === null) return null;
  const [mx, my] = [x, y].map((name) => quotient(largestOf([name], columns), 1n));
  if (mx === undefined || my === undefined) return null;
  const error = plus(xy, times(dx, my), times(dy, mx), times(dx, dy));
  const n = several.records;
  return times(error, quotient(n, (n - 1n) * scaleOf(columns, x, y)));
}

/**
 * The error of √v for an error of v, where v ≥ 0 and a negative estimate −e counts as −√e: √(2·error) in any case,
 * and for an estimate v̂ > 0 also error/√v̂, since |√v̂ − √v| = |v̂ − v|/(√v̂ + √v).
 */
export function rootError(error: ErrorBound, estimate: Exact | undefined): ErrorBound {
  if (error === null) return null;
  const always = rootAbove(times(error, quotient(2n, 1n)));
  const root = estimate === undefined ? ZERO : rootBelow(estimate);
  if (root.numerator <= 0n) return always;
  const relative = quotient(error.numerator * root.denominator, error.denominator * root.numerator);
  return exceeds(always, relative) ? relative : always;
}

/** Whether a > b. */
export const exceeds = (a: Exact, b: Exact): boolean =>
  a.numerator * b.denominator > b.numerator * a.denominator;

/** Half a unit of the last decimal. */
export const halfUnit = (decimals: number): Exact => quotient(1n, 2n * 10n ** BigInt(decimals));

export const ZERO = quotient(0n, 1n);

/** `0`, or two digits of the bound, rounded up: `1.3e-7`. */
export function boundText({ numerator, denominator }: Exact): string {
  if (numerator === 0n) return '0';
  let exponent = numerator.toString().length - denominator.toString().length;
  // 10 ≤ digits ≤ 100 for the exponent at which the bound is digits·10^(exponent − 1), rounded up.
  const digitsAt = (e: number): bigint => {
    const [up, down] = e <= 1 ? [10n ** BigInt(1 - e), 1n] : [1n, 10n ** BigInt(e - 1)];
    const [n, d] = [numerator * up, denominator * down];
    return (n + d - 1n) / d;
  };
  while (digitsAt(exponent) > 99n) exponent += 1;
  while (digitsAt(exponent) < 10n) exponent -= 1;
  const digits = digitsAt(exponent).toString();
  return `${digits.charAt(0)}.${digits.charAt(1)}e${exponent}`;
}

const plus = (...terms: readonly Exact[]): Exact =>
  terms.reduce((a, b) =>
    quotient(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator),
  );

export const times = (a: Exact, b: Exact): Exact =>
  quotient(a.numerator * b.numerator, a.denominator * b.denominator);

/** Fraction bits of a root. */
const ROOT_BITS = 200n;

/** At most √(numerator/denominator), for its non-negative part. */
function rootBelow({ numerator, denominator }: Exact): Exact {
  if (numerator <= 0n) return ZERO;
  return quotient(floorSqrt((numerator << (2n * ROOT_BITS)) / denominator), 1n << ROOT_BITS);
}

/** At least √(numerator/denominator). */
function rootAbove(x: Exact): Exact {
  if (x.numerator === 0n) return ZERO;
  const below = rootBelow(x);
  return quotient(below.numerator + 1n, below.denominator);
}

const magnitude = (x: bigint | undefined): bigint | undefined => (x !== undefined && x < 0n ? -x : x);

/** The largest |product| of these columns in one record. */
const largestOf = (factors: readonly string[], columns: Columns): bigint =>
  factors.reduce((product, name) => product * largest(numericRange(columns, name)), 1n);

/** The least |product| of these columns in one record, or 0 where it can be of either sign. */
function leastOf(factors: readonly string[], columns: Columns): bigint {
  return factors.reduce((product, name) => {
    const { minimum, maximum } = numericRange(columns, name);
    return product * (minimum > 0n ? minimum : maximum < 0n ? -maximum : 0n);
  }, 1n);
}
