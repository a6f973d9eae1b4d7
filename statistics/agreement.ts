/** Whether a result is that of the plaintext computation, as far as its scheme promises. */
import { parseDecimal } from './decimal.ts';
import type { Result, ResultRow } from './result.ts';

/**
 * Whether a value is the expected one: to the last digit, or where it has an error bound that is not 0, at most one unit
 * of its last decimal away. The bound is at most half a unit, and so is the rounding of each of the two.
 */
export function agrees({ value, errorBound = '0' }: ResultRow, expected: string | null | undefined): boolean {
  if (value === expected) return true;
  if (value === null || expected === null || expected === undefined || errorBound === '0') return false;
  const places = value.split('.')[1]?.length ?? 0;
  const [a, b] = [value, expected].map((text) => parseDecimal(text, places));
  return a !== undefined && b !== undefined && (a < b ? b - a : a - b) <= 1n;
}

/** Whether two results are about the same, and all values agree. */
export function resultsAgree(result: Result, plain: Result): boolean {
  const rows = (of: Result) =>
    of.statistics.flatMap(({ name, rows: each }) => each.map((row) => ({ name, row })));
  const expected = rows(plain);
  return (
    rows(result).length === expected.length &&
    rows(result).every(({ name, row }, i) => {
      const other = expected[i];
      const same = other?.name === name && JSON.stringify(other.row.cell) === JSON.stringify(row.cell);
      return same && row.reason === other.row.reason && agrees(row, other.row.value);
    })
  );
}
