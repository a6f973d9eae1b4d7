/** The command line: what is said in `docs/` to a person, done by the library in `clients/`. */
import { Command, CommanderError, Option } from 'commander';
import { StrongroomError } from '../../proto/errors.ts';
import { createOutput, fail, type Context } from './output.ts';
import { VERSION } from '../../proto/version.ts';
import { collectBuffersWithTheHeap } from '../../transport/buffer-collection.ts';

collectBuffersWithTheHeap();

const program = new Command('strongroom')
  .description(
    'Statistics over confidential data of several organisations, under a key that all of them must turn.',
  )
  .version(VERSION)
  .addOption(new Option('--json', 'print results and errors as JSON on standard output'))
  .addOption(new Option('--quiet', 'no progress on standard error'))
  .addOption(
    new Option('--profile <folder>', "the party's folder, with its strongroom.yaml")
      .env('STRONGROOM_PROFILE')
      .default('.'),
  )
  .showHelpAfterError('(add --help for usage and an example)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 2 wrong input or usage, 3 refused by a rule, 4 cannot reach a peer or timed out, 1 anything else.

Example:
  $ strongroom run examples/wages/task.yaml \\
      --input manufacturing:persons=examples/wages/manufacturing.csv \\
      --input construction:persons=examples/wages/construction.csv \\
      --input other:persons=examples/wages/other.csv --out out`,
  );

function context(): Context {
  const {
    json = false,
    quiet = false,
    profile,
  } = program.opts<{ json?: boolean; quiet?: boolean; profile: string }>();
  return { output: createOutput({ json, quiet }), profile, quiet };
}

type AddCommands = (program: Command, context: () => Context) => void;

/** The commands by the file that adds them. Most load much of the program: a file is loaded where it may be wanted. */
const COMMANDS: readonly (readonly [names: readonly string[], load: () => Promise<AddCommands>])[] = [
  [['run', 'up'], async () => (await import('./commands/local.ts')).addLocalCommands],
  [['task'], async () => (await import('./commands/task.ts')).addTaskCommands],
  [['submit'], async () => (await import('./commands/submit.ts')).addSubmitCommand],
  [['approve', 'reject'], async () => (await import('./commands/decisions.ts')).addDecisionCommands],
  [['hold'], async () => (await import('./commands/hold.ts')).addHoldCommand],
  [['policy'], async () => (await import('./commands/policy.ts')).addPolicyCommands],
  [['result', 'receipt', 'verify'], async () => (await import('./commands/result.ts')).addResultCommands],
  [['verify-evidence'], async () => (await import('./commands/evidence.ts')).addEvidenceCommand],
  [['party'], async () => (await import('./commands/party.ts')).addPartyCommands],
  [['consortium'], async () => (await import('./commands/consortium.ts')).addConsortiumCommands],
  [
    ['aggregator', 'key-holder', 'controller'],
    async () => (await import('./commands/daemons.ts')).addDaemonCommands,
  ],
  [['fsck'], async () => (await import('./commands/fsck.ts')).addFsckCommand],
  [['conformance'], async () => (await import('./commands/conformance.ts')).addConformanceCommand],
];

/** The file of the command that is asked for; where there is none of that name, all: for the help, and what it suggests. */
async function load(): Promise<void> {
  const [command = ''] = program.parseOptions(process.argv.slice(2)).operands;
  const named = COMMANDS.filter(([names]) => names.includes(command));
  for (const [, file] of named.length > 0 ? named : COMMANDS) (await file())(program, context);
  for (const added of program.commands) inherit(added);
}

/** Commander hands these settings down only to commands that it makes itself before they are set. */
function inherit(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for usage and an example)');
  for (const sub of command.commands) inherit(sub);
}

try {
  await load();
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its message, or the help that was asked for.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    fail(
      error instanceof Error ? error : new StrongroomError('INTERNAL', String(error)),
      context().output.json,
    );
  }
}
