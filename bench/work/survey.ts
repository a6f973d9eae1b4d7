/** A survey as an input party has it, and the task over it. */
import { writeFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { validateTask, type TaskDocument } from '../../statistics/task.ts';

const REGIONS = Array.from({ length: 16 }, (_, i) => `region-${i + 1}`);
const SECTORS = Array.from({ length: 10 }, (_, i) => `sector-${i + 1}`);

/** pay, pay_2, pay_3, … */
const payNames = (columns: number): string[] =>
  Array.from({ length: columns }, (_, i) => (i === 0 ? 'pay' : `pay_${i + 1}`));

/** Counts and sums of each column of pay by region and sector; with `cells` over as many sectors as that takes. */
export function surveyTask(rows: number, cells = REGIONS.length * SECTORS.length, columns = 1): TaskDocument {
  const pays = payNames(columns);
  const sectors = Array.from({ length: Math.ceil(cells / REGIONS.length) }, (_, i) => `sector-${i + 1}`);
  return validateTask({
    strongroom: 'task/1',
    title: 'Pay by region and sector',
    purpose: 'A benchmark',
    'legal-basis': 'None: the people are made up',
    retention: 'P1D',
    parties: {
      input: ['north', 'south', 'east'],
      processing: ['holder-1', 'holder-2', 'holder-3'],
      output: 'office',
    },
    tables: {
      people: {
        columns: {
          region: { type: 'category', values: REGIONS },
          sector: { type: 'category', values: sectors },
          age: { type: 'integer', min: 0, max: 120 },
          ...Object.fromEntries(
            pays.map((name) => [name, { type: 'decimal', places: 2, min: 0, max: 20000 }]),
          ),
        },
        'max-rows': Math.max(1000, rows),
      },
    },
    domain: { union: 'people' },
    statistics: [
      { name: 'people', statistic: 'count', by: ['region', 'sector'] },
      ...pays.map((of) => ({
        name: of.replace('_', '-'),
        statistic: 'sum',
        of,
        decimals: 2,
        by: ['region', 'sector'],
      })),
    ],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'PT1H', release: 'PT10M' },
    scheme: 'bfv',
  });
}

/** The row of a person. */
function personOf(i: number): { region: string; sector: string; age: number; pay: string } {
  const cents = (i * 7_919_003) % 2_000_000;
  return {
    region: REGIONS[(i * 31) % REGIONS.length] ?? '',
    sector: SECTORS[(i * 17) % SECTORS.length] ?? '',
    age: (i * 13) % 121,
    pay: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
  };
}

/** Column j of pay is that of the person j rows on. */
export function writeSurvey(path: string, rows: number, columns = 1): void {
  const pays = payNames(columns);
  const lines = Array.from({ length: rows }, (_, i) => {
    const { region, sector, age } = personOf(i);
    return `${region},${sector},${age},${pays.map((_name, j) => personOf(i + j).pay).join()}\n`;
  });
  writeFileSync(path, `region,sector,age,${pays.join()}\n${lines.join('')}`);
}

export function writeParquetSurvey(path: string, rows: number): void {
  const people = Array.from({ length: rows }, (_, i) => personOf(i));
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'region', data: people.map(({ region }) => region), type: 'STRING' },
      { name: 'sector', data: people.map(({ sector }) => sector), type: 'STRING' },
      { name: 'age', data: people.map(({ age }) => age), type: 'INT32' },
      { name: 'pay', data: people.map(({ pay }) => Number(pay)), type: 'DOUBLE' },
    ],
  });
  writeFileSync(path, new Uint8Array(bytes));
}
