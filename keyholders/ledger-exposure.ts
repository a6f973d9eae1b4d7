/**
 * Whom sums give away when they are combined: each released sum is a row, a coefficient for every party in it,
 * and a party stands alone where some linear combination of the rows has it as its only party. This is the
 * audit of Chin and Özsoyoğlu (Auditing and inference control in statistical databases, IEEE TSE 8(6), 1982).
 */

/** The coefficient of each party in one sum; parties that are not in it are left out. */
export type SumRow = ReadonlyMap<string, 1 | -1>;

/** A prime beyond every determinant of a matrix of that kind which occurs in practice: 2^61 − 1. */
const P = 2n ** 61n - 1n;

/** The parties that are the only one in a combination of these rows. */
export function singledOut(sums: readonly SumRow[]): Set<string> {
  // A survey that comes back is one row.
  const rows = [...new Map(sums.map((row) => [JSON.stringify([...row]), row])).values()];
  const columns = new Map<string, string[]>();
  // Parties with the same coefficients throughout cannot be told apart: they are one column.
  for (const party of new Set(rows.flatMap((row) => [...row.keys()]))) {
    const signature = rows.map((row) => row.get(party) ?? 0).join(' ');
    const alike = columns.get(signature);
    if (alike === undefined) columns.set(signature, [party]);
    else alike.push(party);
  }
  const matrix = rows.map((_, i) =>
    [...columns.keys()].map((signature) => modulo(BigInt(signature.split(' ')[i] ?? '0'))),
  );
  reduce(matrix);
  const parties = [...columns.values()];
  const alone = new Set<string>();
  for (const row of matrix) {
    const [first, ...others] = row.flatMap((value, column) => (value === 0n ? [] : [column]));
    const [party, ...alike] = first === undefined || others.length > 0 ? [] : (parties[first] ?? []);
    if (party !== undefined && alike.length === 0) alone.add(party);
  }
  return alone;
}

/** Reduced row echelon form modulo P, in place. A unit vector is in the row space iff it is one of its rows. */
function reduce(matrix: bigint[][]): void {
  let rank = 0;
  for (let column = 0; rank < matrix.length && column < (matrix[0]?.length ?? 0); column++) {
    const found = matrix.findIndex((row, i) => i >= rank && row[column] !== 0n);
    if (found < 0) continue;
    const pivot = matrix[found] ?? [];
    matrix[found] = matrix[rank] ?? [];
    const scale = inverse(pivot[column] ?? 1n);
    matrix[rank] = pivot.map((value) => modulo(value * scale));
    eliminate(matrix, rank, column);
    rank++;
  }
}

function eliminate(matrix: bigint[][], rank: number, column: number): void {
  const pivot = matrix[rank] ?? [];
  matrix.forEach((row, i) => {
    const factor = row[column] ?? 0n;
    if (i === rank || factor === 0n) return;
    matrix[i] = row.map((value, j) => modulo(value - factor * (pivot[j] ?? 0n)));
  });
}

const modulo = (x: bigint): bigint => ((x % P) + P) % P;

/** x^(P−2) modulo P, by Fermat. */
function inverse(x: bigint): bigint {
  let result = 1n;
  let square = x;
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}
