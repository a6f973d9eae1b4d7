/** The long form: `npm run fuzz`. */
import { Command, InvalidArgumentError } from 'commander';
import { randomInt } from 'node:crypto';
import { DECODERS } from './decoders/index.ts';
import { judge } from './harness/judge.ts';
import { keptInput, materialOf } from './harness/keeping.ts';
import { printTable, type Row } from './harness/report.ts';
import { runCampaign } from './harness/watchdog.ts';

interface Options {
  readonly seconds: number;
  readonly seed?: number;
  readonly list?: true;
  readonly replay?: string;
}

const EXAMPLES = `
Examples:
  npm run fuzz                                 every decoder for a minute
  npm run fuzz -- envelope task --seconds 600  those whose names begin so, for ten minutes each
  npm run fuzz -- --replay out/fuzz/FILE       feed a kept input again

Inputs that show something are kept in out/fuzz. Exits with 1 where there are any.`;

const program = new Command('npm run fuzz --')
  .description('Feeds mutated bytes to every decoder of foreign bytes.')
  .argument('[names...]', 'decoders whose names begin so; all of them where none is named')
  .option('--seconds <n>', 'for how long each is fuzzed', seconds, 60)
  .option('--seed <n>', 'repeats the choices of an earlier run; another one each time without it', seed)
  .option('--list', 'list the decoders')
  .option('--replay <file>', 'feed a kept input again, and say what comes of it')
  .addHelpText('after', EXAMPLES)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action((names: string[], options: Options) => run(names, options));

function seconds(text: string): number {
  const value = Number(text);
  if (text !== '' && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is a number above 0.');
}

function seed(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number of at most 15 digits.');
}

async function run(names: readonly string[], options: Options): Promise<void> {
  const unknown = names.find((start) => !DECODERS.some(({ name }) => name.startsWith(start)));
  if (unknown !== undefined) program.error(`error: no decoder begins with '${unknown}'; --list names them`);
  if (options.list) console.log(DECODERS.map(({ name }) => name).join('\n'));
  else
    process.exitCode = await (options.replay === undefined
      ? campaigns(names, options)
      : replay(options.replay));
}

async function campaigns(
  names: readonly string[],
  { seconds, seed = randomInt(2 ** 31) }: Options,
): Promise<number> {
  const chosen = DECODERS.filter(
    ({ name }) => names.length === 0 || names.some((start) => name.startsWith(start)),
  );
  console.log(`${chosen.length} decoders, ${seconds} s each, seed ${seed}`);
  const rows: Row[] = [];
  for (const { name } of chosen) rows.push(await runCampaign(name, seed, seconds));
  printTable(rows);
  return rows.some(({ findings }) => findings > 0) ? 1 : 0;
}

/** Feeds one kept input again, and says what comes of it. */
async function replay(file: string): Promise<number> {
  const { target: name, seed, input } = keptInput(file);
  const target = DECODERS.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`no decoder ${name}`);
  const decoder = await target.open(await materialOf(target, seed));
  try {
    const verdict = await judge(decoder, input);
    console.log(`${name}, ${input.length} bytes: ${verdict.outcome}`, verdict);
    try {
      await decoder.decode(input);
    } catch (error) {
      console.log(error);
    }
    return verdict.outcome === 'finding' ? 1 : 0;
  } finally {
    await decoder.dispose?.();
  }
}

await program.parseAsync();
