/**
 * What `strongroom fsck` reports: checks of a party's own folder, made while its daemon is stopped. Nothing is
 * changed; what is wrong is named with what to do about it.
 */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { EXIT_CODES, StrongroomError } from '../proto/errors.ts';
import { TaskBook } from '../trust/book.ts';
import { LogReplica } from '../trust/storage/log-replica.ts';
import { openProfile, type Profile } from './profile.ts';

export interface Inspection {
  /** What was checked, in words, with its count. */
  readonly checked: string[];
  /** What is wrong, and what to do. Empty: all is well. */
  readonly problems: string[];
}

/** Checks a party's copy of the log: every entry hashes to the signed checkpoint, every document verifies. */
export function inspectReplica(profile: Profile, inspection: Inspection): TaskBook {
  using replica = new LogReplica(join(profile.state, 'log.db'));
  const book = new TaskBook(profile.consortium);
  const kept = replica.load();
  if (kept === undefined) {
    inspection.checked.push('no copy of the log is kept yet');
    return book;
  }
  try {
    book.read(kept.entries, kept.checkpoint);
    inspection.checked.push(`${kept.entries.length} entries of the log hash to their signed checkpoint`);
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    inspection.problems.push(
      `The copy of the log is damaged (${error.message}); move ${join(profile.state, 'log.db')} away and it is fetched anew.`,
    );
  }
  for (const { index, why } of book.strays)
    inspection.problems.push(`Entry ${index} counts for nothing: ${why}`);
  return book;
}

/** Runs an inspection as a process: one JSON object on standard output, exit code 0 or 3. */
export async function runInspection(
  inspect: (profile: Profile, inspection: Inspection) => Promise<void> | void,
): Promise<void> {
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' } } });
    if (values.config === undefined)
      throw new StrongroomError('USAGE', 'Name the configuration with --config.');
    const inspection: Inspection = { checked: [], problems: [] };
    await inspect(openProfile(values.config), inspection);
    process.stdout.write(`${JSON.stringify(inspection)}\n`);
    process.exitCode = inspection.problems.length === 0 ? 0 : EXIT_CODES.refused;
  } catch (error) {
    const known = error instanceof StrongroomError ? error : undefined;
    const { code = 'INTERNAL', message = error instanceof Error ? error.message : String(error) } =
      known ?? {};
    process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    process.exitCode = EXIT_CODES[known?.kind ?? 'internal'];
  }
}
