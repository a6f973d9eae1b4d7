/** Exact projections of integer vectors: what the definition of a regression in the clear is made of. */
import { dot } from './pooled.ts';

/** vector/scale. */
interface Scaled {
  readonly vector: readonly bigint[];
  readonly scale: bigint;
}

/** What remains of v after its projection onto vectors that are orthogonal to each other: v − Σ (v·q / q·q)·q. */
function orthogonalTo(v: readonly bigint[], basis: readonly (readonly bigint[])[]): Scaled {
  let rest: Scaled = { vector: v, scale: 1n };
  for (const q of basis) {
    const { vector, scale } = rest;
    const [length, along] = [dot(q, q), dot(vector, q)];
    rest = lowestTerms({
      vector: vector.map((x, i) => length * x - along * (q[i] ?? 0n)),
      scale: scale * length,
    });
  }
  return rest;
}

/** The residual of v from its least-squares fit on these vectors, by the process of Gram and Schmidt. */
export function residual(v: readonly bigint[], on: readonly (readonly bigint[])[]): Scaled {
  const basis: (readonly bigint[])[] = [];
  for (const vector of on) {
    const { vector: q } = orthogonalTo(vector, basis);
    if (q.some((x) => x !== 0n)) basis.push(q);
  }
  return orthogonalTo(v, basis);
}

function lowestTerms({ vector, scale }: Scaled): Scaled {
  const divisor = vector.reduce(greatestCommonDivisor, scale);
  return { vector: vector.map((x) => x / divisor), scale: scale / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x < 0n ? -x : x;
}
