/**
 * The steps of public-key encryption that are not transforms: division by the special prime, and the message. No branch
 * and no address depends on what is secret.
 */
import { assemble, i32, i64 } from './assembler.ts';
import { factor, reduceFully, roughQuotient, timesFactor } from './modular.ts';

const WORD = 8;

/**
 * roundSpecial(words, errors, N, P, half): words x in [0, 8·P) and signed bytes e become (x + e + half) mod P, in place.
 */
export const roundSpecial = assemble(['i32', 'i32', 'i32', 'i64', 'i64'], (f, words, errors, n, p, half) => {
  const at = f.local('i32', errors);
  f.sweep(at, i32.add(errors, n), 1, () => {
    const shifted = i64.add(i64.add(i64.load(words), i64.load8S(at)), i64.add(half, p));
    f.store(words, reduceFully(f, shifted, p, 4));
    f.set(words, i32.add(words, i32.of(WORD)));
  });
  return undefined;
});

/**
 * divideSpecial(words, errors, N, q, remainders, half, w, quotient): with r from `roundSpecial` and w = P^(−1) mod q, words
 * x in [0, 8·q) become (x + e + half − r)/P modulo q, in place and in [0, q): x + e divided by P and rounded, half = ⌊P/2⌋.
 * P < 4·q.
 */
export const divideSpecial = assemble(
  ['i32', 'i32', 'i32', 'i64', 'i32', 'i64', 'i64', 'i64'],
  (f, words, errors, n, q, remainders, half, w, quotient) => {
    const by = factor(f, w, quotient);
    const shift = f.local('i64', i64.add(half, i64.shl(q, i64.of(2))));
    const at = f.local('i32', errors);
    f.sweep(at, i32.add(errors, n), 1, () => {
      const sum = i64.add(i64.add(i64.load(words), shift), i64.load8S(at));
      const dividend = f.local('i64', i64.sub(sum, i64.load(remainders)));
      f.store(words, reduceFully(f, timesFactor(f, dividend, by, q), q, 2));
      f.set(words, i32.add(words, i32.of(WORD)));
      f.set(remainders, i32.add(remainders, i32.of(WORD)));
    });
    return undefined;
  },
);

/**
 * place(to, values, places, N, t, limit): N signed values to the words of `to` named by 32-bit places, as residues modulo
 * t. The result is 1 where |value| > limit for one of them; 0 ≤ limit < t < 2^60.
 */
export const place = assemble(
  ['i32', 'i32', 'i32', 'i32', 'i64', 'i64'],
  (f, to, values, places, n, t, limit) => {
    const bad = f.local('i64');
    const at = f.local('i32', values);
    f.sweep(at, i32.add(values, i32.shl(n, i32.of(3))), WORD, () => {
      const value = f.local('i64', i64.load(at));
      f.set(bad, i64.or(bad, i64.or(i64.sub(limit, value), i64.add(limit, value))));
      const residue = i64.add(value, i64.and(t, i64.shrS(value, i64.of(63))));
      f.store(i32.add(to, i32.wrap(i64.load32U(places))), residue);
      f.set(places, i32.add(places, i32.of(4)));
    });
    return i32.wrap(i64.shrU(bad, i64.of(63)));
  },
);

/**
 * roundings(to, words, N, t, r, quotient): ⌊(m·r + ⌊(t + 1)/2⌋)/t⌋ for words m in [0, t), with r = q mod t and ⌊r·2^64/t⌋:
 * what round(q·m/t) has over m·⌊q/t⌋. The rough quotient is up to 3 short, and what is added makes it up to 4.
 */
export const roundings = assemble(
  ['i32', 'i32', 'i32', 'i64', 'i64', 'i64'],
  (f, to, words, n, t, r, quotient) => {
    const by = factor(f, r, quotient);
    const half = f.local('i64', i64.shrU(i64.add(t, i64.of(1)), i64.of(1)));
    const at = f.local('i32', words);
    f.sweep(at, i32.add(words, i32.shl(n, i32.of(3))), WORD, () => {
      const m = f.local('i64', i64.load(at));
      const result = f.local('i64', roughQuotient(f, m, by.quotientHigh, by.quotientLow));
      const product = i64.sub(i64.mul(m, by.w), i64.mul(result, t));
      const rest = f.local('i64', i64.add(product, half));
      for (let i = 0; i < 4; i += 1) {
        const below = f.local('i64', i64.shrS(i64.sub(rest, t), i64.of(63)));
        f.set(result, i64.add(i64.add(result, i64.of(1)), below));
        f.set(rest, i64.sub(rest, i64.and(t, i64.sub(i64.of(-1), below))));
      }
      f.store(to, result);
      f.set(to, i32.add(to, i32.of(WORD)));
    });
    return undefined;
  },
);

/**
 * addMessage(words, message, rounding, N, q, w, quotient): adds m·w + rounding modulo q, in place, for words in [0, q), w
 * = ⌊q_all/t⌋ mod q and roundings below 2·q.
 */
export const addMessage = assemble(
  ['i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i64'],
  (f, words, message, rounding, n, q, w, quotient) => {
    const by = factor(f, w, quotient);
    const at = f.local('i32', words);
    f.sweep(at, i32.add(words, i32.shl(n, i32.of(3))), WORD, () => {
      const m = f.local('i64', i64.load(message));
      const scaled = f.local('i64', timesFactor(f, m, by, q));
      const sum = i64.add(i64.add(i64.load(at), i64.load(rounding)), scaled);
      f.store(at, reduceFully(f, sum, q, 3));
      f.set(message, i32.add(message, i32.of(WORD)));
      f.set(rounding, i32.add(rounding, i32.of(WORD)));
    });
    return undefined;
  },
);
