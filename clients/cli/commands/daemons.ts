/** `aggregator`, `key-holder` and `controller`: the daemons, in the foreground, as processes of their own. */
import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { DAEMONS } from '../../network.ts';
import type { Context } from '../output.ts';

export function addDaemonCommands(program: Command, context: () => Context): void {
  program
    .command('aggregator')
    .summary('run the aggregator')
    .description(
      'Runs the aggregator in the foreground until SIGTERM or Ctrl-C. Its log goes to standard error.',
    )
    .requiredOption('--config <file>', 'strongroom.yaml of its profile')
    .addHelpText('after', '\nExample:\n  $ strongroom aggregator --config /srv/strongroom/strongroom.yaml')
    .action(({ config }: { config: string }) => run('aggregator', config));

  program
    .command('key-holder')
    .summary('run a key holder')
    .description(
      'Runs a key holder in the foreground until SIGTERM or Ctrl-C. It dials out to the aggregator and listens on\n' +
        'no port; its operator decides with strongroom approve and strongroom reject.',
    )
    .requiredOption('--config <file>', 'strongroom.yaml of its profile')
    .addHelpText('after', '\nExample:\n  $ strongroom key-holder --config /srv/strongroom/strongroom.yaml')
    .action(({ config }: { config: string }) => run('key-holder', config));

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
      run('controller', config, context().output.json ? ['--json'] : []),
    );
}

/** Stands in for the daemon: its streams are ours, our signals are its, and so is its exit code. */
async function run(
  kind: keyof typeof DAEMONS,
  config: string,
  options: readonly string[] = [],
): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', DAEMONS[kind], '--config', config, ...options],
    {
      stdio: 'inherit',
    },
  );
  const forward = (signal: NodeJS.Signals) => () => child.kill(signal);
  process.on('SIGTERM', forward('SIGTERM'));
  // The terminal sends Ctrl-C to the whole group; the child ends by itself, and so do we after it.
  process.on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((done) => child.once('exit', (code) => done(code ?? 1)));
}
