import { reportAsText } from '../../clients/cli/report.ts';
import type { LocalRunReport } from '../../clients/local-run.ts';
import type { Benchmark } from '../harness/benchmark.ts';
import { here } from '../harness/contestants.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { answer, blind, multiplyByOpenssl, pseudonyms } from '../work/linkage.ts';
import { inTheClear, secure } from '../work/linked-registers.ts';

const RECORDS = { tiny: [20, 40], quick: [250, 1_000], full: [1_000, 8_192, 40_000] };
const ROWS = { tiny: [100], quick: [], full: [1_000, 10_000, 100_000] };
const HOLDERS = 3;
/** Of one batch. */
const VERIFIED = { tiny: 40, quick: 1_000, full: 8_192 };

/** Pseudonyms of records, and what they are for: a regression over two registers. */
export const linkage: Suite = {
  name: 'linkage',
  about:
    'records a second on one thread: answers of a key holder with their proof, what a party does; a regression over two registers',
  benchmarks: ({ scale }: Setting): Benchmark[] => [
    ...RECORDS[scale].flatMap((records) => [
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
    {
      name: `pseudonyms, ${VERIFIED[scale]} records`,
      about: `the answers of ${HOLDERS} key holders verified, added and unblinded; OpenSSL multiplies a point for each record`,
      unit: 'records',
      reference: 'OpenSSL',
      open: () =>
        Promise.all([
          here('strongroom', () => pseudonyms({ records: VERIFIED[scale], holders: HOLDERS })),
          here('OpenSSL', () => multiplyByOpenssl({ records: VERIFIED[scale] })),
        ]),
    },
    ...ROWS[scale].map((rows) => ({
      name: `linked regression, ${rows} rows`,
      about: 'two registers of so many rows, nine of ten in both; daemons as processes, three key holders',
      unit: 'rows',
      reference: 'in the clear',
      curve: { name: 'linked regression', along: 'rows', at: rows },
      pace: { warmUp: 0, leastRounds: 1, mostRounds: 1 },
      open: () => Promise.resolve([inTheClear(rows), secure(rows, tell)]),
    })),
  ],
};

/** Phases and memory, as a run tells them. */
const tell = (report: LocalRunReport): void => {
  process.stderr.write(`${reportAsText(report)}\n`);
};
