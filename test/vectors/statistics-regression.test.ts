/** NIST Statistical Reference Datasets, linear regression: Norris, Longley and Wampler 1 to 3, certified. */
import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../statistics/decimal.ts';
import { computeSecurely, taskOf } from '../fixtures/statistics-tasks.ts';

interface Set {
  readonly name: string;
  /** For each column, y first: its decimals, and the bounds of its values. */
  readonly columns: Record<string, readonly [places: number, min: string, max: string]>;
  readonly on: readonly (string | readonly string[])[];
  /** The published decimals, y first. */
  readonly records: readonly (readonly string[])[];
  /** Of the intercept and each term: estimate and standard deviation. */
  readonly certified: readonly (readonly [estimate: string, deviation: string])[];
  readonly determination: string;
}

const rows = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

const NORRIS: Set = {
  name: 'Norris',
  columns: { y: [1, '0', '1000'], x: [1, '0', '1000'] },
  on: ['x'],
  records: rows(`
    0.1 0.2
    338.8 337.4
    118.1 118.2
    888.0 884.6
    9.2 10.1
    228.1 226.5
    668.5 666.3
    998.5 996.3
    449.1 448.6
    778.9 777.0
    559.2 558.2
    0.3 0.4
    0.1 0.6
    778.1 775.5
    668.8 666.9
    339.3 338.0
    448.9 447.5
    10.8 11.6
    557.7 556.0
    228.3 228.1
    998.0 995.8
    888.8 887.6
    119.6 120.2
    0.3 0.3
    0.6 0.3
    557.6 556.8
    339.3 339.1
    888.0 887.2
    998.5 999.0
    778.9 779.0
    10.2 11.1
    117.6 118.3
    228.9 229.2
    668.4 669.1
    449.2 448.9
    0.2 0.5`),
  certified: [
    ['-0.262323073774029', '0.232818234301152'],
    ['1.00211681802045', '0.000429796848199937'],
  ],
  determination: '0.999993745883712',
};

const LONGLEY: Set = {
  name: 'Longley',
  columns: {
    y: [0, '0', '100000'],
    x1: [1, '0', '200'],
    x2: [0, '0', '1000000'],
    x3: [0, '0', '10000'],
    x4: [0, '0', '10000'],
    x5: [0, '0', '200000'],
    x6: [0, '1900', '2000'],
  },
  on: ['x1', 'x2', 'x3', 'x4', 'x5', 'x6'],
  records: rows(`
    60323 83.0 234289 2356 1590 107608 1947
    61122 88.5 259426 2325 1456 108632 1948
    60171 88.2 258054 3682 1616 109773 1949
    61187 89.5 284599 3351 1650 110929 1950
    63221 96.2 328975 2099 3099 112075 1951
    63639 98.1 346999 1932 3594 113270 1952
    64989 99.0 365385 1870 3547 115094 1953
    63761 100.0 363112 3578 3350 116219 1954
    66019 101.2 397469 2904 3048 117388 1955
    67857 104.6 419180 2822 2857 118734 1956
    68169 108.4 442769 2936 2798 120445 1957
    66513 110.8 444546 4681 2637 121950 1958
    68655 112.6 482704 3813 2552 123366 1959
    69564 114.2 502601 3931 2514 125368 1960
    69331 115.7 518173 4806 2572 127852 1961
    70551 116.9 554894 4007 2827 130081 1962`),
  certified: [
    ['-3482258.63459582', '890420.383607373'],
    ['15.0618722713733', '84.9149257747669'],
    ['-0.0358191792925910', '0.0334910077722432'],
    ['-2.02022980381683', '0.488399681651699'],
    ['-1.03322686717359', '0.214274163161675'],
    ['-0.0511041056535807', '0.226073200069370'],
    ['1829.15146461355', '455.478499142212'],
  ],
  determination: '0.995479004577296',
};

/** Wampler's polynomials of degree five over x = 0, …, 20; the powers are products of the column x with itself. */
const wampler = (
  name: string,
  places: number,
  y: (x: bigint) => string,
  certified: Set['certified'],
  determination: string,
): Set => ({
  name,
  columns: { y: [places, '-10000', '10000000'], x: [0, '0', '20'] },
  on: ['x', ...[2, 3, 4, 5].map((power) => new Array<string>(power).fill('x'))],
  records: Array.from({ length: 21 }, (_, i) => [y(BigInt(i)), String(i)]),
  certified,
  determination,
});

/** Σ xⁱ·10^(places·(5 − i)) for i = 0, …, 5. */
const powers = (x: bigint, base: bigint): bigint =>
  [0n, 1n, 2n, 3n, 4n, 5n].reduce((sum, i) => sum + x ** i * base ** (5n - i), 0n);

const DISTURBANCE = [
  759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523,
  -2048, 2048, -2048, 759,
];

const ONE = '1.00000000000000';
const ZERO = '0.00000000000000';

const SETS = [
  NORRIS,
  LONGLEY,
  wampler('Wampler1', 0, (x) => String(powers(x, 1n)), new Array(6).fill([ONE, ZERO]), ONE),
  wampler(
    'Wampler2',
    5,
    (x) => {
      const digits = powers(x, 10n).toString().padStart(6, '0');
      return `${digits.slice(0, -5)}.${digits.slice(-5)}`;
    },
    [
      [ONE, ZERO],
      ['0.100000000000000', ZERO],
      ['0.0100000000000000', ZERO],
      ['0.00100000000000000', ZERO],
      ['0.000100000000000000', ZERO],
      ['0.0000100000000000000', ZERO],
    ],
    ONE,
  ),
  wampler(
    'Wampler3',
    0,
    (x) => String(powers(x, 1n) + BigInt(DISTURBANCE[Number(x)] ?? 0)),
    [
      [ONE, '2152.32624678170'],
      [ONE, '2363.55173469681'],
      [ONE, '779.343524331583'],
      [ONE, '101.475507550350'],
      [ONE, '5.64566512170752'],
      [ONE, '0.112324854679312'],
    ],
    '0.999995559025820',
  ),
];

/** A published decimal as a scaled integer; those below have at most as many decimals as their column. */
function scaled(text: string, places: number): number {
  const [whole = '', fraction = ''] = text.split('.');
  return Number(whole + fraction.padEnd(places, '0'));
}

const DECIMALS = 20;

/** Whether a value is the published one, to half a unit of the last digit that is published. */
function agrees(value: string | null | undefined, published: string): boolean {
  const [found, expected] = [value ?? '', published].map((text) => parseDecimal(text, DECIMALS));
  if (found === undefined || expected === undefined) return false;
  const unit = 10n ** BigInt(DECIMALS - (published.split('.')[1] ?? '').length);
  const difference = 2n * (found - expected);
  return difference <= unit && difference >= -unit;
}

describe.each(SETS)('NIST StRD $name', ({ columns, on, records, certified, determination }) => {
  const places = Object.values(columns).map(([digits]) => digits);
  const task = taskOf(
    Object.fromEntries(
      Object.entries(columns).map(([name, [digits, min, max]]) => [
        name,
        { type: 'decimal', places: digits, min, max },
      ]),
    ),
    [{ name: 'fit', statistic: 'regression', of: 'y', on, decimals: DECIMALS }],
  );
  const parsed = records.map((row) => row.map((text, i) => scaled(text, places[i] ?? 0)));
  const split = [0, 1, 2].map((party) => parsed.filter((_, i) => i % 3 === party));
  const values = computeSecurely(task, split).statistics[0]?.rows.map(({ value }) => value) ?? [];

  test('number and R²', () => {
    expect(values[0]).toBe(String(records.length));
    expect(agrees(values[1], determination)).toBe(true);
  });

  test.each(certified.map((pair, i) => [i, ...pair] as const))(
    'B%i = %s, standard deviation %s',
    (i, estimate, deviation) => {
      expect(agrees(values[2 + 2 * i], estimate)).toBe(true);
      expect(agrees(values[3 + 2 * i], deviation)).toBe(true);
    },
  );
});
