/** Whether decrypted sums can come from valid tables: what an input party's program made up shows here, in part. */
import { numericRange, type Columns } from './columns.ts';
import { implausible } from './implausible.ts';
import { momentKey, type GroupLayout } from './layout.ts';
import { momentName } from './leakage.ts';

/**
 * Throws CIPHERTEXT_INVALID unless the moments of a cell could be those of valid records: 0 ≤ n ≤ bound,
 * |Σm| ≤ n·bound(m), n·min ≤ Σx ≤ n·max, and (Σpx)² ≤ Σp·Σpx² for p ≥ 0 (Cauchy–Schwarz).
 */
export function checkPlausible(
  { moments, sides }: GroupLayout,
  cell: readonly bigint[],
  columns: Columns,
): void {
  const n = cell[0] ?? 0n;
  if (n < 0n || n > BigInt(moments[0]?.totalBound ?? 0)) throw implausible(momentName([]));
  const sums = new Map(moments.map(({ factors }, index) => [momentKey(factors), cell[index] ?? 0n]));
  for (const [index, { factors, recordBound }] of moments.entries()) {
    const sum = cell[index] ?? 0n;
    const bound = n * BigInt(recordBound);
    if (sum > bound || sum < -bound) throw implausible(momentName(factors));
    if (sides.length > 0) continue;
    const [x] = factors;
    if (factors.length === 1 && x !== undefined) {
      const { minimum, maximum } = numericRange(columns, x);
      if (sum < n * minimum || sum > n * maximum) throw implausible(momentName(factors));
    }
    if (!convex(factors, sum, sums, columns)) throw implausible(momentName(factors));
  }
}

/** Cauchy–Schwarz for a moment in which a column stands twice, beside factors that are never negative. */
function convex(
  factors: readonly string[],
  sum: bigint,
  sums: ReadonlyMap<string, bigint>,
  columns: Columns,
): boolean {
  const position = factors.findIndex((name, i) => factors[i + 1] === name);
  const x = factors[position];
  if (x === undefined) return true;
  const rest = factors.toSpliced(position, 2);
  if (rest.some((name) => numericRange(columns, name).minimum < 0n)) return true;
  const mass = sums.get(momentKey(rest));
  const first = sums.get(momentKey([...rest, x]));
  return mass === undefined || first === undefined || first ** 2n <= mass * sum;
}
