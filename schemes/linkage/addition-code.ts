/**
 * Additions of affine points of P-256 in WebAssembly, for public points: time and branches depend on nothing but the
 * number of points, but secrets have no business here (`secret-scalar.ts`).
 *
 * A field element is nine limbs of 29 bits, each in a word of 64, in Montgomery form with R = 2^261, below 2^257 and not
 * always below p. p = −1 + 2^96 + 2^192 − 2^224 + 2^256 is −1 modulo 2^29, so that a Montgomery step multiplies by nothing:
 * m is the lowest limb itself, and m·p is five shifts (Montgomery, Mathematics of Computation 44 (1985); FIPS 186-4, D.2.3).
 * Nine products of 58 bits and what the steps add stay below 2^62.
 */
import {
  assemble,
  i32,
  i64,
  type FunctionBody,
  type I32,
  type I64,
  type Local,
} from '../rlwe/kernel/assembler.ts';

const LIMBS = 9;
const LIMB_BITS = 29;
const MASK = (1n << BigInt(LIMB_BITS)) - 1n;
export const R_BITS = LIMBS * LIMB_BITS;
export const ELEMENT_BYTES = 8 * LIMBS;
/** x, then y. */
export const SLOT_BYTES = 2 * ELEMENT_BYTES;
/** Addresses of the two points and of their sum, each of 32 bits. */
export const TRIPLE_BYTES = 12;
const WORDS_BYTES = 32;

const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

type Element = readonly I64[];

export const limbsOf = (value: bigint): bigint[] =>
  Array.from({ length: LIMBS }, (_, i) => (value >> BigInt(LIMB_BITS * i)) & (i < LIMBS - 1 ? MASK : ~0n));

const constant = (value: bigint): Element => limbsOf(value).map((limb) => i64.of(limb));
/** More than any element, so that no difference is negative. */
const THREE_P = constant(3n * FIELD);
const R_SQUARED = constant((1n << BigInt(2 * R_BITS)) % FIELD);

/** A copy in variables, so that an expression is computed once. */
const held = (f: FunctionBody, element: Element): Local<'i64'>[] =>
  element.map((limb) => f.local('i64', limb));

const load = (f: FunctionBody, address: I32, offset = 0): Local<'i64'>[] =>
  held(
    f,
    Array.from({ length: LIMBS }, (_, i) => i64.load(address, offset + 8 * i)),
  );

function store(f: FunctionBody, address: I32, element: Element, offset = 0): void {
  element.forEach((limb, i) => f.store(address, limb, offset + 8 * i));
}

/** Every limb but the last within 29 bits. */
function carry(f: FunctionBody, limbs: readonly Local<'i64'>[]): void {
  limbs.slice(0, -1).forEach((limb, i) => {
    const next = limbs[i + 1];
    if (next) f.set(next, i64.add(next, i64.shrS(limb, i64.of(LIMB_BITS))));
    f.set(limb, i64.and(limb, i64.of(MASK)));
  });
}

/** Adds m·p to limbs that begin at a power of 2^29; m·2^k with a sign for each term of p. */
function addMultipleOfP(f: FunctionBody, limbs: readonly Local<'i64'>[], m: I64, sign: 1 | -1): void {
  const terms = [
    [0, 0, -sign],
    [3, 9, sign],
    [6, 18, sign],
    [7, 21, -sign],
    [8, 24, sign],
  ] as const;
  for (const [at, bits, plus] of terms) {
    const limb = limbs[at];
    const term = bits === 0 ? m : i64.shl(m, i64.of(bits));
    if (limb) f.set(limb, plus > 0 ? i64.add(limb, term) : i64.sub(limb, term));
  }
}

/** a·b/R. */
function multiply(f: FunctionBody, a: Element, b: Element): Local<'i64'>[] {
  let t = Array.from({ length: LIMBS }, () => f.local('i64', i64.of(0)));
  const m = f.local('i64');
  for (const factor of a) {
    b.forEach((limb, j) => {
      const sum = t[j];
      if (sum) f.set(sum, i64.add(sum, i64.mul(factor, limb)));
    });
    const [lowest, second, ...rest] = t;
    if (!lowest || !second) throw new RangeError('an element has nine limbs');
    f.set(m, i64.and(lowest, i64.of(MASK)));
    addMultipleOfP(f, t, m, 1);
    f.set(second, i64.add(second, i64.shrS(lowest, i64.of(LIMB_BITS))));
    f.set(lowest, i64.of(0));
    t = [second, ...rest, lowest];
  }
  carry(f, t);
  return t;
}

/** a − b. */
function subtract(f: FunctionBody, a: Element, b: Element): Local<'i64'>[] {
  const limbs = held(
    f,
    a.map((limb, i) => i64.sub(i64.add(limb, THREE_P[i] ?? i64.of(0)), b[i] ?? i64.of(0))),
  );
  carry(f, limbs);
  const top = limbs[LIMBS - 1];
  const over = f.local('i64', i64.shrU(top ?? i64.of(0), i64.of(256 - LIMB_BITS * (LIMBS - 1))));
  addMultipleOfP(f, limbs, over, -1);
  carry(f, limbs);
  return limbs;
}

/** The address at this offset of a triple. */
const addressAt = (triple: I32, offset: number): I32 => i32.wrap(i64.load32U(triple, offset));

/**
 * enter(from, end, to): integers of 32 bytes, little-endian and below p, from `from` to before `end`, become elements from
 * `to` on.
 */
export const enter = assemble(['i32', 'i32', 'i32'], (f, from, end, to) => {
  const words = [0, 1, 2, 3].map(() => f.local('i64'));
  f.sweep(from, end, WORDS_BYTES, () => {
    words.forEach((word, i) => f.set(word, i64.load(from, 8 * i)));
    const limbs = Array.from({ length: LIMBS }, (_, i) => {
      const [word, bit] = [Math.floor((i * LIMB_BITS) / 64), (i * LIMB_BITS) % 64];
      const [low = i64.of(0), high] = [words[word], words[word + 1]];
      const shifted = i64.shrU(low, i64.of(bit));
      const spilled =
        high && bit + LIMB_BITS > 64 ? i64.or(shifted, i64.shl(high, i64.of(64 - bit))) : shifted;
      return i64.and(spilled, i64.of(MASK));
    });
    store(f, to, multiply(f, held(f, limbs), R_SQUARED));
    f.set(to, i32.add(to, i32.of(ELEMENT_BYTES)));
  });
  return undefined;
});

/**
 * runs(triples, end, products, total): for each triple, the product of the differences of x before it goes to `products`;
 * what stands at `total` is multiplied by all of them. It becomes 0 where two points of a triple have one x.
 */
export const runs = assemble(['i32', 'i32', 'i32', 'i32'], (f, triples, end, products, total) => {
  f.sweep(triples, end, TRIPLE_BYTES, () => {
    const before = load(f, total);
    store(f, products, before);
    const run = subtract(f, load(f, addressAt(triples, 4)), load(f, addressAt(triples, 0)));
    store(f, total, multiply(f, before, run));
    f.set(products, i32.add(products, i32.of(ELEMENT_BYTES)));
  });
  return undefined;
});

/**
 * sums(triples, end, products, inverse): the sums, from the last triple to the first. `inverse` holds that of the whole
 * product, and `products` is what `runs` has left there, at its end.
 */
export const sums = assemble(['i32', 'i32', 'i32', 'i32'], (f, triples, end, products, inverse) => {
  f.repeatWhile(
    () => i32.ltU(triples, end),
    () => {
      f.set(end, i32.sub(end, i32.of(TRIPLE_BYTES)));
      f.set(products, i32.sub(products, i32.of(ELEMENT_BYTES)));
      const [left, right] = [f.local('i32', addressAt(end, 0)), f.local('i32', addressAt(end, 4))];
      const [leftX, leftY] = [load(f, left), load(f, left, ELEMENT_BYTES)];
      const rightX = load(f, right);
      const rest = load(f, inverse);
      const slope = multiply(
        f,
        subtract(f, load(f, right, ELEMENT_BYTES), leftY),
        multiply(f, rest, load(f, products)),
      );
      store(f, inverse, multiply(f, rest, subtract(f, rightX, leftX)));
      const x = subtract(f, subtract(f, multiply(f, slope, slope), leftX), rightX);
      const y = subtract(f, multiply(f, slope, subtract(f, leftX, x)), leftY);
      const sum = addressAt(end, 8);
      store(f, sum, x);
      store(f, sum, y, ELEMENT_BYTES);
    },
  );
  return undefined;
});
