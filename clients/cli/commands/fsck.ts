/** `fsck`: is what is on the disk whole and consistent with the log? */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { StrongroomError } from '../../../proto/errors.ts';
import { inspectReplica, type Inspection } from '../../../transport/inspection.ts';
import { CONFIG_FILE, openProfile, type Profile } from '../../../transport/profile.ts';
import { inspectController } from '../../controller/inspection.ts';
import { verifyEvidenceFile } from '../../evidence-file.ts';
import { INSPECTORS } from '../../programs.ts';
import type { Context } from '../output.ts';
import { answerOf, option } from '../own-process.ts';

export function addFsckCommand(program: Command, context: () => Context): void {
  program
    .command('fsck')
    .summary("check a party's folder; its daemon must be stopped")
    .description(
      'Checks the folder --profile: that the log hashes to its signed checkpoint, that every document verifies,\n' +
        "that a key holder's journal agrees with the log, that the aggregator's objects are whole, that a controller's\n" +
        'state fits the log, and that evidence still proves what it says. Changes nothing.',
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
  const inspection = await inspectState(profile, config);
  await inspectEvidence(profile, inspection);
  return inspection;
}

async function inspectState(profile: Profile, config: string): Promise<Inspection> {
  const { party, roles } = profile.identity.card;
  if (roles.includes('aggregator')) return answer(INSPECTORS.aggregator, config);
  // Whoever holds a key for single tasks only, by `hold`, keeps no journal.
  const standing = profile.consortium.keyHolders.includes(party);
  if (standing || existsSync(join(profile.state, 'journal.db'))) {
    return answer(INSPECTORS['key-holder'], config);
  }
  const inspection: Inspection = { checked: [], problems: [] };
  const book = inspectReplica(profile, inspection);
  inspectController(profile, book, inspection);
  return inspection;
}

/** Whatever this party keeps to show to others still proves it. */
async function inspectEvidence({ state, consortium }: Profile, inspection: Inspection): Promise<void> {
  const folder = join(state, 'evidence');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  for (const name of names) {
    try {
      await verifyEvidenceFile(join(folder, name), consortium.digest);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      inspection.problems.push(`${join(folder, name)} proves nothing: ${error.message}; restore it.`);
    }
  }
  if (names.length > 0) inspection.checked.push(`${names.length} files of evidence, each verified`);
}

async function answer(program: string, config: string): Promise<Inspection> {
  return (await answerOf(program, option('config', config))) as Inspection;
}
