/** `task check | propose | cancel | list | show | watch`. */
import type { Command } from 'commander';
import { describePlan } from '../../../statistics/describe.ts';
import { planTask } from '../../../statistics/plan.ts';
import { planDigest, type TaskLife } from '../../../trust/life.ts';
import { summary } from '../../../trust/summary.ts';
import { readTask } from '../../task-file.ts';
import { cancel, propose } from '../../requester.ts';
import { timeline } from '../../timeline.ts';
import { bytes, seconds, timeout, type Context } from '../output.ts';
import { stateInWords } from '../state.ts';
import { withSession } from '../with-session.ts';
import { table } from '../../table.ts';

export function addTaskCommands(program: Command, context: () => Context): void {
  const task = program.command('task').description('Check, propose and follow tasks.');

  task
    .command('check')
    .summary('the plan of a task document in words')
    .description(
      'Prints what would be computed, what each role learns, the encryption parameters with their margins, and\n' +
        'the cost. Refuses what cannot be computed exactly as declared. Needs no network.',
    )
    .argument('<task>', 'the task document (YAML)')
    .addHelpText('after', '\nExample:\n  $ strongroom task check examples/wages/task.yaml')
    .action((file: string) => {
      const document = readTask(file);
      const plan = planTask(document);
      const digest = planDigest(plan);
      context().output.result(
        { digest, plan },
        `${describePlan(document, plan)}\nDigest of the plan: ${digest}`,
      );
    });

  task
    .command('propose')
    .summary('propose a task to the consortium')
    .argument('<task>', 'the task document (YAML)')
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom --profile /tmp/net/statistics task propose examples/wages/task.yaml',
    )
    .action(async (file: string) => {
      const { output, profile } = context();
      const document = readTask(file);
      await withSession(profile, async (session) => {
        const life = await propose(session, document);
        output.result(
          summary(life),
          `Proposed: ${life.id}\nFollow it with: strongroom task watch ${life.id.slice(0, 12)}`,
        );
      });
    });

  task
    .command('cancel')
    .summary('end a task that this party has proposed')
    .argument('<task>', 'its id, or the first digits of it')
    .requiredOption('--reason <text>', 'why; it is signed and stands in the log')
    .action(async (id: string, { reason }: { reason: string }) => {
      const { output, profile } = context();
      await withSession(profile, async (session) => {
        const life = session.task(id);
        await cancel(session, life, reason);
        output.result(summary(life), `The task is ${life.phase}.`);
      });
    });

  task
    .command('list')
    .summary('all tasks in the log')
    .action(async () => {
      const { output, profile } = context();
      await withSession(profile, (session) => {
        const tasks = [...session.board.book.tasks.values()].reverse().map(summary);
        const rows = tasks.map(({ task: id, phase, progress, title }) => [
          id.slice(0, 12),
          phase,
          progress,
          title,
        ]);
        output.result(
          tasks,
          rows.length === 0 ? 'No task has been proposed.' : table(['task', 'phase', '', 'title'], rows),
        );
      });
    });

  task
    .command('show')
    .summary('the state of a task, and with --plan its plan')
    .argument('<task>', 'its id, or the first digits of it')
    .option('--plan', 'the plan in words as well')
    .action(async (id: string, options: { plan?: boolean }) => {
      const { output, profile } = context();
      await withSession(profile, (session) => {
        const life = session.task(id);
        const phases = timeline(session.board, life);
        const rows = phases.map((phase) => [phase.phase, seconds(phase.ms), bytes(phase.bytes)]);
        const plan = options.plan === true ? `\n\n${describePlan(life.document, life.plan)}` : '';
        output.result(
          { ...summary(life), phases, document: life.document, plan: life.plan },
          `${stateInWords(summary(life))}\n\n${table(['phase', 'time', 'bytes'], rows)}${plan}`,
        );
      });
    });

  task
    .command('watch')
    .summary('follow a task until it ends')
    .argument('<task>', 'its id, or the first digits of it')
    .option('--timeout <seconds>', 'give up after so long', timeout)
    .action(async (id: string, options: { timeout?: number }) => {
      const { output, profile } = context();
      await withSession(
        profile,
        async (session) => {
          const tell = teller((line) => output.progress(`${new Date().toISOString()}  ${line}`));
          const life = session.task(id);
          tell(life);
          const over = (task_: TaskLife) =>
            task_.phase === 'SHREDDED' || task_.ending !== undefined ? true : undefined;
          await session.until(id, over, { timeoutMs: options.timeout, onChange: tell });
          output.result(summary(life), stateInWords(summary(life)));
        },
        options,
      );
    });
}

const AT_MOST_EVERY_MS = 1_000;

/** Tells each new phase at once, and what changes within it at most once a second. */
function teller(tell: (line: string) => void): (life: TaskLife) => void {
  let told: { phase: string; line: string; at: number } | undefined;
  return (life) => {
    const { phase, progress } = summary(life);
    const line = `${phase} ${progress}`.trimEnd();
    const at = Date.now();
    if (told?.line === line || (told?.phase === phase && at - told.at < AT_MOST_EVERY_MS)) return;
    tell(line);
    told = { phase, line, at };
  };
}
