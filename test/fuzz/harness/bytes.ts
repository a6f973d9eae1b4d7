/** Changes to bytes of which nothing is known. */
import type { Random } from './random.ts';

/** Makes another input out of a valid one; `corpus` holds all valid ones, for splicing. */
export type Mutation = (bytes: Uint8Array, random: Random, corpus: readonly Uint8Array[]) => Uint8Array;

const BYTES = [0, 1, 2, 0x20, 0x22, 0x30, 0x7f, 0x80, 0xc0, 0xed, 0xf8, 0xff];

/** Where decoders keep counts and lengths, and what breaks them. */
export const BOUNDARIES: readonly bigint[] = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0xffffn,
  0x10000n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];

const flipBit: Mutation = (bytes, random) =>
  edited(bytes, random.below(bytes.length), (byte) => byte ^ (1 << random.below(8)));

const setByte: Mutation = (bytes, random) =>
  edited(bytes, random.below(bytes.length), () => (random.oneIn(2) ? random.pick(BYTES) : random.below(256)));

const truncate: Mutation = (bytes, random) =>
  random.oneIn(2)
    ? bytes.slice(0, random.below(bytes.length))
    : bytes.slice(0, Math.max(0, bytes.length - 1 - random.small(32)));

const extend: Mutation = (bytes, random) => {
  const count = 1 + random.small(64);
  const tail = random.pick([random.bytes(count), new Uint8Array(count), bytes.slice(-count)]);
  return random.oneIn(4) ? joined(tail, bytes) : joined(bytes, tail);
};

const cutOut: Mutation = (bytes, random) => {
  const from = random.below(bytes.length);
  return joined(bytes.slice(0, from), bytes.slice(from + 1 + random.small(bytes.length - from)));
};

const repeat: Mutation = (bytes, random) => {
  const from = random.below(bytes.length);
  const to = from + 1 + random.small(bytes.length - from);
  return joined(bytes.slice(0, to), bytes.slice(from));
};

const overwrite: Mutation = (bytes, random) => {
  const copy = bytes.slice();
  const from = random.below(bytes.length);
  const count = 1 + random.small(Math.min(bytes.length - from, 64));
  copy.set(random.oneIn(2) ? random.bytes(count) : new Uint8Array(count), from);
  return copy.subarray(0, bytes.length);
};

/** The front of one valid input and the back of another. */
const splice: Mutation = (bytes, random, corpus) => {
  const other = random.pick(corpus);
  const at = random.below(bytes.length + 1);
  const same = random.oneIn(2) ? Math.min(at, other.length) : random.below(other.length + 1);
  return joined(bytes.slice(0, at), other.slice(same));
};

/** A boundary number, or the number that stands there plus or minus one, in one of the usual widths and orders. */
const integer: Mutation = (bytes, random) => {
  const width = random.pick([1, 2, 4, 8].filter((w) => w <= bytes.length));
  if (bytes.length === 0) return Uint8Array.of(random.below(256));
  const copy = Buffer.from(bytes);
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const little = random.oneIn(2);
  const at = random.oneIn(2) ? random.below(Math.min(bytes.length, 128)) : random.below(bytes.length);
  const offset = Math.min(at, bytes.length - width);
  const bits = BigInt(8 * width);
  let old = 0n;
  for (let i = 0; i < width; i += 1) {
    const byte = BigInt(view.getUint8(offset + (little ? width - 1 - i : i)));
    old = (old << 8n) | byte;
  }
  let value = BigInt.asUintN(
    Number(bits),
    random.pick([random.pick(BOUNDARIES), old + 1n, old - 1n, old * 2n]),
  );
  for (let i = 0; i < width; i += 1) {
    view.setUint8(offset + (little ? i : width - 1 - i), Number(value & 0xffn));
    value >>= 8n;
  }
  return new Uint8Array(copy);
};

const ALL: readonly Mutation[] = [
  flipBit,
  flipBit,
  setByte,
  truncate,
  extend,
  cutOut,
  repeat,
  overwrite,
  splice,
  integer,
];

/** One of the changes above. */
export const mutateBytes: Mutation = (bytes, random, corpus) => {
  if (bytes.length === 0) return random.bytes(random.small(64));
  return random.pick(ALL)(bytes, random, corpus);
};

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function edited(bytes: Uint8Array, index: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = change(copy[index] ?? 0);
  return copy;
}
