/**
 * Σ dⱼ·Pⱼ for public scalars and points, by buckets (Pippenger; Bernstein, Doumen, Lange and Oosterwijk, INDOCRYPT
 * 2012, section 4): the points of each digit d of each window are added up to B(d). A digit is 2^h·high + low, so that
 *
 *     Σ d·B(d) = 2^h·Σ high·R(high) + Σ low·C(low),     R(high) = Σ B over low,  C(low) = Σ B over high,
 *
 * and Σ i·X(i) = Σ 2^b·(sum of those X(i) whose i has bit b): nothing but sums of lists, which `additions.ts` adds up in
 * few rounds. What is left, one sum for each bit of the scalars, is put together by doubling.
 */
import { additions, type Additions, type Lists } from './additions.ts';
import { addAll, negate, ORDER, type Point } from './p256.ts';
import { SecretScalar } from './secret-scalar.ts';

const SCALAR_BITS = 256;

/** Points at a time: enough that filling the buckets outweighs summing them, and few enough for memory. */
const CHUNK = 16_384;

/** For no more points than these, one native product each is faster than buckets. */
const FEW = 32;

/** For scalars below the order. Undefined for the identity. Time depends on the scalars. */
export function multiProduct(scalars: readonly bigint[], points: readonly Point[]): Point | undefined {
  if (points.length <= FEW) return native(scalars, points);
  let sum: Point | undefined;
  for (let start = 0; start < points.length; start += CHUNK) {
    const part = chunkProduct(scalars.slice(start, start + CHUNK), points.slice(start, start + CHUNK));
    [sum] = addAll([sum], [part]);
  }
  return sum;
}

/** One product after the other, whatever the points are. */
function native(scalars: readonly bigint[], points: readonly Point[]): Point | undefined {
  return points
    .flatMap((point, i) => product(scalars[i] ?? 0n, point))
    .reduce<Point | undefined>((sum, point) => addAll([sum], [point])[0], undefined);
}

/** d·P as a list: empty for the identity. */
function product(d: bigint, point: Point): Point[] {
  if (d === 0n) return [];
  return d === ORDER - 1n ? [negate(point)] : new SecretScalar(d).times([point]);
}

function chunkProduct(scalars: readonly bigint[], points: readonly Point[]): Point | undefined {
  // Even, for two halves of a digit.
  const width = Math.max(2, 2 * Math.round((Math.log2(points.length) - 3) / 2));
  const windows = Math.ceil(SCALAR_BITS / width);
  const adding = additions();
  const entered = adding.enter(points);
  const buckets = adding.sum(bucketsOf(scalars, entered, width, windows));
  const positions = sumHalves(adding, buckets, width, windows);
  return positions.reduceRight<Point | undefined>((sum, address) => {
    const [doubled] = addAll([sum], [sum]);
    return addAll([doubled], [adding.point(address)])[0];
  }, undefined);
}

/** For each window, for each digit, the points with this digit; digit 0 has none. */
function bucketsOf(scalars: readonly bigint[], entered: Int32Array, width: number, windows: number): Lists {
  const size = 1 << width;
  const digits = new Uint16Array(windows * entered.length);
  const starts = new Int32Array(windows * size + 1);
  scalars.forEach((scalar, i) => {
    const words = wordsOf(scalar);
    for (let window = 0; window < windows; window++) {
      const bit = window * width;
      const [word, shift] = [bit >>> 5, bit & 31];
      const high = shift === 0 ? 0 : (words[word + 1] ?? 0) << (32 - shift);
      const digit = (((words[word] ?? 0) >>> shift) | high) & (size - 1);
      digits[window * entered.length + i] = digit;
      if (digit !== 0) increment(starts, window * size + digit + 1, 1);
    }
  });
  for (let list = 0; list < windows * size; list++) increment(starts, list + 1, starts[list] ?? 0);
  const next = starts.slice();
  const slots = new Int32Array(starts.at(-1) ?? 0);
  digits.forEach((digit, at) => {
    if (digit === 0) return;
    const list = Math.floor(at / entered.length) * size + digit;
    slots[increment(next, list, 1) - 1] = entered[at % entered.length] ?? 0;
  });
  return { slots, starts };
}

/** Adds to a counter, and returns what it is now. */
function increment(counters: Int32Array, at: number, by: number): number {
  return (counters[at] = (counters[at] ?? 0) + by);
}

/** For each position of a bit in the scalars, what it weighs: the sum of the points of which it is a multiple, or 0. */
function sumHalves(adding: Additions, buckets: Int32Array, width: number, windows: number): number[] {
  const half = 1 << (width / 2);
  const size = half * half;
  const lists: number[][] = [];
  for (let window = 0; window < windows; window++) {
    const bucket = (high: number, low: number) => buckets[window * size + high * half + low] ?? 0;
    const range = Array.from({ length: half }, (_, i) => i);
    for (const low of range) lists.push(range.map((high) => bucket(high, low)));
    for (const high of range) lists.push(range.map((low) => bucket(high, low)));
  }
  const sides = adding.sum(listsOf(lists));
  const bits: number[][] = [];
  for (let side = 0; side < 2 * windows; side++) {
    for (let bit = 0; bit < width / 2; bit++) {
      bits.push(Array.from({ length: half }, (_, i) => ((i >> bit) & 1 ? (sides[side * half + i] ?? 0) : 0)));
    }
  }
  return [...adding.sum(listsOf(bits))];
}

/** Lists of addresses; the identity is left out. */
function listsOf(lists: readonly (readonly number[])[]): Lists {
  const present = lists.map((list) => list.filter((address) => address !== 0));
  const starts = new Int32Array(lists.length + 1);
  for (const [i, list] of present.entries()) starts[i + 1] = (starts[i] ?? 0) + list.length;
  return { slots: Int32Array.from(present.flat()), starts };
}

/** The words of 32 bits, lowest first. */
function wordsOf(scalar: bigint): number[] {
  const words: number[] = [];
  for (let rest = scalar, i = 0; i < 4; i++, rest >>= 64n) {
    const word = BigInt.asUintN(64, rest);
    words.push(Number(word & 0xffffffffn), Number(word >> 32n));
  }
  return words;
}
