/**
 * The long form: `npm run fuzz -- [--seconds 60] [--seed N] [--list] [--replay FILE] [name …]`. A name stands for
 * every decoder that starts with it; without names all are fuzzed, each for so many seconds.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DECODERS } from './decoders/index.ts';
import { judge } from './harness/judge.ts';
import { keptInput, materialOf } from './harness/keeping.ts';
import { printTable, type Row } from './harness/report.ts';
import { runCampaign } from './harness/watchdog.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    list: { type: 'boolean', default: false },
    replay: { type: 'string' },
  },
});

if (values.list) console.log(DECODERS.map(({ name }) => name).join('\n'));
else if (values.replay !== undefined) process.exitCode = await replay(values.replay);
else process.exitCode = await campaigns();

async function campaigns(): Promise<number> {
  const chosen = DECODERS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)),
  );
  const seconds = Number(values.seconds);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  if (chosen.length === 0 || !(seconds > 0) || !Number.isSafeInteger(seed)) {
    console.error('No such decoder, or no such number; --list names the decoders.');
    return 2;
  }
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
