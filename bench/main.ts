/** `npm run bench`: what this machine does, beside what else could be used on it. */
import { Command, InvalidArgumentError } from 'commander';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '../clients/cli/output.ts';
import { StrongroomError } from '../proto/errors.ts';
import type { Scale } from './harness/benchmark.ts';
import type { Suite } from './harness/suite.ts';
import { compareResults, readResults, TOLERANCE, type OldResults } from './harness/compare.ts';
import { Peers } from './harness/peer.ts';
import { progressOn } from './harness/progress.ts';
import type { Results } from './harness/results.ts';
import { runSuites } from './harness/run.ts';
import { resultsPage } from './report/page.ts';
import { comparisonAsText, resultsAsText } from './report/table.ts';
import { SUITES } from './suites/index.ts';

const PEERS = fileURLToPath(new URL('peers', import.meta.url));

interface Options {
  readonly quick?: true;
  readonly tiny?: true;
  readonly only?: string;
  readonly threads: number;
  readonly json?: true;
  readonly out: string;
  readonly compare?: string;
  readonly tolerance: number;
  readonly list?: true;
  readonly prepare?: true;
}

const EXAMPLES = `
Examples:
  npm run bench -- --quick                     all suites within three minutes
  npm run bench -- blocks aggregator           two suites, at full length
  npm run bench -- blocks --only paillier      the benchmarks of a suite with this in their name
  npm run bench -- --prepare                   get the other systems ready that are compared with
  npm run bench -- --quick --compare out/bench/before.json
                                               exits with 1 where a ratio got worse

Tables go to standard output; results.json and a page with plots, results.html, to out/bench, after each benchmark
with what has been found so far.`;

const program = new Command('npm run bench --')
  .description('Measures this machine: every benchmark in turns with what it is compared with, as ratios.')
  .argument('[suites...]', 'suites to run; all of them where none is named')
  .option('--quick', 'short runs')
  .option('--tiny', 'each once and as small as can be: whether everything runs and is right')
  .option('--only <text>', 'only benchmarks with this in their name')
  .option('--threads <n>', 'what "all threads" stands for', count, availableParallelism())
  .option('--json', 'the results as JSON on standard output')
  .option('--out <folder>', 'where results go', join('out', 'bench'))
  .option('--compare <file>', 'compare the ratios with those of earlier results of the same length')
  .option('--tolerance <part>', 'by how much a ratio may fall', part, TOLERANCE)
  .option('--list', 'list the suites')
  .option('--prepare', 'prepare the peers of bench/peers: compile, install; uses package registries')
  .addHelpText('after', EXAMPLES)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function count(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 on.');
}

function part(text: string): number {
  const value = Number(text);
  if (text !== '' && value > 0 && value < 1) return value;
  throw new InvalidArgumentError('It is a number between 0 and 1.');
}

function listed(): string {
  return SUITES.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n');
}

function suitesNamed(names: readonly string[]): readonly Suite[] {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    throw new StrongroomError('USAGE', `There is no suite ${unknown.join(', ')}; there are:\n${listed()}`);
  }
  return names.length === 0 ? SUITES : SUITES.filter(({ name }) => names.includes(name));
}

async function prepare(peers: Peers): Promise<void> {
  if (peers.names.length === 0) process.stdout.write('bench/peers has no peers.\n');
  for await (const { name, ready, said } of peers.prepare()) {
    process.stdout.write(`${name}: ${ready ? 'ready' : 'not ready'}: ${said}\n`);
  }
}

async function measure(suites: readonly Suite[], peers: Peers, options: Options): Promise<Results> {
  const scale: Scale = options.tiny ? 'tiny' : options.quick ? 'quick' : 'full';
  const setting = { scale, threads: options.threads, peers };
  const files = { json: join(options.out, 'results.json'), page: join(options.out, 'results.html') };
  mkdirSync(options.out, { recursive: true });
  const write = (found: Results): void => {
    writeFileSync(files.json, asJson(found));
    writeFileSync(files.page, resultsPage(found));
  };
  const results = await runSuites(suites, {
    setting,
    only: options.only,
    onProgress: progressOn(process.stderr),
    onResults: write,
  });
  write(results);
  process.stdout.write(options.json ? asJson(results) : `${resultsAsText(results)}\n`);
  process.stderr.write(`results in ${files.json} and ${files.page}\n`);
  return results;
}

function asJson(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

/** Says what changed; whether nothing got worse. */
function compare(old: OldResults, results: Results, { tolerance, json }: Options): boolean {
  const comparison = compareResults(old, results, tolerance);
  (json ? process.stderr : process.stdout).write(`${comparisonAsText(comparison, tolerance)}\n`);
  return comparison.worse.length === 0;
}

function readOld(file: string): OldResults {
  try {
    return readResults(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    if (cause instanceof StrongroomError) throw cause;
    throw new StrongroomError('NOT_FOUND', `${file} cannot be read.`, { cause });
  }
}

try {
  const options = program.parse().opts<Options>();
  const suites = suitesNamed(program.args);
  await using peers = new Peers(PEERS, join('out', 'bench', 'peers'));
  if (options.list) {
    process.stdout.write(`${listed()}\n`);
  } else if (options.prepare) {
    await prepare(peers);
  } else {
    // What is compared with is read first: a mistyped name should not show after minutes.
    const old = options.compare === undefined ? undefined : readOld(options.compare);
    const results = await measure(suites, peers, options);
    const unbroken = results.benchmarks.every(({ failed }) => failed === undefined);
    if (!unbroken || (old !== undefined && !compare(old, results, options))) process.exitCode = 1;
  }
} catch (error) {
  fail(error, false);
}
