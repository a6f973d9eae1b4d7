import type { Benchmark } from '../harness/benchmark.ts';
import { here } from '../harness/contestants.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { computePlainly, encryptTable, parseOnly } from '../work/provider.ts';

const ROWS = { tiny: 100, quick: 20_000, full: 200_000 };

/** From a table to ciphertexts. */
export const provider: Suite = {
  name: 'provider',
  about: 'rows a second of an input party: reading, validation, encoding, encryption, digests',
  benchmarks: ({ scale }: Setting): Benchmark[] => {
    const rows = ROWS[scale];
    return [
      {
        name: 'CSV to ciphertexts',
        about: `${rows} rows of four columns into 160 cells; csv-parse parses and adds up strings, nothing checked`,
        unit: 'rows',
        reference: 'csv-parse',
        open: () =>
          Promise.all([
            here('strongroom', () => encryptTable({ rows })),
            here('strongroom, in the clear', () => computePlainly({ rows })),
            here('csv-parse', () => parseOnly({ rows })),
          ]),
      },
      {
        name: 'Parquet to ciphertexts',
        about: 'The same rows in a Parquet file, beside the same in CSV',
        unit: 'rows',
        reference: 'strongroom, CSV',
        open: () =>
          Promise.all([
            here('strongroom', () => encryptTable({ rows, format: 'parquet' })),
            here('strongroom, CSV', () => encryptTable({ rows })),
          ]),
      },
    ];
  },
};
