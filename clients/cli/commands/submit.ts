/** `submit`: an input party's data into a task. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { StrongroomError } from '../../../proto/errors.ts';
import { writeFileAtomic } from '../../../trust/storage/files.ts';
import { submissionReceipt, submit } from '../../provider.ts';
import { bytes, outputFile, timeout, type Context } from '../output.ts';
import { withSession } from '../with-session.ts';

const TABLE = /^(?<table>[^:=]+)=(?<file>.+)$/;

export function addSubmitCommand(program: Command, context: () => Context): void {
  program
    .command('submit')
    .summary("validate, encrypt and upload this party's data")
    .description(
      "Validates a CSV or Parquet file against the schema of the task, computes this party's sufficient statistics, encrypts\n" +
        'them under the joint key that all key holders have signed, and uploads. Waits for the key where it is not\n' +
        'there yet. Repeat the command after an interruption: it goes on where it stopped.',
    )
    .argument('<task>', 'its id, or the first digits of it')
    .requiredOption('--table <name=file>', 'a table of the task, as CSV or .parquet; repeat it', collect, [])
    .option('--receipt <file>', 'where the proof goes that the log holds the submission', outputFile)
    .option('--timeout <seconds>', 'give up waiting after so long', timeout)
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom --profile /tmp/net/other submit 3f9a1c --table persons=examples/wages/other.csv',
    )
    .action(async (id: string, options: { table: string[]; receipt?: string; timeout?: number }) => {
      const { output, profile } = context();
      await withSession(
        profile,
        async (session) => {
          const submission = await submit(session, id, tablesOf(options.table), {
            timeoutMs: options.timeout,
            onChange: (task) => output.progress(`${'wait'.padEnd(8)} the task is ${task.phase}`),
            onProgress: (what, done, of) =>
              output.progress(`${what.padEnd(8)} ${done}${of === undefined ? '' : ` of ${of}`}`),
          });
          const receipt = submissionReceipt(session, submission);
          const file =
            options.receipt ?? join(session.profile.state, 'submissions', submission.task, 'receipt.json');
          await writeFileAtomic(file, `${JSON.stringify(receipt, null, 1)}\n`);
          output.result(
            { ...submission, receipt: file },
            `Submitted ${submission.records} records, encrypted into ${bytes(submission.bytes)}; ` +
              `entry ${submission.index} of the log.\nReceipt: ${file}`,
          );
        },
        options,
      );
    });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function tablesOf(options: readonly string[]): Map<string, string> {
  const tables = new Map<string, string>();
  for (const option of options) {
    const { table, file } = TABLE.exec(option)?.groups ?? {};
    if (table === undefined || file === undefined) {
      throw new StrongroomError('USAGE', `--table takes NAME=FILE, not ${option}.`);
    }
    if (tables.has(table)) throw new StrongroomError('USAGE', `--table names ${table} twice.`);
    tables.set(table, file);
  }
  return tables;
}
