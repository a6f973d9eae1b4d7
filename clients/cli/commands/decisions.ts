/** `approve` and `reject`: the operator's decision, on the key holder's own machine. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { connectAdmin, type AdminConnection } from '../../../transport/admin-socket.ts';
import { CONFIG_FILE, readConfig } from '../../../transport/profile.ts';
import { confirm } from '../../../transport/terminal.ts';
import type { Summary } from '../../../trust/summary.ts';
import { type Context } from '../output.ts';
import { table } from '../../table.ts';
import { stateInWords } from '../state.ts';

export function addDecisionCommands(program: Command, context: () => Context): void {
  program
    .command('approve')
    .summary('approve a task, after reading its plan')
    .description(
      'Shows the plan of a task and asks; on yes the key holder signs its approval and contributes its part of\n' +
        "the task's key. Run it on the key holder's own machine. Without a task it lists those that wait.",
    )
    .argument('[task]', 'its id, or the first digits of it')
    .option('--yes', 'do not ask; for scripts that have read the plan otherwise')
    .addHelpText('after', '\nExample:\n  $ strongroom --profile /tmp/net/holder-1 approve 3f9a1c')
    .action(async (id: string | undefined, options: { yes?: boolean }) => {
      await withAdmin(context(), async ({ admin }, { output }) => {
        if (id === undefined) {
          list(await admin.List({}), context());
          return;
        }
        const shown = await admin.Show({ task: id });
        const state = JSON.parse(Buffer.from(shown.state).toString('utf8')) as Summary;
        output.progress(`${shown.plan}\n${stateInWords(state)}\n`);
        if (options.yes !== true) {
          const question = `Approve task ${state.task.slice(0, 16)}? Type yes: `;
          await confirm(question, 'Nothing was approved.', 'read the plan and repeat with --yes');
        }
        await admin.Approve({ task: state.task });
        output.result({ task: state.task, verdict: 'approve' }, `Approved: ${state.task}`);
      });
    });

  program
    .command('reject')
    .summary('reject a task')
    .description('Ends a task: no key will exist for it. The reason is signed and stands in the log.')
    .argument('<task>', 'its id, or the first digits of it')
    .requiredOption('--reason <text>', 'why')
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom --profile /tmp/net/holder-1 reject 3f9a1c --reason "no legal basis"',
    )
    .action(async (id: string, { reason }: { reason: string }) => {
      await withAdmin(context(), async ({ admin }, { output }) => {
        const { state } = await admin.Show({ task: id });
        const { task } = JSON.parse(Buffer.from(state).toString('utf8')) as Summary;
        await admin.Reject({ task, reason });
        output.result({ task, verdict: 'reject', reason }, `Rejected: ${task}`);
      });
    });
}

async function withAdmin(
  context: Context,
  action: (connection: AdminConnection, context: Context) => Promise<void>,
): Promise<void> {
  const folder = resolve(context.profile);
  const config = readConfig(join(folder, CONFIG_FILE));
  const connection = connectAdmin(resolve(folder, config['admin-socket']));
  try {
    await action(connection, context);
  } finally {
    connection.close();
  }
}

function list(
  { tasks }: { tasks: readonly { task: string; title: string; state: string; waitingFor: string }[] },
  { output }: Context,
): void {
  const rows = tasks.map(({ task, title, state, waitingFor }) => [
    task.slice(0, 12),
    state,
    waitingFor,
    title,
  ]);
  output.result(
    tasks,
    rows.length === 0
      ? 'There is no task for this key holder.'
      : table(['task', 'phase', 'waits for', 'title'], rows),
  );
}
