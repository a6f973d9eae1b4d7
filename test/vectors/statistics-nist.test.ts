/** NIST Statistical Reference Datasets as published (nist/SOURCE.md): every certified digit, through the whole pipeline. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../statistics/decimal.ts';
import type { Result } from '../../statistics/result.ts';
import type { TaskDocument } from '../../statistics/task.ts';
import { computeEncrypted } from '../fixtures/encrypted-statistics.ts';
import { computeSecurely, taskOf } from '../fixtures/statistics-tasks.ts';

const DECIMALS = 20;

const fileOf = (name: string): string => readFileSync(new URL(`nist/${name}.dat`, import.meta.url), 'utf8');

/** The numbers of the lines after the one that heads the data. */
function dataOf(text: string): string[][] {
  const lines = text.split('\n');
  const head = lines.findLastIndex((line) => /^Data:/.test(line));
  return lines
    .slice(head + 1)
    .filter((line) => /\d/.test(line))
    .map((line) => line.trim().split(/\s+/).map(plain));
}

/** `-0.67E-01`, `.11` and `3` as decimals without an exponent, none of them rounded. */
function plain(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d*)\.?(\d*)(?:E([-+]\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent);
  const digits = `${'0'.repeat(Math.max(0, -shift))}${whole}${fraction}${'0'.repeat(Math.max(0, shift))}`;
  const point = whole.length + shift + Math.max(0, -shift);
  const [before, after] = [digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0', digits.slice(point)];
  return `${sign}${before}${after === '' ? '' : `.${after}`}`;
}

/** A column that holds these decimals: places and range from the data. */
function columnOf(texts: readonly string[]): { places: number; min: string; max: string; type: 'decimal' } {
  const places = Math.max(...texts.map((text) => (text.split('.')[1] ?? '').length));
  const most = Math.max(...texts.map((text) => Math.ceil(Math.abs(Number(text)))));
  return { type: 'decimal', places, min: String(-most), max: String(most) };
}

const scaled = (text: string, places: number): number => Number(parseDecimal(text, places));

function split(rows: readonly (readonly number[])[], parties: number): (readonly number[])[][] {
  return Array.from({ length: parties }, (_, i) => rows.filter((_row, j) => j % parties === i));
}

/** Whether a value is the certified one, to half a unit of the last digit that is certified and has a decimal in it. */
function agrees(value: string | null | undefined, certified: string): boolean {
  const [found, expected] = [value ?? '', certified].map((text) => parseDecimal(text, 2 * DECIMALS));
  if (found === undefined || expected === undefined) return false;
  const digits = (certified.split('.')[1] ?? '').length;
  const unit = 10n ** BigInt(2 * DECIMALS - Math.min(digits, DECIMALS));
  // Where certified digits have no decimal, nine must be left.
  const size = expected < 0n ? -expected : expected;
  if (digits > DECIMALS && size < unit * 10n ** 8n) return false;
  const difference = 2n * (found - expected);
  return difference <= unit && difference >= -unit;
}

interface Certified {
  readonly task: TaskDocument;
  readonly records: readonly (readonly number[])[];
  /** In the order of the rows of the result. */
  readonly values: readonly string[];
}

function univariate(name: string): Certified {
  const text = fileOf(name);
  const rows = dataOf(text).map(([y = '']) => y);
  const column = columnOf(rows);
  const certified = (label: string) => new RegExp(`${label}[^:]*:\\s*(\\S+)`).exec(text)?.[1] ?? '';
  return {
    task: taskOf(
      { y: column },
      [
        { name: 'mean', statistic: 'mean', of: 'y', decimals: DECIMALS },
        { name: 'sd', statistic: 'sd', of: 'y', decimals: DECIMALS },
      ],
      {},
      rows.length,
    ),
    records: rows.map((y) => [scaled(y, column.places)]),
    values: [certified('Sample Mean'), certified('Sample Standard Deviation')].map(plain),
  };
}

/**
 * A polynomial in x of this degree; the powers are products of the column with itself. Where x is taken in units of
 * 10^shift, the coefficient of x^i and its deviation are 10^(shift·i) times the certified ones.
 */
function polynomial(name: string, degree: number, shift = 0): Certified {
  const text = fileOf(name);
  const rows = dataOf(text).map(([y = '', x = '']) => [y, trimmed(plain(`${x}E-${shift}`))]);
  const columns = [0, 1].map((i) => columnOf(rows.map((row) => row[i] ?? '')));
  const pairs = [...text.matchAll(/^\s+B\d+\s+(\S+)\s+(\S+)\s*$/gm)].flatMap(([, b = '', se = ''], i) =>
    [b, se].map((value) => plain(shifted(value, shift * i))),
  );
  const determination = /R-Squared\s+(\S+)/.exec(text)?.[1] ?? '';
  const on = Array.from({ length: degree }, (_, i) => (i === 0 ? 'x' : new Array<string>(i + 1).fill('x')));
  return {
    task: taskOf(
      { y: columns[0], x: columns[1] },
      [{ name: 'fit', statistic: 'regression', of: 'y', on, decimals: DECIMALS }],
      {},
      rows.length,
    ),
    records: rows.map((row) => row.map((value, i) => scaled(value, columns[i]?.places ?? 0))),
    values: [String(rows.length), plain(determination), ...pairs],
  };
}

function shifted(published: string, by: number): string {
  const [digits = '', exponent = '0'] = published.split('E');
  const moved = Number(exponent) + by;
  return `${digits}E${moved < 0 ? '-' : '+'}${Math.abs(moved)}`;
}

/** Without zeros at the end of its decimals. */
const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const valuesOf = ({ statistics }: Result) => statistics.flatMap(({ rows }) => rows.map(({ value }) => value));

const SETS: readonly (readonly [name: string, certified: Certified, numbers: number])[] = [
  ...['Lew', 'Lottery', 'Mavro', 'Michelso', 'PiDigits'].map((name) => [name, univariate(name), 2] as const),
  // A result has 20 decimals, and B2 is −3·10^−15: loads in units of 10^4 leave it 14 digits.
  ['Pontius', polynomial('Pontius', 2, 4), 8],
  ['Wampler4', polynomial('Wampler4', 5), 14],
  ['Wampler5', polynomial('Wampler5', 5), 14],
  ['Filip', polynomial('Filip', 10), 24],
];

describe.each(SETS)('NIST StRD %s', (_name, { task, records, values }, numbers) => {
  test('every certified digit', () => {
    expect(values).toHaveLength(numbers);
    const found = valuesOf(computeSecurely(task, split(records, 3)));
    expect(values.filter((value, i) => !agrees(found[i], value))).toEqual([]);
  });
});

describe('encrypted under a key of three holders', () => {
  test.each(SETS.filter(([name]) => name === 'Michelso' || name === 'Filip'))(
    '%s: every certified digit',
    async (_name, { task, records, values }) => {
      const found = valuesOf(await computeEncrypted(task, split(records, 3)));
      expect(values.filter((value, i) => !agrees(found[i], value))).toEqual([]);
    },
  );
});
