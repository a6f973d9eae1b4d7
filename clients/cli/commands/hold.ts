/** `hold`: a key holder for one task, in the foreground, for a party that runs no daemon. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CONFIG_FILE } from '../../../transport/profile.ts';
import type { Ending, Phase } from '../../../trust/life.ts';
import type { Context } from '../output.ts';
import { answerOf, option } from '../own-process.ts';

const PROGRAM = fileURLToPath(new URL('../../../keyholders/hold.ts', import.meta.url));

interface Held {
  readonly task: string;
  readonly phase: Phase;
  readonly ending: Ending | null;
}

export function addHoldCommand(program: Command, context: () => Context): void {
  program
    .command('hold')
    .summary('be a key holder for one task, without a daemon')
    .description(
      'For an input or output party that a task names among its key holders. Shows the plan, asks, or decides by the\n' +
        'policy of the profile, and then does what a key holder does for exactly this task until its key share is\n' +
        'destroyed. It dials out only. What it must not forget stands sealed below state/hold: where it is interrupted,\n' +
        'run it again. When the task is over that folder is overwritten and removed.',
    )
    .argument('<task>', 'its id, or the first digits of it')
    .option('--approve', 'do not ask; for scripts that have read the plan otherwise')
    .option('--reject <text>', 'end the task, with this reason')
    .addHelpText('after', '\nExample:\n  $ strongroom --profile ./north hold 3f9a1c')
    .action(async (id: string, options: { approve?: boolean; reject?: string }) => {
      const { output, profile, quiet } = context();
      const held = (await answerOf(PROGRAM, [
        ...option('config', join(profile, CONFIG_FILE)),
        ...option('task', id),
        ...option('reject', options.reject),
        ...(options.approve === true ? ['--approve'] : []),
        ...(quiet ? ['--quiet'] : []),
      ])) as Held;
      output.result(held, inWords(held));
      if (held.ending !== null && options.reject === undefined) process.exitCode = 3;
    });
}

function inWords({ task, phase, ending }: Held): string {
  const how = ending === null ? phase : `${phase} (${ending.by}: ${ending.detail} [${ending.code}])`;
  return `The task ${task} is ${how}; nothing of its key is left here.`;
}
