/** Whom a combination of sums gives away: against the definition, and on data. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { singledOut, type SumRow } from '../../keyholders/ledger-exposure.ts';

const row = (text: string): SumRow =>
  new Map(text.split(' ').map((term) => [term.replace(/^[+-]/, ''), term.startsWith('-') ? -1 : 1] as const));
const alone = (...rows: string[]): string[] => [...singledOut(rows.map(row))].sort();

describe('known cases', () => {
  test('one party fewer', () => expect(alone('a b c', 'a b')).toEqual(['c']));
  test('two parties fewer', () => expect(alone('a b c d', 'a b')).toEqual([]));
  test('three pairs of three', () => expect(alone('a b', 'b c', 'a c')).toEqual(['a', 'b', 'c']));
  test('the four pairs of a ring of four', () => expect(alone('a b', 'b c', 'c d', 'd a')).toEqual([]));
  test('a difference of two and their sum', () => expect(alone('a -b', 'a b')).toEqual(['a', 'b']));
  test('a difference of two', () => expect(alone('a -b', 'a -b')).toEqual([]));
  test('a sum of one', () => expect(alone('a')).toEqual(['a']));
  test('nothing', () => expect(alone()).toEqual([]));
});

/** The rank over the rationals, by fraction-free elimination (Bareiss): nothing in common with the code. */
function rank(matrix: readonly (readonly number[])[]): number {
  const rows = matrix.map((values) => values.map(BigInt));
  let found = 0;
  for (let column = 0; column < (rows[0]?.length ?? 0); column++) {
    const pivot = rows.findIndex((values, i) => i >= found && values[column] !== 0n);
    if (pivot < 0) continue;
    const [top] = rows.splice(pivot, 1);
    if (top === undefined) continue;
    rows.splice(found, 0, top);
    for (let i = found + 1; i < rows.length; i++) {
      const [below, a, b] = [rows[i] ?? [], top[column] ?? 0n, rows[i]?.[column] ?? 0n];
      rows[i] = below.map((value, j) => value * a - (top[j] ?? 0n) * b);
    }
    found++;
  }
  return found;
}

test('a party is alone exactly where its unit vector adds nothing to the rank', () => {
  const parties = ['a', 'b', 'c', 'd', 'e', 'f'];
  const matrices = fc.array(fc.array(fc.constantFrom(0, 0, 1, 1, -1), { minLength: 6, maxLength: 6 }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(matrices, (matrix) => {
      const rows = matrix.map(
        (values): SumRow =>
          new Map(values.flatMap((value, i) => (value === 0 ? [] : [[parties[i] ?? '', value]]))),
      );
      const expected = parties.filter((_, i) => {
        const unit = parties.map((_party, j) => (i === j ? 1 : 0));
        return rank([...matrix, unit]) === rank(matrix);
      });
      expect([...singledOut(rows)].sort()).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

test('sixty tasks over ten thousand parties are audited in seconds', () => {
  const parties = Array.from({ length: 10_000 }, (_, i) => `p${i}`);
  const rows = Array.from(
    { length: 60 },
    (_, i): SumRow => new Map(parties.slice(i * 10, i * 10 + 9000).map((party) => [party, 1])),
  );
  const started = process.cpuUsage();
  expect(singledOut(rows).size).toBe(0);
  expect(singledOut([...rows, new Map(parties.slice(1, 9000).map((party) => [party, 1]))])).toEqual(
    new Set(['p0']),
  );
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(10_000);
});
