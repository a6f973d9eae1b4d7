/** `run` and `up`: whole networks on this machine. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { StrongroomError } from '../../../proto/errors.ts';
import { renderResult } from '../../../statistics/render.ts';
import { partiesOf, runLocally, runPlain, type InputFiles } from '../../local-run.ts';
import { readTask } from '../../task-file.ts';
import { createNetwork, Network } from '../../network.ts';
import { type Context } from '../output.ts';
import { table } from '../../table.ts';
import { reportAsJson, reportAsText } from '../report.ts';

const INPUT = /^(?<party>[^:=]+):(?<table>[^:=]+)=(?<file>.+)$/;

export function addLocalCommands(program: Command, context: () => Context): void {
  program
    .command('run')
    .summary('a whole task on a throw-away local network')
    .description(
      'Runs a task from proposal to result on a throw-away network on this machine: an aggregator and K key\n' +
        'holders as processes of their own, which approve by themselves. The data never leaves the machine.',
    )
    .argument('<task>', 'the task document (YAML)')
    .option(
      '--input <party:table=file>',
      'a table of an input party, as CSV or .parquet; repeat it',
      collect,
      [],
    )
    .option('--out <folder>', 'where the result and the receipt go', 'out')
    .option(
      '--key-holders <k>',
      'use K key holders of this machine instead of those the task names',
      wholeNumber,
    )
    .option('--plain', 'compute the same in the clear instead, for comparison')
    .option('--keep', 'keep the folders of all parties below --out, to look at them')
    .addHelpText(
      'after',
      `
Example:
  $ strongroom run examples/wages/task.yaml --key-holders 5 --out out \\
      --input manufacturing:persons=examples/wages/manufacturing.csv \\
      --input construction:persons=examples/wages/construction.csv \\
      --input other:persons=examples/wages/other.csv`,
    )
    .action(async (file: string, options: RunOptions) => {
      const { output } = context();
      const task = readTask(file, options.keyHolders);
      const files = inputFiles(options.input);
      if (options.plain === true) {
        const result = await runPlain(task, files);
        return output.result({ result }, renderResult(result));
      }
      const report = await runLocally({
        task,
        files,
        out: options.out,
        keep: options.keep ?? false,
        onProgress: (line) => output.progress(line),
      });
      output.result(reportAsJson(report), `${renderResult(report.document.result)}\n${reportAsText(report)}`);
    });

  program
    .command('up')
    .summary('a local network that stays up, with a profile for every party')
    .description(
      'Starts an aggregator, key holders and controllers that stay up until Ctrl-C, and makes a ready profile for every party\n' +
        'of a task document, to try the steps by hand. The key holders wait for `strongroom approve`.',
    )
    .argument('[task]', 'a task document, whose parties are made', 'examples/wages/task.yaml')
    .requiredOption(
      '--data <folder>',
      'the folder of the network; made where it is not there, gone on with where it is',
    )
    .option('--automatic', 'the key holders approve by themselves')
    .addHelpText(
      'after',
      `
Example, in two terminals:
  $ strongroom up --data /tmp/net
  $ strongroom --profile /tmp/net/statistics task propose examples/wages/task.yaml
  $ strongroom --profile /tmp/net/holder-1 approve TASK        # and holder-2, holder-3
  $ strongroom --profile /tmp/net/other submit TASK --table persons=examples/wages/other.csv`,
    )
    .action(async (file: string, options: { data: string; automatic?: boolean }) => {
      const { output } = context();
      const task = readTask(file);
      const folder = resolve(options.data);
      const { input, processing, output: receiver, controllers } = task.parties;
      if (!existsSync(join(folder, 'aggregator'))) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const policy = options.automatic === true ? 'automatic' : 'operator';
        await createNetwork(folder, { parties: partiesOf(task), policy });
      }
      const watching = controllers.filter((party) => !processing.includes(party));
      await using network = await Network.start(folder, processing, {}, watching);
      const profiles = [...new Set([receiver, ...input, ...processing, ...controllers])].map((party) => ({
        party,
        profile: join(folder, party),
      }));
      output.result(
        { ready: true, profiles },
        `The network is up. A profile for every party, for --profile or STRONGROOM_PROFILE:\n\n${table(
          ['party', 'profile'],
          profiles.map(({ party, profile }) => [party, profile]),
        )}\n\nStop it with Ctrl-C; the folder keeps its state.`,
      );
      await interrupted(network);
    });
}

interface RunOptions {
  readonly input: readonly string[];
  readonly out: string;
  readonly keyHolders?: number;
  readonly plain?: boolean;
  readonly keep?: boolean;
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function wholeNumber(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new StrongroomError('USAGE', `--key-holders takes a whole number, not ${text}.`);
}

function inputFiles(inputs: readonly string[]): InputFiles {
  const files = new Map<string, Map<string, string>>();
  for (const input of inputs) {
    const { party, table: name, file } = INPUT.exec(input)?.groups ?? {};
    if (party === undefined || name === undefined || file === undefined) {
      throw new StrongroomError('USAGE', `--input takes PARTY:TABLE=FILE, not ${input}.`);
    }
    const tables = files.get(party) ?? new Map<string, string>();
    if (tables.has(name))
      throw new StrongroomError('USAGE', `--input names the table ${name} of ${party} twice.`);
    files.set(party, tables.set(name, file));
  }
  return files;
}

/** Resolves on Ctrl-C; throws where a daemon ends by itself. */
async function interrupted(network: Network): Promise<void> {
  const stop = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  const ended = [...network.daemons.values()].map(async ({ name, ended: end, logFile }) => {
    const code = await end;
    throw new StrongroomError('UNREACHABLE', `${name} has ended (${code}); see ${logFile}.`);
  });
  await Promise.race([stop, ...ended]);
}
