/**
 * Second central moments, weighted or not: what variance, deviation, covariance and correlation share.
 *
 *     s_xy = n/(n − 1) · Σ w(x − x̄)(y − ȳ) / Σw,   x̄ = Σwx / Σw
 *
 * With equal weights this is the unbiased Σ(x − x̄)(y − ȳ)/(n − 1); it does not change when all weights are
 * multiplied by one number (Lumley, Complex Surveys, 2010; `svyvar` of the R package survey).
 */
import { scaleOf, type Columns } from './columns.ts';
import { quotient, type Exact } from './exact.ts';
import { dot, total, weights } from './pooled.ts';
import { weightOf, type Moment, type Moments, type PooledCell } from './statistic.ts';

interface Weighted {
  readonly weight?: string | undefined;
}

/** The moments that s_xy, s_xx and s_yy are made of. */
export function secondOrderMoments(spec: Weighted, pairs: readonly (readonly [string, string])[]): Moment[] {
  const weight = weightOf(spec);
  return [
    weight,
    ...pairs.flatMap(([x, y]) => [
      [...weight, x],
      [...weight, y],
      [...weight, x, y],
    ]),
  ];
}

/**
 * Σw·Σwxy − Σwx·Σwy, which is Σw times Σ w(x − x̄)(y − ȳ). The textbook trouble of this form is cancellation;
 * integers do not cancel.
 */
export function comoment(x: string, y: string, spec: Weighted, moments: Moments): bigint {
  const weight = weightOf(spec);
  return moments(...weight) * moments(...weight, x, y) - moments(...weight, x) * moments(...weight, y);
}

/** s_xy from the moments of a cell; null for fewer than two records. */
export function covarianceOfMoments(
  x: string,
  y: string,
  spec: Weighted,
  moments: Moments,
  columns: Columns,
): Exact | null {
  const n = moments();
  if (n < 2n) return null;
  const mass = moments(...weightOf(spec));
  return quotient(n * comoment(x, y, spec, moments), (n - 1n) * mass ** 2n * scaleOf(columns, x, y));
}

/** Σ w(Wx − Σwx)(Wy − Σwy) in two passes over the records: W² = (Σw)² times Σ w(x − x̄)(y − ȳ). */
export function deviations(x: string, y: string, { weight }: Weighted, records: PooledCell): bigint {
  const ws = weights(records, weight);
  const mass = total(ws);
  const centred = (name: string): bigint[] => {
    const values = records.column(name);
    const sum = dot(ws, values);
    return values.map((value) => mass * value - sum);
  };
  const ys = centred(y);
  return dot(
    ws,
    centred(x).map((dx, i) => dx * (ys[i] ?? 0n)),
  );
}

/** s_xy from the records; null for fewer than two. */
export function covarianceByDefinition(
  x: string,
  y: string,
  spec: Weighted,
  records: PooledCell,
  columns: Columns,
): Exact | null {
  const n = BigInt(records.size);
  if (n < 2n) return null;
  const mass = total(weights(records, spec.weight));
  const scale = scaleOf(columns, x) * scaleOf(columns, y);
  return quotient(n * deviations(x, y, spec, records), (n - 1n) * mass ** 3n * scale);
}
