import type { Benchmark } from '../harness/benchmark.ts';
import { here } from '../harness/contestants.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { answer, blind, multiplyByOpenssl } from '../work/linkage.ts';

const RECORDS = { tiny: [20, 40], quick: [500, 2_000], full: [1_000, 8_192, 40_000] };

/** Pseudonyms of records. */
export const linkage: Suite = {
  name: 'linkage',
  about: 'records a second on one thread: answers of a key holder with their proof, and blinding by a party',
  benchmarks: ({ scale }: Setting): Benchmark[] =>
    RECORDS[scale].flatMap((records) => [
      {
        name: `answer with proof, ${records} records`,
        about:
          'k·C for every blinded point with one proof a batch; OpenSSL multiplies a point for each record',
        unit: 'records',
        reference: 'OpenSSL',
        curve: { name: 'answer with proof', along: 'records', at: records },
        open: () =>
          Promise.all([
            here('strongroom', () => answer({ records })),
            here('OpenSSL', () => multiplyByOpenssl({ records })),
          ]),
      },
      {
        name: `blind, ${records} records`,
        about: 'r·H(x) for every key; OpenSSL multiplies a point for each record',
        unit: 'records',
        reference: 'OpenSSL',
        curve: { name: 'blind', along: 'records', at: records },
        open: () =>
          Promise.all([
            here('strongroom', () => blind({ records })),
            here('OpenSSL', () => multiplyByOpenssl({ records })),
          ]),
      },
    ]),
};
