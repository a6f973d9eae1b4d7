/** Work on whole blocks of words modulo one prime. Addresses are multiples of 16, lengths in bytes too. */
import { assemble, i32, i64, i64x2, type FunctionBody, type I32, type Local } from './assembler.ts';
import { barrett, factor, product, reduceFully, reduceOnce, shoupQuotient, timesFactor } from './modular.ts';

const WORD = 8;
const PAIR = 16;
/** Bits of the result of `check` and `fold`. */
export const OUT_OF_RANGE = 1;
export const NOT_ZERO = 2;

/**
 * check(words, bytes, q): OUT_OF_RANGE where a word is not below q, plus NOT_ZERO where one is not 0; q < 2^63. A word w
 * is below q where neither w nor q − 1 − w has bit 63.
 */
export const check = assemble(['i32', 'i32', 'i64'], (f, words, bytes, q) =>
  sweepChecked(f, words, bytes, q, false),
);

/**
 * fold(words, bytes, q, sum): the same, and adds each word to that of `sum`, modulo 2^64. A sum of 16 words below
 * q < 2^60 is exact. What was out of range is taken back by `unfold`.
 */
export const fold = assemble(['i32', 'i32', 'i64', 'i32'], (f, words, bytes, q, sum) =>
  sweepChecked(f, words, bytes, q, sum),
);

function sweepChecked(
  f: FunctionBody,
  words: Local<'i32'>,
  bytes: Local<'i32'>,
  q: Local<'i64'>,
  sum: Local<'i32'> | false,
): I32 {
  const largest = f.local('v128', i64x2.splat(i64.sub(q, i64.of(1))));
  const bad = f.local('v128');
  const any = f.local('v128');
  const word = f.local('v128');
  const at = f.local('i32', words);
  f.sweep(at, i32.add(words, bytes), PAIR, () => {
    f.set(word, i64x2.load(at));
    f.set(any, i64x2.or(any, word));
    f.set(bad, i64x2.or(bad, i64x2.sub(largest, word)));
    if (sum === false) return;
    f.store(sum, i64x2.add(i64x2.load(sum), word));
    f.set(sum, i32.add(sum, i32.of(PAIR)));
  });
  f.set(bad, i64x2.or(bad, any));
  const sign = i64.shrU(i64.or(i64x2.lane(bad, 0), i64x2.lane(bad, 1)), i64.of(63));
  const some = i64.ne(i64.or(i64x2.lane(any, 0), i64x2.lane(any, 1)), i64.of(0));
  return i32.or(i32.wrap(sign), i32.shl(some, i32.of(1)));
}

/** unfold(words, bytes, sum): subtracts each word from that of `sum`, modulo 2^64. */
export const unfold = assemble(['i32', 'i32', 'i32'], (f, words, bytes, sum) => {
  const at = f.local('i32', words);
  f.sweep(at, i32.add(words, bytes), PAIR, () => {
    f.store(sum, i64x2.sub(i64x2.load(sum), i64x2.load(at)));
    f.set(sum, i32.add(sum, i32.of(PAIR)));
  });
  return undefined;
});

/** reduce(words, bytes, q): words in [0, 16·q) become those in [0, q). */
export const reduce = assemble(['i32', 'i32', 'i64'], (f, words, bytes, q) => {
  const multiples = [3, 2, 1, 0].map((k) => f.local('v128', i64x2.splat(i64.shl(q, i64.of(k)))));
  const word = f.local('v128');
  const at = f.local('i32', words);
  f.sweep(at, i32.add(words, bytes), PAIR, () => {
    f.set(word, i64x2.load(at));
    for (const m of multiples) {
      f.set(word, i64x2.sub(word, m));
      f.set(word, i64x2.add(word, i64x2.and(m, i64x2.shrS(word, 63))));
    }
    f.store(at, word);
  });
  return undefined;
});

/** add(words, bytes, q, others): words + others in place, both and the sum in [0, q). */
export const add = assemble(['i32', 'i32', 'i64', 'i32'], (f, words, bytes, q, others) => {
  const at = f.local('i32', words);
  f.sweep(at, i32.add(words, bytes), WORD, () => {
    f.store(at, reduceOnce(f, i64.add(i64.load(at), i64.load(others)), q));
    f.set(others, i32.add(others, i32.of(WORD)));
  });
  return undefined;
});

/** subtract(words, bytes, q, others): words − others in place, both and the difference in [0, q). */
export const subtract = assemble(['i32', 'i32', 'i64', 'i32'], (f, words, bytes, q, others) => {
  const at = f.local('i32', words);
  f.sweep(at, i32.add(words, bytes), WORD, () => {
    const difference = f.local('i64', i64.sub(i64.load(at), i64.load(others)));
    f.store(at, i64.add(difference, i64.and(q, i64.shrS(difference, i64.of(63)))));
    f.set(others, i32.add(others, i32.of(WORD)));
  });
  return undefined;
});

/** multiply(words, bytes, q, factors, bits, ratio): the products of words in [0, q), in place and in [0, q). */
export const multiply = assemble(
  ['i32', 'i32', 'i64', 'i32', 'i64', 'i64'],
  (f, words, bytes, q, factors, bits, ratio) => {
    const by = barrett(f, q, bits, ratio);
    const at = f.local('i32', words);
    f.sweep(at, i32.add(words, bytes), WORD, () => {
      const a = f.local('i64', i64.load(at));
      const b = f.local('i64', i64.load(factors));
      f.store(at, reduceFully(f, product(f, a, b, by), q, 3));
      f.set(factors, i32.add(factors, i32.of(WORD)));
    });
    return undefined;
  },
);

/** prepare(table, words, bytes, q, bits, ratio): each word in [0, q), and its quotient, as the factors of a table. */
export const prepare = assemble(
  ['i32', 'i32', 'i32', 'i64', 'i64', 'i64'],
  (f, table, words, bytes, q, bits, ratio) => {
    const by = barrett(f, q, bits, ratio);
    const at = f.local('i32', words);
    f.sweep(at, i32.add(words, bytes), WORD, () => {
      const w = f.local('i64', i64.load(at));
      f.store(table, w);
      f.store(table, shoupQuotient(f, w, ratio, by), WORD);
      f.set(table, i32.add(table, i32.of(PAIR)));
    });
    return undefined;
  },
);

/** scale(words, bytes, q, w, quotient): words below 2^64 times the factor, in place and in [0, q). */
export const scale = assemble(['i32', 'i32', 'i64', 'i64', 'i64'], (f, words, bytes, q, w, quotient) => {
  const by = factor(f, w, quotient);
  const at = f.local('i32', words);
  f.sweep(at, i32.add(words, bytes), WORD, () => {
    const x = f.local('i64', i64.load(at));
    f.store(at, reduceFully(f, timesFactor(f, x, by, q), q, 2));
  });
  return undefined;
});

/** multiplyPrepared(to, words, bytes, q, table): words below 2^64 times the factors of a table, in [0, 4·q). */
export const multiplyPrepared = assemble(
  ['i32', 'i32', 'i32', 'i64', 'i32'],
  (f, to, words, bytes, q, table) => {
    const at = f.local('i32', words);
    f.sweep(at, i32.add(words, bytes), WORD, () => {
      const x = f.local('i64', i64.load(at));
      const by = factor(f, i64.load(table), i64.load(table, WORD));
      f.store(to, timesFactor(f, x, by, q));
      f.set(to, i32.add(to, i32.of(WORD)));
      f.set(table, i32.add(table, i32.of(PAIR)));
    });
    return undefined;
  },
);
