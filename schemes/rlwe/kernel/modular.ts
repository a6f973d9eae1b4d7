/**
 * Arithmetic modulo a prime q < 2^60 on 64-bit words, as expressions and statements. Words are left in [0, B·q) for
 * small B where nothing needs them smaller, as 16·q < 2^64 allows (Harvey, J. Symb. Comput. 60, 2014). No branch and no
 * address depends on a word.
 */
import { i64, type FunctionBody, type I64, type Local } from './assembler.ts';

const LOW_HALF = 0xffffffffn;
const HALF = i64.of(32);

const high = (x: I64): I64 => i64.shrU(x, HALF);
const low = (x: I64): I64 => i64.and(x, i64.of(LOW_HALF));

/** A factor w < q that is used again and again, and ⌊w·2^64/q⌋ by its halves (Shoup's trick, as in NTL). */
export interface Factor {
  readonly w: Local<'i64'>;
  readonly quotientHigh: Local<'i64'>;
  readonly quotientLow: Local<'i64'>;
}

/** The factor, its quotient beside it, from memory or variables. */
export function factor(f: FunctionBody, w: I64, quotient: I64): Factor {
  const whole = f.local('i64', quotient);
  return {
    w: f.local('i64', w),
    quotientHigh: f.local('i64', high(whole)),
    quotientLow: f.local('i64', low(whole)),
  };
}

/** Sets the variables of a factor that was made before. */
export function setFactor(f: FunctionBody, into: Factor, w: I64, quotient: I64): void {
  f.set(into.w, w);
  f.set(into.quotientLow, quotient);
  f.set(into.quotientHigh, high(into.quotientLow));
  f.set(into.quotientLow, low(into.quotientLow));
}

/**
 * ⌊a·b/2^64⌋, or up to 2 less: of the four products of halves the lowest is left out, and two lose their fractions.
 * `high` and `low` are the halves of b.
 */
export function roughQuotient(f: FunctionBody, a: Local<'i64'>, bHigh: I64, bLow: I64): I64 {
  const aHigh = f.local('i64', high(a));
  const middle = i64.add(high(i64.mul(aHigh, bLow)), high(i64.mul(low(a), bHigh)));
  return i64.add(i64.mul(aHigh, bHigh), middle);
}

/** x·w modulo q, in [0, 4q), for every x < 2^64: the quotient is short by less than 3 + x/2^64. */
export function timesFactor(f: FunctionBody, x: Local<'i64'>, by: Factor, q: I64): I64 {
  const quotient = roughQuotient(f, x, by.quotientHigh, by.quotientLow);
  return i64.sub(i64.mul(x, by.w), i64.mul(quotient, q));
}

/** x, or x − m where x ≥ m, for x < 2m and m < 2^63. */
export function reduceOnce(f: FunctionBody, x: I64, m: I64): I64 {
  const difference = f.local('i64', i64.sub(x, m));
  return i64.add(difference, i64.and(m, i64.shrS(difference, i64.of(63))));
}

/** x modulo q for x < 2^k·q, k ≤ 4. */
export function reduceFully(f: FunctionBody, x: I64, q: Local<'i64'>, k: number): I64 {
  let reduced = x;
  for (let shift = k - 1; shift >= 0; shift -= 1) {
    reduced = reduceOnce(f, reduced, shift === 0 ? q : i64.shl(q, i64.of(shift)));
  }
  return reduced;
}

/** What Barrett's reduction needs: the bits n of q, and ⌊2^(63+n)/q⌋ by its halves. */
export interface Barrett {
  readonly q: Local<'i64'>;
  /** n − 1. */
  readonly shift: Local<'i64'>;
  /** 65 − n. */
  readonly complement: Local<'i64'>;
  readonly ratioHigh: Local<'i64'>;
  readonly ratioLow: Local<'i64'>;
}

export function barrett(f: FunctionBody, q: Local<'i64'>, bits: I64, ratio: I64): Barrett {
  const whole = f.local('i64', ratio);
  return {
    q,
    shift: f.local('i64', i64.sub(bits, i64.of(1))),
    complement: f.local('i64', i64.sub(i64.of(65), bits)),
    ratioHigh: f.local('i64', high(whole)),
    ratioLow: f.local('i64', low(whole)),
  };
}

/** The 128 bits of a·b as [low, high]. */
function wideProduct(f: FunctionBody, a: Local<'i64'>, b: Local<'i64'>): [Local<'i64'>, Local<'i64'>] {
  const [aHigh, aLow] = [f.local('i64', high(a)), f.local('i64', low(a))];
  const [bHigh, bLow] = [f.local('i64', high(b)), f.local('i64', low(b))];
  const cross = f.local('i64', i64.add(i64.mul(aHigh, bLow), high(i64.mul(aLow, bLow))));
  const carried = f.local('i64', i64.add(i64.mul(aLow, bHigh), low(cross)));
  const top = i64.add(i64.add(i64.mul(aHigh, bHigh), high(cross)), high(carried));
  return [f.local('i64', i64.mul(a, b)), f.local('i64', top)];
}

/**
 * a·b modulo q, in [0, 6q), for a, b < q: with z = a·b < 2^2n the quotient ⌊⌊z/2^(n−1)⌋·⌊2^(63+n)/q⌋/2^64⌋ is short of
 * z/q by less than 1 for each of the three roundings and 2 for `roughQuotient` (Barrett, CRYPTO 1986).
 */
export function product(f: FunctionBody, a: Local<'i64'>, b: Local<'i64'>, by: Barrett): I64 {
  const [bottom, top] = wideProduct(f, a, b);
  const head = f.local('i64', i64.or(i64.shl(top, by.complement), i64.shrU(bottom, by.shift)));
  const quotient = roughQuotient(f, head, by.ratioHigh, by.ratioLow);
  return i64.sub(bottom, i64.mul(quotient, by.q));
}

/**
 * ⌊w·2^64/q⌋ for w < q: (w·⌊2^(63+n)/q⌋)/2^(n−1) falls short by less than 4, and the remainder −quotient·q (mod 2^64)
 * says by how much.
 */
export function shoupQuotient(f: FunctionBody, w: Local<'i64'>, ratio: Local<'i64'>, by: Barrett): I64 {
  const [bottom, top] = wideProduct(f, w, ratio);
  const quotient = f.local('i64', i64.or(i64.shl(top, by.complement), i64.shrU(bottom, by.shift)));
  const rest = f.local('i64', i64.sub(i64.of(0), i64.mul(quotient, by.q)));
  for (let i = 0; i < 4; i += 1) {
    const below = f.local('i64', i64.shrS(i64.sub(rest, by.q), i64.of(63)));
    f.set(quotient, i64.add(i64.add(quotient, i64.of(1)), below));
    f.set(rest, i64.sub(rest, i64.and(by.q, i64.sub(i64.of(-1), below))));
  }
  return quotient;
}
