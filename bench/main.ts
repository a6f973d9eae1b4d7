/**
 * `npm run bench [-- NAME…] [--runs N] [--bits 2048|3072] [--holders K] [--json]`: figures of this machine. Without
 * names those that take a minute together.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { choosePaillierParameters } from '../schemes/paillier/parameters.ts';
import { measureCeremony, type CeremonyFigures } from './ceremony.ts';
import { measureController } from './controller.ts';
import { measureEncryption, usualParameters } from './encryption.ts';
import { makeJointKey } from './joint-key.ts';
import { measureKeyCeremony, type KeyCeremonyFigures } from './key-ceremony.ts';
import { measurePaillier, type PaillierFigures } from './paillier.ts';
import { chartsPage } from './plot.ts';
import { measureProducts, type ProductFigures } from './products.ts';

const OUT = join('out', 'bench');
/** Seconds that a mean key ceremony of three holders may take on two cores. */
const GOALS: Readonly<Record<number, number>> = { 2048: 45, 3072: 180 };

interface Options {
  readonly runs: number;
  readonly bits: 2048 | 3072;
  readonly holders: number;
}

interface Suite {
  readonly about: string;
  /** Whether it is run where none is named. */
  readonly usual: boolean;
  run(options: Options): Promise<{ readonly figures: unknown; readonly text: string }>;
}

const SUITES: Readonly<Record<string, Suite>> = {
  encryption: {
    about: 'BFV: encode and encrypt full ciphertexts on one thread',
    usual: true,
    run: async () => {
      const figures = await measureEncryption(usualParameters(), 2_000);
      const text =
        `encode and encrypt, one thread, full ciphertexts of ${figures.slots} values: ` +
        `${(figures.valuesPerSecond / 1e6).toFixed(2)} million values a second`;
      return { figures, text };
    },
  },
  paillier: {
    about:
      'Paillier on one thread, beside paillier-bigint and a plain OpenSSL r^N, under a key made on the spot',
    usual: true,
    run: async ({ bits }) => {
      const parameters = choosePaillierParameters({
        modulusBits: bits,
        holders: 3,
        contributors: 1000,
        decryptions: 10,
        statisticalBits: 80,
        magnitude: 1n << 41n,
      });
      const context = { parameters, task: randomBytes(32).toString('hex') };
      const figures = await measurePaillier({ context, ...(await makeJointKey(context)) });
      return { figures, text: paillierInWords(figures) };
    },
  },
  products: {
    about:
      'inner products of encrypted columns: key ceremony, encryption, evaluation and release, --runs times',
    usual: true,
    run: async ({ runs, holders }) => {
      const figures = await measureProducts(holders, runs);
      return { figures, text: productsInWords(figures) };
    },
  },
  'ceremony-steps': {
    about: 'what each step of the Paillier key ceremony costs a key holder, without network, --runs times',
    usual: false,
    run: async ({ runs, bits, holders }) => {
      const figures = await measureCeremony({ modulusBits: bits, holders, runs });
      return { figures, text: stepsInWords(figures) };
    },
  },
  'key-ceremony': {
    about:
      'the Paillier key ceremony between real daemons, --runs times (10), with its distribution as a page',
    usual: false,
    run: async ({ runs, bits, holders }) => {
      const figures = await measureKeyCeremony({ modulusBits: bits, holders, runs }, ({ seconds }, index) =>
        process.stderr.write(`key ceremony ${index + 1} of ${runs}: ${seconds.toFixed(1)} s\n`),
      );
      return { figures, text: ceremonyInWords(figures, plot(figures)) };
    },
  },
  controller: {
    about: 'what a BFV task costs a controller in processor time, over --runs tasks between real daemons',
    usual: false,
    run: async ({ runs }) => {
      const figures = await measureController(runs);
      const text =
        `controller, ${figures.tasks} BFV tasks of 3 input parties: ` +
        `${figures.cpuSecondsPerTask.toFixed(2)} s of processor time a task, ` +
        `so ${figures.tasksPerMinute.toFixed(0)} tasks a minute on one core`;
      return { figures, text };
    },
  },
};

function stepsInWords({ modulusBits, holders, steps, cpuSeconds, batches }: CeremonyFigures): string {
  const rows = steps.map(
    ({ step, cpuSecondsToSay, cpuSecondsToTake, bytes }) =>
      `  ${step.padEnd(54)} ${cpuSecondsToSay.toFixed(2).padStart(6)} ${cpuSecondsToTake.toFixed(2).padStart(6)} ${(bytes / 1e6).toFixed(2).padStart(7)}`,
  );
  return [
    `Paillier key ceremony, ${modulusBits} bits, CPU seconds of one of ${holders} key holders, without network:`,
    `  ${'step'.padEnd(54)} ${'say'.padStart(6)} ${'take'.padStart(6)} ${'MB'.padStart(7)}`,
    ...rows,
    `  all holders, whole ceremonies: ${cpuSeconds.map((s) => s.toFixed(1)).join(', ')} s; batches: ${batches.join(', ')}`,
  ].join('\n');
}

function paillierInWords({
  modulusBits,
  slots,
  milliseconds: ms,
  perValue,
  ratios,
}: PaillierFigures): string {
  return [
    `Paillier, ${modulusBits} bits, ${slots} values a ciphertext, one thread, medians:`,
    `  encrypt                        ${ms.encrypt.toFixed(2)} ms, ${perValue.toFixed(3)} ms a value`,
    `  encrypt with proof             ${ms.encryptAndProve.toFixed(2)} ms; the first ones ${ms.encryptAndProveByOpenssl.toFixed(1)} ms`,
    `  plain OpenSSL r^N              ${ms.plainOpenssl.toFixed(1)} ms, ${ratios.plainOpenssl.toFixed(1)} times as long`,
    `  paillier-bigint                ${ms.paillierBigint.toFixed(1)} ms, ${ratios.paillierBigint.toFixed(0)} times as long`,
    `  verify a proof and add         ${ms.verifyAndAdd.toFixed(2)} ms`,
    `  release 10 outputs with proof  ${ms.release.toFixed(0)} ms; combine, all proofs verified: ${ms.combine.toFixed(0)} ms`,
  ].join('\n');
}

function productsInWords({
  ringDegree,
  dataPrimes,
  opened,
  bytes,
  milliseconds: ms,
}: ProductFigures): string {
  const megabytes = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;
  return [
    `Products, ${ringDegree} coefficients, ${dataPrimes} data primes, one thread, medians:`,
    `  key ceremony of one holder     ${ms.ceremony.toFixed(0)} ms, sends ${megabytes(bytes.ceremony)}; joint key ${megabytes(bytes.jointKey)}`,
    `  encrypt a ciphertext           ${ms.encrypt.toFixed(1)} ms, ${megabytes(bytes.input)}`,
    `  multiply two and add           ${ms.multiplyAndAdd.toFixed(1)} ms; relinearise the sum ${ms.relinearise.toFixed(1)} ms`,
    `  open ${opened} inner products         ${ms.release.toFixed(1)} ms, ${bytes.shares} bytes a holder`,
  ].join('\n');
}

function ceremonyInWords(figures: KeyCeremonyFigures, page: string): string {
  const { modulusBits, holders, runs, meanSeconds, expectedCandidates } = figures;
  const sorted = runs.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
  const mean = (of: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const longest = sorted.at(-1) ?? 1;
  const bars = sorted.map(
    (seconds) => `  ${seconds.toFixed(1).padStart(6)} s ${'█'.repeat(Math.ceil((50 * seconds) / longest))}`,
  );
  return [
    `Paillier key ceremony, ${modulusBits} bits, ${holders} key holders and the aggregator, ${runs.length} runs:`,
    `  mean ${meanSeconds.toFixed(1)} s, median ${(sorted[sorted.length >> 1] ?? NaN).toFixed(1)} s, ` +
      `from ${(sorted[0] ?? NaN).toFixed(1)} to ${longest.toFixed(1)} s`,
    `  candidates tried: ${mean(({ candidates }) => candidates).toFixed(0)} on average; one is found among ${expectedCandidates}`,
    `  a key holder sends ${megabytes(mean(({ sentBytes }) => sentBytes[0] ?? 0))} MB and fetches ` +
      `${megabytes(mean(({ fetchedBytes }) => fetchedBytes[0] ?? 0))} MB on average`,
    ...bars,
    `  plotted in ${page}`,
  ].join('\n');
}

/** The distribution as a page; returns where it is. */
function plot({ modulusBits, holders, runs, meanSeconds }: KeyCeremonyFigures): string {
  const file = join(OUT, `key-ceremony-${modulusBits}.html`);
  const goal = GOALS[modulusBits];
  mkdirSync(OUT, { recursive: true });
  const bars = runs.map(({ seconds, candidates }, i) => ({
    label: `run ${i + 1}, ${candidates} tried`,
    value: seconds,
  }));
  const links = runs[0]?.sentBytes.map((_, holder) => ({
    label: `holder ${holder + 1} sends`,
    value: runs.reduce((sum, run) => sum + (run.sentBytes[holder] ?? 0), 0) / runs.length / 1e6,
  }));
  const page = chartsPage(`Paillier key ceremony, ${modulusBits} bits`, [
    {
      title: 'Duration',
      note: `${holders} key holders and the aggregator on one machine; mean ${meanSeconds.toFixed(1)} s`,
      unit: 's',
      bars: bars.toSorted((a, b) => a.value - b.value),
      ...(goal === undefined ? {} : { line: { label: `goal for the mean: ${goal} s`, value: goal } }),
    },
    { title: 'Traffic', note: 'To the aggregator, mean of all runs', unit: 'MB', bars: links ?? [] },
  ]);
  writeFileSync(file, page);
  return file;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    runs: { type: 'string', default: '10' },
    bits: { type: 'string', default: '2048' },
    holders: { type: 'string', default: '3' },
  },
});
const unknown = positionals.filter((name) => !Object.hasOwn(SUITES, name));
if (values.help || unknown.length > 0) {
  const list = Object.entries(SUITES).map(([name, { about }]) => `  ${name.padEnd(14)} ${about}`);
  if (unknown.length > 0) process.stderr.write(`There is no benchmark ${unknown.join(', ')}.\n`);
  process.stdout.write(
    `npm run bench -- [NAME…] [--runs 10] [--bits 2048|3072] [--holders 3] [--json]\n\n${list.join('\n')}\n`,
  );
  process.exit(unknown.length > 0 ? 2 : 0);
}
const options: Options = {
  runs: Math.max(1, Number(values.runs) || 10),
  bits: values.bits === '3072' ? 3072 : 2048,
  holders: Math.max(3, Number(values.holders) || 3),
};
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
if (!values.json) process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`);
const report: Record<string, unknown> = { machine };
for (const [name, suite] of Object.entries(SUITES)) {
  if (positionals.length > 0 ? !positionals.includes(name) : !suite.usual) continue;
  const { figures, text } = await suite.run(options);
  report[name] = figures;
  if (!values.json) process.stdout.write(`${text}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
