/** Task documents: those of the examples, and one that uses most of what a task can say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { HOLDERS, INPUTS, RECEIVER } from './parties.ts';

const EXAMPLES = new URL('../../../examples/', import.meta.url);

/** The task documents of all examples. */
export function exampleTasks(): Uint8Array[] {
  return readdirSync(EXAMPLES)
    .map((name) => new URL(`${name}/task.yaml`, EXAMPLES))
    .filter((file) => existsSync(file))
    .map((file) => new Uint8Array(readFileSync(file)));
}

/** The JSON value of a valid task; not in normal form. */
export function taskValue(): Record<string, unknown> {
  return {
    strongroom: 'task/1',
    title: 'Pay by sex',
    purpose: 'To be misread',
    'legal-basis': 'None: the people are made up',
    retention: 'P1Y2M3D',
    parties: { input: INPUTS, processing: HOLDERS, output: RECEIVER, controllers: ['watchdog'] },
    tables: {
      people: {
        columns: {
          pay: { type: 'decimal', places: 2, min: '0.00', max: '99999.99', unit: 'EUR' },
          age: { type: 'integer', min: 0, max: 120, unit: 'years' },
          sex: { type: 'category', values: ['f', 'm', 'x'] },
          works: { type: 'boolean' },
        },
        'max-rows': 1000,
      },
    },
    domain: { union: 'people' },
    statistics: [
      { name: 'people', statistic: 'count' },
      { name: 'pay', statistic: 'mean', of: 'pay', by: ['sex'], decimals: 2 },
      {
        name: 'spread',
        statistic: 'sd',
        of: 'pay',
        decimals: 2,
        where: { works: true, age: { from: 18, to: 65 } },
      },
      { name: 'ages', statistic: 'histogram', of: 'age', edges: [0, 18, 65, 120] },
      { name: 'trend', statistic: 'regression', of: 'pay', on: ['age'], decimals: 4 },
      { name: 'together', statistic: 'correlation', of: 'pay', with: 'age', decimals: 3 },
    ],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'P1DT12H', release: 'PT90S' },
  };
}
