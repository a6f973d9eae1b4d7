/** The least-squares fit of one cell, by two ways that share nothing: from moments, and from the records. */
import { quotient, type Exact } from './exact.ts';
import { solveGram } from './gram.ts';
import { implausible } from './implausible.ts';
import { dot, total } from './pooled.ts';
import { residual } from './residual.ts';
import type { Moments, PooledCell } from './statistic.ts';

/** The columns of a product; none for the intercept. */
type Factors = readonly string[];

/** What a fit consists of, before it is scaled back to the units of the columns. */
export interface Fit {
  readonly coefficients: readonly Exact[];
  /** The diagonal of (XᵀX)⁻¹. */
  readonly inverse: readonly Exact[];
  readonly residualSquares: Exact;
  /** Σ(y − ȳ)². */
  readonly totalSquares: Exact;
}

/** The first term that is a linear combination of those before it. */
export interface Collinear {
  readonly dependent: number;
}

/** From XᵀX, Xᵀy and yᵀy: the normal equations, solved exactly. */
export function fitMoments(terms: readonly Factors[], of: string, moments: Moments): Fit | Collinear {
  const gram = terms.map((a) => terms.map((b) => moments(...a, ...b)));
  const xy = terms.map((factors) => moments(...factors, of));
  const unit = (i: number): bigint[] => terms.map((_, j) => (i === j ? 1n : 0n));
  const solved = solveGram(
    gram,
    xy.map((sum, i) => [sum, ...unit(i)]),
  );
  if ('dependent' in solved) return solved;
  const { determinant, numerators } = solved;
  const yy = moments(of, of);
  const explained = total(numerators.map((row, i) => (row[0] ?? 0n) * (xy[i] ?? 0n)));
  const rest = yy * determinant - explained;
  if (rest < 0n) throw implausible(`regression of ${of}`);
  return {
    coefficients: numerators.map((row) => quotient(row[0] ?? 0n, determinant)),
    inverse: numerators.map((row, i) => quotient(row[i + 1] ?? 0n, determinant)),
    residualSquares: quotient(rest, determinant),
    totalSquares: quotient(moments() * yy - moments(of) ** 2n, moments()),
  };
}

/**
 * From the records: what remains of a term after its projection on all others, rⱼ, gives its coefficient
 * rⱼ·y / rⱼ·xⱼ and its part of (XᵀX)⁻¹, 1 / rⱼ·rⱼ (Frisch and Waugh, Econometrica 1 (1933)).
 */
export function fitRecords(factors: readonly Factors[], of: string, records: PooledCell): Fit | Collinear {
  const terms = factors.map((names) =>
    names
      .map((name) => records.column(name))
      .reduce<readonly bigint[]>(
        (product, column) => product.map((x, i) => x * (column[i] ?? 0n)),
        new Array<bigint>(records.size).fill(1n),
      ),
  );
  const dependent = terms.findIndex((term, i) =>
    residual(term, terms.slice(0, i)).vector.every((x) => x === 0n),
  );
  if (dependent >= 0) return { dependent };
  const y = records.column(of);
  const parts = terms.map((term, i) => ({ term, rest: residual(term, terms.toSpliced(i, 1)) }));
  const unexplained = residual(y, terms);
  const n = BigInt(records.size);
  const sum = total(y);
  const centred = y.map((value) => n * value - sum);
  return {
    coefficients: parts.map(({ term, rest }) => quotient(dot(rest.vector, y), dot(rest.vector, term))),
    inverse: parts.map(({ term, rest }) => quotient(rest.scale, dot(rest.vector, term))),
    residualSquares: quotient(dot(unexplained.vector, y), unexplained.scale),
    totalSquares: quotient(dot(centred, centred), n * n),
  };
}
