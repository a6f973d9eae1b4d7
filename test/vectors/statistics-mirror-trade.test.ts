/** The example of mirror statistics: its data is what its generator makes, and its gaps are those of the files. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tableOf } from '../../examples/mirror-trade/generate.ts';
import { describePlan } from '../../statistics/describe.ts';
import { planTask } from '../../statistics/plan.ts';
import { parseTask } from '../../statistics/task.ts';
import { tableOf as tableOfDomain } from '../../statistics/domain.ts';
import { computePlainly, computeSecurely, readAll } from '../fixtures/statistics-tasks.ts';

const COUNTRIES = ['alba', 'brema', 'corva'] as const;

const textOf = (name: string): string =>
  readFileSync(new URL(`../../examples/mirror-trade/${name}`, import.meta.url), 'utf8');

const task = parseTask(textOf('task.yaml'), 'task.yaml');

test.each(COUNTRIES)('%s.csv is what the generator makes', (country) => {
  expect(textOf(`${country}.csv`)).toBe(tableOf(country));
});

/** Σ value of the lines of a file that contain all these fields. */
function totalOf(country: string, ...fields: readonly string[]): number {
  const lines = textOf(`${country}.csv`).trim().split('\n').slice(1);
  const fitting = lines.map((line) => line.split(',')).filter((row) => fields.every((f) => row.includes(f)));
  return fitting.reduce((sum, row) => sum + Number(row[4]), 0);
}

test('every gap is the exports of one country minus the imports of the other', async () => {
  const parties = await Promise.all(
    COUNTRIES.map((country) => readAll(tableOfDomain(task), textOf(`${country}.csv`))),
  );
  const result = computeSecurely(task, parties);
  expect(result).toEqual(computePlainly(task, parties));
  expect(result.statistics).toHaveLength(6);
  for (const { name, rows } of result.statistics) {
    const [exporter = '', importer = ''] = name.split('-to-');
    expect(rows).toHaveLength(7);
    for (const { cell, value } of rows) {
      const product = Object.values(cell);
      const gap =
        totalOf(exporter, 'export', importer, ...product) - totalOf(importer, 'import', exporter, ...product);
      expect(Number(value)).toBe(gap);
      expect(gap).not.toBe(0);
    }
  }
});

test('the plan says that a gap gives one side away to the other', () => {
  const words = describePlan(task, planTask(task)).replace(/\s+/g, ' ');
  expect(words).toContain(
    'mirror of value by product, from alba where flow is export and partner is brema minus brema where flow is ' +
      'import and partner is alba, with all totals',
  );
  expect(words).toContain('in a cell with one record the gap is that record');
  expect(words).toContain('whoever knows what one of the two reports, as that party itself does, learns');
});
