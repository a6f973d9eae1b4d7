/**
 * Integers of several words, and their residues. No branch and no address depends on what they are, but for where the
 * draws that are kept lie.
 */
import { assemble, i32, i64 } from './assembler.ts';
import { factor, reduceFully, timesFactor } from './modular.ts';

const WORD = 8;
const SIGN = i64.of(63);
const ONES = i64.of(-1);

/**
 * interval(to, random, count, lanes, span, mask): of `count` candidates of `lanes` ≥ 1 words each, the most significant
 * word first and masked, those that are at most `span`, which has as many; the result says how many bytes they take. Each
 * is written and only kept by moving on, so that time tells how many were rejected and nothing about the others.
 */
export const interval = assemble(
  ['i32', 'i32', 'i32', 'i32', 'i32', 'i64'],
  (f, to, random, count, lanes, span, mask) => {
    const start = f.local('i32', to);
    const size = f.local('i32', i32.shl(lanes, i32.of(3)));
    const at = f.local('i32', random);
    const lane = f.local('i32');
    const borrow = f.local('i64');
    const end = f.local('i32', i32.add(random, i32.mul(count, size)));
    const kept = f.local('i32');
    f.repeatWhile(
      () => i32.ltU(at, end),
      () => {
        f.set(lane, size);
        f.set(borrow, i64.of(0));
        f.repeatWhile(
          () => lane,
          () => {
            f.set(lane, i32.sub(lane, i32.of(WORD)));
            const word = f.local('i64', i64.load(i32.add(at, lane)));
            f.when(i32.eqz(lane), () => {
              f.set(word, i64.and(word, mask));
            });
            f.store(i32.add(to, lane), word);
            const most = f.local('i64', i64.load(i32.add(span, lane)));
            const difference = f.local('i64', i64.sub(i64.sub(most, word), borrow));
            const taken = i64.and(i64.xor(most, ONES), word);
            const passed = i64.and(i64.xor(i64.xor(most, word), ONES), difference);
            f.set(borrow, i64.shrU(i64.or(taken, passed), SIGN));
          },
        );
        f.set(kept, i32.sub(i32.of(1), i32.wrap(borrow)));
        f.set(to, i32.add(to, i32.mul(kept, size)));
        f.set(at, i32.add(at, size));
      },
    );
    return i32.sub(to, start);
  },
);

/**
 * addMultiple(to, words, stride, N, q, w, quotient): adds w times N words below 2^64, `stride` bytes apart, to those of
 * `to`, which are in [0, q) before and after.
 */
export const addMultiple = assemble(
  ['i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i64'],
  (f, to, words, stride, n, q, w, quotient) => {
    const by = factor(f, w, quotient);
    const at = f.local('i32', to);
    f.sweep(at, i32.add(to, i32.shl(n, i32.of(3))), WORD, () => {
      const word = f.local('i64', i64.load(words));
      const sum = i64.add(i64.load(at), timesFactor(f, word, by, q));
      f.store(at, reduceFully(f, sum, q, 3));
      f.set(words, i32.add(words, stride));
    });
    return undefined;
  },
);

/**
 * digit(words, bytes, q, others, multiple, w, quotient): (words − others)·w modulo q, in place and in [0, q), for words
 * in [0, q), others below `multiple`, a multiple of q, and both multiple + q < 2^64.
 */
export const digit = assemble(
  ['i32', 'i32', 'i64', 'i32', 'i64', 'i64', 'i64'],
  (f, words, bytes, q, others, multiple, w, quotient) => {
    const by = factor(f, w, quotient);
    const at = f.local('i32', words);
    f.sweep(at, i32.add(words, bytes), WORD, () => {
      const sum = i64.add(i64.load(at), multiple);
      const difference = f.local('i64', i64.sub(sum, i64.load(others)));
      f.store(at, reduceFully(f, timesFactor(f, difference, by, q), q, 2));
      f.set(others, i32.add(others, i32.of(WORD)));
    });
    return undefined;
  },
);

/**
 * exceeds(digits, N, count, most): 1 where one of N numbers is larger than one of the same mixed radix. `count` digits
 * below 2^63 make a number, the least significant first; those of the N are in blocks of N words, those of `most` in one.
 */
export const exceeds = assemble(['i32', 'i32', 'i32', 'i32'], (f, digits, n, count, most) => {
  const block = f.local('i32', i32.shl(n, i32.of(3)));
  const bad = f.local('i64');
  const borrow = f.local('i64');
  const at = f.local('i32');
  const limit = f.local('i32');
  const end = f.local('i32', i32.add(most, i32.shl(count, i32.of(3))));
  const first = f.local('i32', digits);
  f.sweep(first, i32.add(digits, block), WORD, () => {
    f.set(borrow, i64.of(0));
    f.set(at, first);
    f.set(limit, most);
    f.sweep(limit, end, WORD, () => {
      f.set(borrow, i64.shrU(i64.sub(i64.sub(i64.load(limit), i64.load(at)), borrow), SIGN));
      f.set(at, i32.add(at, block));
    });
    f.set(bad, i64.or(bad, borrow));
  });
  return i32.wrap(bad);
});
