/** The command line: what is said in `docs/` to a person, done by the library in `clients/`. */
import { Command, CommanderError, Option } from 'commander';
import { StrongroomError } from '../../proto/errors.ts';
import { addConformanceCommand } from './commands/conformance.ts';
import { addConsortiumCommands } from './commands/consortium.ts';
import { addDaemonCommands } from './commands/daemons.ts';
import { addDecisionCommands } from './commands/decisions.ts';
import { addEvidenceCommand } from './commands/evidence.ts';
import { addFsckCommand } from './commands/fsck.ts';
import { addHoldCommand } from './commands/hold.ts';
import { addLocalCommands } from './commands/local.ts';
import { addPartyCommands } from './commands/party.ts';
import { addPolicyCommands } from './commands/policy.ts';
import { addResultCommands } from './commands/result.ts';
import { addSubmitCommand } from './commands/submit.ts';
import { addTaskCommands } from './commands/task.ts';
import { createOutput, fail, type Context } from './output.ts';
import { VERSION } from '../../proto/version.ts';

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

for (const add of [
  addLocalCommands,
  addTaskCommands,
  addSubmitCommand,
  addDecisionCommands,
  addHoldCommand,
  addPolicyCommands,
  addResultCommands,
  addEvidenceCommand,
  addPartyCommands,
  addConsortiumCommands,
  addDaemonCommands,
  addFsckCommand,
  addConformanceCommand,
]) {
  add(program, context);
}

for (const command of program.commands) inherit(command);

/** Commander hands these settings down only to commands that it makes itself before they are set. */
function inherit(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for usage and an example)');
  for (const sub of command.commands) inherit(sub);
}

try {
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
