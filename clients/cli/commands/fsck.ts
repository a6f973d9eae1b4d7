/** `fsck`: is what is on the disk whole and consistent with the log? */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { StrongroomError, type ErrorCode } from '../../../proto/errors.ts';
import { inspectReplica, type Inspection } from '../../../transport/inspection.ts';
import { CONFIG_FILE, openProfile } from '../../../transport/profile.ts';
import { INSPECTORS } from '../../network.ts';
import type { Context } from '../output.ts';

export function addFsckCommand(program: Command, context: () => Context): void {
  program
    .command('fsck')
    .summary("check a party's folder; its daemon must be stopped")
    .description(
      'Checks the folder --profile: that the log hashes to its signed checkpoint, that every document verifies,\n' +
        "that a key holder's journal agrees with the log, that the aggregator's objects are whole. Changes nothing.",
    )
    .addHelpText('after', '\nExample:\n  $ strongroom --profile ./office-a fsck')
    .action(async () => {
      const { output, profile } = context();
      const inspection = await inspect(join(profile, CONFIG_FILE));
      const { checked, problems } = inspection;
      const lines = [
        ...checked.map((line) => `ok       ${line}`),
        ...problems.map((line) => `problem  ${line}`),
      ];
      output.result(inspection, lines.join('\n'));
      if (problems.length > 0) process.exitCode = 3;
    });
}

async function inspect(config: string): Promise<Inspection> {
  const profile = openProfile(config);
  const { roles } = profile.identity.card;
  if (roles.includes('aggregator')) return run(INSPECTORS.aggregator, config);
  if (roles.includes('processing')) return run(INSPECTORS['key-holder'], config);
  const inspection: Inspection = { checked: [], problems: [] };
  inspectReplica(profile, inspection);
  return inspection;
}

/** Services are processes of their own, also when they look at themselves. */
async function run(program: string, config: string): Promise<Inspection> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, '--config', config],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const answer = JSON.parse(await text(child.stdout)) as
    Inspection | { error: { code: ErrorCode; message: string } };
  if ('error' in answer) throw new StrongroomError(answer.error.code, answer.error.message);
  return answer;
}
