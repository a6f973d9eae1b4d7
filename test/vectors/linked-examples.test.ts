/** The examples on linked registers against computations that share nothing with them but the files. */
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTable } from '../../statistics/csv.ts';
import { ownTable } from '../../statistics/domain.ts';
import { readLinkedTable } from '../../statistics/linked-table.ts';
import type { StatisticResult } from '../../statistics/result.ts';
import { parseTask } from '../../statistics/task.ts';
import { joinedByProducts, joinedPlainly } from '../fixtures/linked-statistics.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** The results of an example through products of columns, which must equal those by definition. */
async function results(example: string): Promise<readonly StatisticResult[]> {
  const folder = join(EXAMPLES, example);
  const task = parseTask(readFileSync(join(folder, 'task.yaml'), 'utf8'), 'task.yaml');
  const tables = await Promise.all(
    task.parties.input.map((party) => {
      const file = join(folder, `${party}.csv`);
      return readLinkedTable(
        task,
        party,
        readTable(ownTable(task, party).table, createReadStream(file), file),
        file,
      );
    }),
  );
  const result = joinedByProducts(task, tables);
  expect(result).toEqual(joinedPlainly(task, tables));
  return result.statistics;
}

/** The rows of a file by the number in its first column. */
function rowsOf(file: string): Map<number, string[]> {
  const [, ...lines] = readFileSync(join(EXAMPLES, file), 'utf8').trim().split('\n');
  return new Map(lines.map((line) => line.split(',')).map((fields) => [Number(fields[0]), fields]));
}

/** Solves A·x = b by Gauss–Jordan elimination with partial pivots, in floating point. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  for (let i = 0; i < rows.length; i++) {
    const best = rows.reduce(
      (at, row, j) => (j >= i && Math.abs(row[i] ?? 0) > Math.abs(rows[at]?.[i] ?? 0) ? j : at),
      i,
    );
    [rows[i], rows[best]] = [rows[best] ?? [], rows[i] ?? []];
    const pivot = rows[i] ?? [];
    for (const [j, row] of rows.entries()) {
      if (j === i) continue;
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1);
      rows[j] = row.map((value, k) => value - factor * (pivot[k] ?? 0));
    }
  }
  return rows.map((row, i) => (row.at(-1) ?? 0) / (row[i] ?? 1));
}

test('earnings: coefficients, errors and R² are those of least squares on the joined file, to 6 digits', async () => {
  const [equation, wages] = await results('earnings');
  const tax = rowsOf('earnings/tax-office.csv');
  const joined = [...rowsOf('earnings/education-register.csv')].flatMap(
    ([person, [, education, experience]]) => {
      const logWage = tax.get(person)?.[2];
      return logWage === undefined ? [] : [[Number(education), Number(experience), Number(logWage)] as const];
    },
  );
  expect(joined).toHaveLength(447);
  const y = joined.map(([, , logWage]) => logWage);
  // Centred experience makes the normal equations well conditioned; the coefficients are turned back below.
  const terms = joined.map(([education, experience]) => [
    1,
    education,
    experience - 18,
    (experience - 18) ** 2,
  ]);
  const gram = [0, 1, 2, 3].map((i) =>
    [0, 1, 2, 3].map((j) => sum(terms.map((row) => (row[i] ?? 0) * (row[j] ?? 0)))),
  );
  const xy = [0, 1, 2, 3].map((i) => sum(terms.map((row, n) => (row[i] ?? 0) * (y[n] ?? 0))));
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = solve(gram, xy);
  const fitted = terms.map(([, e = 0, x = 0, xx = 0]) => b0 + b1 * e + b2 * x + b3 * xx);
  const rest = sum(fitted.map((value, n) => (value - (y[n] ?? 0)) ** 2));
  const mean = sum(y) / y.length;
  const inverse = [0, 1, 2, 3].map(
    (i) =>
      solve(
        gram,
        [0, 1, 2, 3].map((j) => Number(i === j)),
      )[i] ?? 0,
  );
  const errors = inverse.map((value) => Math.sqrt((rest / (y.length - 4)) * value));

  const found = new Map(
    (equation?.rows ?? []).map(({ cell, value }) => [Object.values(cell)[0], Number(value)]),
  );
  const close = (label: string, wanted: number) =>
    expect(Math.abs((found.get(label) ?? NaN) / wanted - 1), label).toBeLessThan(5e-7);
  close('n', 447);
  close('R²', 1 - rest / sum(y.map((value) => (value - mean) ** 2)));
  close('coefficient of education', b1);
  close('coefficient of experience', b2 - 36 * b3);
  close('coefficient of experience·experience', b3);
  close('standard error of education', errors[1] ?? 0);
  close('standard error of experience·experience', errors[3] ?? 0);
  expect(wages?.rows).toHaveLength(3);
});

test('county: 3,081 counties meet though one side writes no leading zeros; means by class, correlation', async () => {
  const [counties, means, correlation] = await results('county');
  const habitats = rowsOf('county/environment-agency.csv');
  const joined = [...rowsOf('county/labour-office.csv')].flatMap(([fips, [, rate]]) => {
    const [, habitat, label] = habitats.get(fips) ?? [];
    return habitat === undefined ? [] : [{ rate: Number(rate), habitat: Number(habitat), label }];
  });
  expect(joined).toHaveLength(3081);
  for (const [i, { cell, value }] of (counties?.rows ?? []).entries()) {
    const own = joined.filter(({ label }) => (cell['class'] ?? label) === label);
    expect(value).toBe(String(own.length));
    const mean = sum(own.map(({ rate }) => rate)) / own.length;
    expect(Math.abs(Number(means?.rows[i]?.value) - mean)).toBeLessThanOrEqual(0.00501);
  }
  const [x, y] = [joined.map(({ rate }) => rate), joined.map(({ habitat }) => habitat)];
  const [mx, my] = [sum(x) / x.length, sum(y) / y.length];
  const moment = (a: readonly number[], ma: number, b: readonly number[], mb: number): number =>
    sum(a.map((value, i) => (value - ma) * ((b[i] ?? 0) - mb)));
  const r = moment(x, mx, y, my) / Math.sqrt(moment(x, mx, x, mx) * moment(y, my, y, my));
  expect(Number(correlation?.rows[0]?.value)).toBeCloseTo(r, 6);
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
