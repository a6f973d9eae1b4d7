/** `conformance`: whether a key holder keeps the rules of the protocol. */
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Context } from '../output.ts';
import { collect, option, runInPlace } from '../own-process.ts';

/** It stands in for every other party, the aggregator among them: a program of its own, never imported. */
const PROGRAM = fileURLToPath(new URL('../../../test/conformance/main.ts', import.meta.url));

interface Options {
  readonly card?: string;
  readonly folder?: string;
  readonly exec?: string;
  readonly listen?: string;
  readonly only: readonly string[];
  readonly patience?: string;
  readonly rules?: boolean;
}

export function addConformanceCommand(program: Command, context: () => Context): void {
  program
    .command('conformance')
    .summary('try whether a key holder keeps the rules')
    .description(
      'Stands in for the aggregator and all other parties, honest and hostile, plays whole tasks with the key\n' +
        'holder that is pointed at it, and prints a verdict for each rule. Exits with 0 only if all are kept, and\n' +
        'with 3 where one is not. Some rules need --exec: the key holder is killed and started again.',
    )
    .option('--exec <command>', 'starts the key holder; {config} and {profile} stand for its file and folder')
    .option('--card <file>', 'the card of the key holder; without it an identity is made in the folder')
    .option('--folder <folder>', 'where the profile of the key holder is written; must be new')
    .option('--listen <host:port>', 'where the stand-in listens; by default a free port of 127.0.0.1')
    .option('--only <rule>', 'judge the rules that begin so; repeat it', collect, [])
    .option('--patience <seconds>', 'how long to wait for what must come; by default 60')
    .option('--rules', 'list the rules, and play nothing')
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom conformance --exec "strongroom key-holder --config {config}"',
    )
    .action(async ({ card, folder, exec, listen, only, patience, rules }: Options) => {
      await runInPlace(PROGRAM, [
        ...option('card', card),
        ...option('profile', folder),
        ...option('exec', exec),
        ...option('listen', listen),
        ...only.flatMap((start) => option('only', start)),
        ...option('patience', patience),
        ...(rules === true ? ['--rules'] : []),
        ...(context().output.json ? ['--json'] : []),
      ]);
    });
}
