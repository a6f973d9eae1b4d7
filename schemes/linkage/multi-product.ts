/**
 * Σ dⱼ·Pⱼ for public scalars and points, by buckets (Pippenger; Bernstein, Doumen, Lange and Oosterwijk, INDOCRYPT
 * 2012, section 4) over affine points: the additions of all windows go in rounds, and each round costs one inversion.
 */
import { addAll, negate, ORDER, type Point } from './p256.ts';
import { SecretScalar } from './secret-scalar.ts';

const SCALAR_BITS = 256;

/** Points at a time: enough that filling the buckets outweighs summing them, and few enough for memory. */
const CHUNK = 16_384;

/** For no more points than these, one native product each is faster than buckets. */
const FEW = 64;

/** For scalars below the order. Undefined for the identity. Time depends on the scalars. */
export function multiProduct(scalars: readonly bigint[], points: readonly Point[]): Point | undefined {
  if (points.length <= FEW)
    return sumsOf([points.flatMap((point, i) => product(scalars[i] ?? 0n, point))])[0];
  let sum: Point | undefined;
  for (let start = 0; start < points.length; start += CHUNK) {
    const part = chunkProduct(scalars.slice(start, start + CHUNK), points.slice(start, start + CHUNK));
    [sum] = addAll([sum], [part]);
  }
  return sum;
}

/** d·P as a list: empty for the identity. */
function product(d: bigint, point: Point): Point[] {
  if (d === 0n) return [];
  return d === ORDER - 1n ? [negate(point)] : new SecretScalar(d).times([point]);
}

function chunkProduct(scalars: readonly bigint[], points: readonly Point[]): Point | undefined {
  const width = Math.max(1, Math.ceil(Math.log2(points.length + 1)) - 3);
  const windows = Math.ceil(SCALAR_BITS / width);
  const size = 2 ** width;
  const buckets = Array.from({ length: windows * size }, (): Point[] => []);
  const mask = BigInt(size - 1);
  for (const [i, point] of points.entries()) {
    let rest = scalars[i] ?? 0n;
    for (let window = 0; rest !== 0n; window++, rest >>= BigInt(width)) {
      const digit = Number(rest & mask);
      if (digit !== 0) buckets[window * size + digit]?.push(point);
    }
  }
  const totals = sumsOf(buckets);
  // Σ d·bucket(d) of a window is the sum of its running sums from the highest digit down.
  let running = new Array<Point | undefined>(windows).fill(undefined);
  let weighted = running;
  for (let digit = size - 1; digit > 0; digit--) {
    running = addAll(
      running,
      running.map((_, window) => totals[window * size + digit]),
    );
    weighted = addAll(weighted, running);
  }
  return weighted.reduceRight<Point | undefined>((sum, window) => {
    let [shifted] = [sum];
    for (let i = 0; i < width; i++) [shifted] = addAll([shifted], [shifted]);
    return addAll([shifted], [window])[0];
  }, undefined);
}

/** The sum of each list, pairing neighbours until one is left. */
function sumsOf(lists: readonly (readonly Point[])[]): (Point | undefined)[] {
  let rest = lists.map((list): readonly (Point | undefined)[] => list);
  while (rest.some((list) => list.length > 1)) {
    const left: (Point | undefined)[] = [];
    const right: (Point | undefined)[] = [];
    for (const list of rest) {
      for (let i = 0; i + 1 < list.length; i += 2) {
        left.push(list[i]);
        right.push(list[i + 1]);
      }
    }
    const sums = addAll(left, right);
    let next = 0;
    rest = rest.map((list): readonly (Point | undefined)[] => {
      const pairs = list.length >> 1;
      const halved = sums.slice(next, (next += pairs));
      if (list.length % 2 === 1) halved.push(list.at(-1));
      return halved;
    });
  }
  return rest.map((list) => list[0]);
}
