import type { Benchmark, Contestant } from '../harness/benchmark.ts';
import { here } from '../harness/contestants.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { bfvParameterSets, lazyCommittee } from '../work/committee.ts';
import { add as addPlain } from '../work/node-seal.ts';
import { add } from '../work/ours.ts';
import { innerProducts, innerProductsInTheClear, sizeFor, SMALLEST } from '../work/products.ts';
import { computePlainly, encryptTable, parseOnly } from '../work/provider.ts';

const ROWS = { tiny: [50, 100], quick: [1_000, 4_000, 16_000], full: [1_000, 10_000, 100_000, 1_000_000] };
const CELLS = { tiny: [160, 320], quick: [160, 4_000, 32_000], full: [160, 1_600, 16_000, 160_000] };
/** Of `ROWS_OF_COLUMNS` rows each. */
const COLUMNS = { tiny: [1, 2], quick: [1, 4, 16], full: [1, 4, 16, 64] };
const ROWS_OF_COLUMNS = { tiny: 50, quick: 2_000, full: 10_000 };
const CONTRIBUTORS = { tiny: [2, 4], quick: [4, 16, 48], full: [4, 16, 64, 256] };
const LINKED = {
  tiny: [SMALLEST],
  quick: [600, 1_800].map(sizeFor),
  full: [600, 3_000, 15_000].map(sizeFor),
};
const USUAL = '8192 × 3';

/** How cost grows with size. K grows in the suites `ceremonies` and `products`, rows that are linked in `linkage`. */
export const growth: Suite = {
  name: 'growth',
  about: 'cost against rows, columns, cells, contributors and linked records, log-log with the fitted slope',
  benchmarks: ({ scale }: Setting): Benchmark[] => {
    const moduli = bfvParameterSets().get(USUAL);
    if (moduli === undefined) throw new RangeError(`there is no set ${USUAL}`);
    const committee = lazyCommittee(moduli);
    return [
      ...ROWS[scale].map((rows) =>
        point('rows of a CSV to ciphertexts', 'rows', rows, 'rows', 'csv-parse', () =>
          Promise.all([
            here('strongroom', () => encryptTable({ rows })),
            here('csv-parse', () => parseOnly({ rows })),
          ]),
        ),
      ),
      ...COLUMNS[scale].map((columns) => {
        const job = { rows: ROWS_OF_COLUMNS[scale], columns };
        return point(
          'columns of a CSV to ciphertexts',
          'columns',
          columns,
          'rows',
          'strongroom, in the clear',
          () =>
            Promise.all([
              here('strongroom', () => encryptTable(job)),
              here('strongroom, in the clear', () => computePlainly(job)),
            ]),
        );
      }),
      ...CELLS[scale].map((cells) =>
        point('cells of a table to ciphertexts', 'cells', cells, 'rows', 'strongroom, in the clear', () =>
          Promise.all([
            here('strongroom', () => encryptTable({ rows: 100, cells })),
            here('strongroom, in the clear', () => computePlainly({ rows: 100, cells })),
          ]),
        ),
      ),
      ...CONTRIBUTORS[scale].map((contributors) =>
        point('contributors of a sum', 'contributors', contributors, 'ciphertexts', 'node-seal', async () => {
          const made = await committee();
          const range = { first: 0, ciphertexts: contributors };
          return Promise.all([
            here('strongroom', () => add({ ...made, ...range, values: 'full', warmUp: 0 })),
            here('node-seal', () => addPlain({ moduli, ...range })),
          ]);
        }),
      ),
      ...LINKED[scale].map((size) =>
        point('linked records to inner products', 'records', size.records, 'records', 'in the clear', () =>
          Promise.all([
            here('strongroom', () => innerProducts(size)),
            here('in the clear', () => innerProductsInTheClear(size)),
          ]),
        ),
      ),
    ];
  },
};

function point(
  curve: string,
  along: string,
  at: number,
  unit: string,
  reference: string,
  open: () => Promise<Contestant[]>,
): Benchmark {
  return {
    name: `${curve}, ${at}`,
    about: `A point of the curve along ${along}`,
    unit,
    reference,
    curve: { name: curve, along, at },
    open,
  };
}
