/** `fsck`: is what is on the disk whole and consistent with the log? */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { inspectReplica, type Inspection } from '../../../transport/inspection.ts';
import { CONFIG_FILE, openProfile } from '../../../transport/profile.ts';
import { INSPECTORS } from '../../network.ts';
import type { Context } from '../output.ts';
import { answerOf, option } from '../own-process.ts';

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
  const { party, roles } = profile.identity.card;
  if (roles.includes('aggregator')) return answer(INSPECTORS.aggregator, config);
  // Whoever holds a key for single tasks only, by `hold`, keeps no journal.
  const standing = profile.consortium.keyHolders.includes(party);
  if (standing || existsSync(join(profile.state, 'journal.db'))) {
    return answer(INSPECTORS['key-holder'], config);
  }
  const inspection: Inspection = { checked: [], problems: [] };
  inspectReplica(profile, inspection);
  return inspection;
}

async function answer(program: string, config: string): Promise<Inspection> {
  return (await answerOf(program, option('config', config))) as Inspection;
}
