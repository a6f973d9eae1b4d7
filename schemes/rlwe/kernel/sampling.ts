/** From random bytes and small integers to words. No branch and no address depends on what is secret. */
import { assemble, i32, i64, type I64 } from './assembler.ts';
import { ERROR_BOUND } from '../samplers.ts';

const WORD = 8;
/** 21 coins in the low bits of each of two groups of 24. */
const COINS_BYTES = 6;
const GROUP_BITS = 24;
const COINS = 2 ** ERROR_BOUND - 1;
/** A byte modulo 3 is uniform below 255 = 3·85. */
const REJECTED = 255;

/** lift(to, values, N, q): N signed bytes as words in [0, q). */
export const lift = assemble(['i32', 'i32', 'i32', 'i64'], (f, to, values, n, q) => {
  const at = f.local('i32', values);
  f.sweep(at, i32.add(values, n), 1, () => {
    const value = f.local('i64', i64.load8S(at));
    f.store(to, i64.add(value, i64.and(q, i64.shrS(value, i64.of(63)))));
    f.set(to, i32.add(to, i32.of(WORD)));
  });
  return undefined;
});

/**
 * uniform(to, random, bytes, q, mask): of candidates of 64 bits, masked, those below q < 2^63, which are kept by moving on;
 * the result says how many bytes they take.
 */
export const uniform = assemble(['i32', 'i32', 'i32', 'i64', 'i64'], (f, to, random, bytes, q, mask) => {
  const start = f.local('i32', to);
  const at = f.local('i32', random);
  f.sweep(at, i32.add(random, bytes), WORD, () => {
    const word = f.local('i64', i64.and(i64.load(at), mask));
    f.store(to, word);
    const below = i32.wrap(i64.shrU(i64.sub(word, q), i64.of(63)));
    f.set(to, i32.add(to, i32.shl(below, i32.of(3))));
  });
  return i32.sub(to, start);
});

/**
 * ternary(to, random, bytes): as `samplers.ts` draws them, one signed byte in {−1, 0, 1} for each random byte that is
 * not 255; the result says how many. Each is written and only kept by moving on, so that time tells how many bytes were
 * rejected and nothing about the others.
 */
export const ternary = assemble(['i32', 'i32', 'i32'], (f, to, random, bytes) => {
  const start = f.local('i32', to);
  const at = f.local('i32', random);
  f.sweep(at, i32.add(random, bytes), 1, () => {
    const byte = f.local('i32', i32.load8U(at));
    // ⌊byte·171/512⌋ = ⌊byte/3⌋ below 256.
    const third = i32.shrU(i32.mul(byte, i32.of(171)), i32.of(9));
    const value = i32.sub(i32.sub(byte, i32.mul(third, i32.of(3))), i32.of(1));
    f.store8(to, i64.extend(value));
    f.set(to, i32.add(to, i32.ne(byte, i32.of(REJECTED))));
  });
  return i32.sub(to, start);
});

/**
 * centredBinomial(to, random, N): N signed bytes, as `samplers.ts` draws them: the heads of 21 coins less those of 21
 * others, from 6 random bytes each. Reads 2 bytes more.
 */
export const centredBinomial = assemble(['i32', 'i32', 'i32'], (f, to, random, n) => {
  const heads = (coins: I64): I64 => i64.countOnes(i64.and(coins, i64.of(COINS)));
  const end = f.local('i32', i32.add(to, n));
  f.sweep(to, end, 1, () => {
    const coins = f.local('i64', i64.load(random));
    f.store8(to, i64.sub(heads(coins), heads(i64.shrU(coins, i64.of(GROUP_BITS)))));
    f.set(random, i32.add(random, i32.of(COINS_BYTES)));
  });
  return undefined;
});
