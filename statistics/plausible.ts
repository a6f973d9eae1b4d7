/** Whether decrypted sums can come from valid tables: what an input party's program made up shows here, in part. */
import { numericRange, type Columns } from './columns.ts';
import { implausible } from './implausible.ts';
import { momentKey, type GroupLayout } from './layout.ts';
import { momentName } from './leakage.ts';

type Sums = readonly bigint[];

/** Throws CIPHERTEXT_INVALID unless the moments of a cell, in the order of the layout, could be those of records. */
type PlausibilityCheck = (cell: Sums) => void;

/**
 * The check of the cells of a group: 0 ≤ n ≤ bound, |Σm| ≤ n·bound(m), n·min ≤ Σx ≤ n·max, and
 * (Σpx)² ≤ Σp·Σpx² for p ≥ 0 (Cauchy–Schwarz). Where parties count with opposite signs only the first two hold. Sums
 * that are estimates, each within an error, must be such that true ones within these errors could fulfil it; the number
 * of records is always exact.
 */
export function plausibilityOf(
  { moments, sides }: GroupLayout,
  columns: Columns,
  errors: readonly bigint[],
): PlausibilityCheck {
  const position = new Map(moments.map(({ factors }, index) => [momentKey(factors), index]));
  const most = BigInt(moments[0]?.totalBound ?? 0);
  const rules = moments.map(({ factors, recordBound }, index) => {
    const bound = BigInt(recordBound);
    const error = errors[index] ?? 0n;
    const signed = sides.length > 0;
    const [x] = factors;
    const range = !signed && factors.length === 1 && x !== undefined ? numericRange(columns, x) : undefined;
    const roots = signed ? undefined : rootsOf(factors, position, columns);
    return (n: bigint, cell: Sums): boolean => {
      const sum = cell[index] ?? 0n;
      if (sum > n * bound + error || sum < -n * bound - error) return false;
      if (range !== undefined && (sum < n * range.minimum - error || sum > n * range.maximum + error))
        return false;
      if (roots === undefined) return true;
      const [first, mass] = [roots.first, roots.mass].map((i) => ({
        sum: cell[i] ?? 0n,
        error: errors[i] ?? 0n,
      }));
      if (first === undefined || mass === undefined) return true;
      const magnitude = first.sum < 0n ? -first.sum : first.sum;
      const least = magnitude > first.error ? magnitude - first.error : 0n;
      return least ** 2n <= (mass.sum + mass.error) * (sum + error);
    };
  });
  return (cell) => {
    const n = cell[0] ?? 0n;
    if (n < 0n || n > most) throw implausible(momentName([]));
    const broken = rules.findIndex((holds) => !holds(n, cell));
    if (broken >= 0) throw implausible(momentName(moments[broken]?.factors ?? []));
  };
}

/** For Σpx², where Σp and Σpx stand, if both are in the layout and p is never negative. */
function rootsOf(
  factors: readonly string[],
  position: ReadonlyMap<string, number>,
  columns: Columns,
): { mass: number; first: number } | undefined {
  const twice = factors.findIndex((name, i) => factors[i + 1] === name);
  const x = factors[twice];
  if (x === undefined) return undefined;
  const rest = factors.toSpliced(twice, 2);
  if (rest.some((name) => numericRange(columns, name).minimum < 0n)) return undefined;
  const mass = position.get(momentKey(rest));
  const first = position.get(momentKey([...rest, x]));
  return mass === undefined || first === undefined ? undefined : { mass, first };
}
