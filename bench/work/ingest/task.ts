/** The task whose ciphertexts are moved: a mean in so many cells that one input party sends 25 MB. */
import { validateTask, type TaskDocument } from '../../../statistics/task.ts';

export const HOLDERS = ['holder-1', 'holder-2', 'holder-3'];
export const OFFICE = 'office';

/** 32,000 cells of two moments for each of `sizes`: 7.8 ciphertexts of 262 kB. */
export function manyCells(inputs: readonly string[], sizes: number): TaskDocument {
  const labels = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`);
  return validateTask({
    strongroom: 'task/1',
    title: 'Mean pay in many cells',
    purpose: 'A benchmark',
    'legal-basis': 'None: the people are made up',
    retention: 'P1D',
    parties: { input: inputs, processing: HOLDERS, output: OFFICE },
    tables: {
      people: {
        columns: {
          pay: { type: 'integer', min: 0, max: 100 },
          area: { type: 'category', values: labels('a', 160) },
          trade: { type: 'category', values: labels('t', 200) },
          size: { type: 'category', values: labels('s', sizes) },
        },
        'max-rows': 1000,
      },
    },
    domain: { union: 'people' },
    statistics: [
      { name: 'mean-pay', statistic: 'mean', of: 'pay', decimals: 2, by: ['area', 'trade', 'size'] },
    ],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'PT1H', release: 'PT10M' },
    scheme: 'bfv',
  });
}
