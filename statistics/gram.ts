/** Exact linear algebra on Gram matrices, G = XᵀX of integers, which are positive semidefinite. */

import { implausible } from './implausible.ts';

/** adj(G)·B and det G, so that G⁻¹B is their quotient; or the first column of X that depends on those before it. */
type Solution =
  | { readonly determinant: bigint; readonly numerators: readonly (readonly bigint[])[] }
  | { readonly dependent: number };

/**
 * Fraction-free Gauss–Jordan elimination of [G | B] (Bareiss, Math. Comp. 22 (1968)): after step k every entry
 * is a minor of order k + 1, so each division is exact and no number is longer than a determinant. The pivots
 * are the leading principal minors of G, positive as long as the columns of X are independent, so there is no
 * need to exchange rows. Throws CIPHERTEXT_INVALID where a pivot is negative: G is then no Gram matrix.
 */
export function solveGram(
  gram: readonly (readonly bigint[])[],
  right: readonly (readonly bigint[])[],
): Solution {
  let rows = gram.map((row, i) => [...row, ...(right[i] ?? [])]);
  let previous = 1n;
  for (const k of gram.keys()) {
    const pivotRow = rows[k] ?? [];
    const pivot = pivotRow[k] ?? 0n;
    if (pivot < 0n) throw implausible('matrix of products');
    if (pivot === 0n) return { dependent: k };
    rows = rows.map((row, i) => {
      const factor = row[k] ?? 0n;
      return i === k ? row : row.map((entry, j) => (pivot * entry - factor * (pivotRow[j] ?? 0n)) / previous);
    });
    previous = pivot;
  }
  return { determinant: previous, numerators: rows.map((row) => row.slice(gram.length)) };
}
