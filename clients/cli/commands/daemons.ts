/** `aggregator`, `key-holder` and `controller`: the daemons, in the foreground, as processes of their own. */
import type { Command } from 'commander';
import { DAEMONS } from '../../programs.ts';
import type { Context } from '../output.ts';
import { runInPlace } from '../own-process.ts';

export function addDaemonCommands(program: Command, context: () => Context): void {
  program
    .command('aggregator')
    .summary('run the aggregator')
    .description(
      'Runs the aggregator in the foreground until SIGTERM or Ctrl-C. Its log goes to standard error.',
    )
    .requiredOption('--config <file>', 'strongroom.yaml of its profile')
    .addHelpText('after', '\nExample:\n  $ strongroom aggregator --config /srv/strongroom/strongroom.yaml')
    .action(({ config }: { config: string }) => runInPlace(DAEMONS.aggregator, ['--config', config]));

  program
    .command('key-holder')
    .summary('run a key holder')
    .description(
      'Runs a key holder in the foreground until SIGTERM or Ctrl-C. It dials out to the aggregator and listens on\n' +
        'no port; its operator decides with strongroom approve and strongroom reject.',
    )
    .requiredOption('--config <file>', 'strongroom.yaml of its profile')
    .addHelpText('after', '\nExample:\n  $ strongroom key-holder --config /srv/strongroom/strongroom.yaml')
    .action(({ config }: { config: string }) => runInPlace(DAEMONS['key-holder'], ['--config', config]));

  program
    .command('controller')
    .summary('run a controller')
    .description(
      'Follows the log in the foreground until SIGTERM or Ctrl-C, verifies every document, recomputes every key and\n' +
        'evaluation, and writes evidence of what is wrong into the folder evidence of its profile. On a terminal it\n' +
        'shows a table, else a line for each check. It can write nothing to the log and decrypt nothing.',
    )
    .requiredOption('--config <file>', 'strongroom.yaml of its profile')
    .addHelpText('after', '\nExample:\n  $ strongroom controller --config /srv/strongroom/strongroom.yaml')
    .action(({ config }: { config: string }) =>
      runInPlace(DAEMONS.controller, ['--config', config, ...(context().output.json ? ['--json'] : [])]),
    );
}
