/** From small integers and random bytes to words. No branch and no address depends on what is secret. */
import { assemble, i32, i64 } from './assembler.ts';

const WORD = 8;

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
