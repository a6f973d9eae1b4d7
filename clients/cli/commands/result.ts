/** `result`, `receipt` and `verify`: what the output party fetches, and what anybody can check afterwards. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { StrongroomError } from '../../../proto/errors.ts';
import { renderResult } from '../../../statistics/render.ts';
import { openConsortium } from '../../../trust/consortium.ts';
import { parseReceipt, receiptBytes } from '../../../trust/receipt/form.ts';
import { verifyReceipt } from '../../../trust/receipt/verify.ts';
import { writeFileAtomic } from '../../../trust/storage/files.ts';
import { fetchResult, receiptOf } from '../../output-party.ts';
import { outputFile, timeout, type Context } from '../output.ts';
import { withSession } from '../with-session.ts';

/** How long a result waits for the key shares to be destroyed, so that its receipt can tell. */
const SHRED_WAIT_MS = 10_000;

const WITH_SHARES =
  'put the output ciphertexts and the opened shares into the receipt, from which anybody recomputes the result; they show every sum behind it';

export function addResultCommands(program: Command, context: () => Context): void {
  program
    .command('result')
    .summary('fetch, verify, combine and finish the result')
    .description(
      'Waits until all key holders have released, verifies what they signed, combines their shares, and writes\n' +
        'the result and its receipt. Only the output party of the task can do this.',
    )
    .argument('<task>', 'its id, or the first digits of it')
    .requiredOption('--out <file>', 'where the result goes (JSON); the receipt goes beside it', outputFile)
    .option('--with-shares', WITH_SHARES)
    .option('--timeout <seconds>', 'give up waiting after so long', timeout)
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom --profile /tmp/net/statistics result 3f9a1c --out result.json',
    )
    .action(async (id: string, options: { out: string; withShares?: true; timeout?: number }) => {
      const { output, profile } = context();
      await withSession(
        profile,
        async (session) => {
          const task = session.task(id);
          const tell = () =>
            output.progress(`${task.phase} ${task.releases.size} of ${task.holders.length} released`);
          const delivered = await fetchResult(session, id, { timeoutMs: options.timeout, onChange: tell });
          await writeFileAtomic(options.out, `${JSON.stringify(delivered.document, null, 2)}\n`);
          const shredded = session.until(id, (life) => (life.phase === 'SHREDDED' ? true : undefined), {
            timeoutMs: SHRED_WAIT_MS,
          });
          await shredded.catch((error: unknown) => {
            if (!(error instanceof StrongroomError) || error.kind !== 'unreachable') throw error;
            output.progress(
              `Only ${task.shreds.size} of ${task.holders.length} key holders have destroyed their share yet.`,
            );
          });
          const receiptFile = `${options.out.replace(/\.json$/, '')}.receipt.json`;
          await writeFileAtomic(receiptFile, receiptBytes(receiptOf(session, task, delivered, options)));
          output.result(
            { ...delivered.document, resultFile: options.out, receiptFile },
            `${renderResult(delivered.document.result)}\nResult:  ${options.out}\nReceipt: ${receiptFile}`,
          );
        },
        options,
      );
    });

  program
    .command('receipt')
    .summary('write the receipt of a result again')
    .description(
      'Writes the receipt of a delivered task as the log is now, so that it tells of key shares that were destroyed\n' +
        'later. Only the output party can do this, and as long as the objects of the task are kept.',
    )
    .argument('<task>', 'its id, or the first digits of it')
    .requiredOption('--out <file>', 'where the receipt goes (JSON)', outputFile)
    .option('--with-shares', WITH_SHARES)
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom --profile /tmp/net/statistics receipt 3f9a1c --out receipt.json',
    )
    .action(async (id: string, options: { out: string; withShares?: true }) => {
      const { output, profile } = context();
      await withSession(profile, async (session) => {
        const task = session.task(id);
        if (task.delivery === undefined) {
          throw new StrongroomError('PHASE_CLOSED', `The task is ${task.phase}, not delivered: use result.`);
        }
        const delivered = await fetchResult(session, id);
        await writeFileAtomic(options.out, receiptBytes(receiptOf(session, task, delivered, options)));
        output.result(
          { task: task.id, receiptFile: options.out, shreds: task.shreds.size },
          `Receipt: ${options.out}, with ${task.shreds.size} of ${task.holders.length} statements that the key share is destroyed`,
        );
      });
    });

  program
    .command('verify')
    .summary('check a receipt, offline')
    .description(
      'Checks every signature, digest, proof and count in a receipt, and prints the argument step by step with\n' +
        'what each step proves. Needs no network and no profile.',
    )
    .argument('<receipt>', 'the receipt (JSON)')
    .option('--consortium <file>', 'the consortium document that you know; else compare its digest by eye')
    .addHelpText('after', '\nExample:\n  $ strongroom verify out/receipt.json --consortium consortium.json')
    .action((file: string, options: { consortium?: string }) => {
      const { output } = context();
      const known =
        options.consortium === undefined ? undefined : openConsortium(read(options.consortium)).digest;
      const { task, consortium, steps } = verifyReceipt(parseReceipt(read(file)), known);
      const lines = steps.map(
        ({ title, checked, proves }, i) =>
          `${i + 1}. ${title}\n   checked: ${checked}\n   proves:  ${proves}`,
      );
      const pin =
        known === undefined
          ? '\nThe consortium was taken from the receipt: compare its digest above with the one that you know.'
          : '';
      output.result(
        { valid: true, task: task.id, consortium: consortium.digest, pinned: known !== undefined, steps },
        `The receipt of "${task.document.title}" is valid.\n\n${lines.join('\n')}\n${pin}`,
      );
    });
}

function read(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new StrongroomError('NOT_FOUND', `The file ${file} cannot be read.`, { cause });
  }
}
