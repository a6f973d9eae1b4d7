/** `policy test | history`: what a key holder's policy says about a task, and what its ledger holds. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CONFIG_FILE } from '../../../transport/profile.ts';
import type { Context } from '../output.ts';
import { answerOf, collect, option } from '../own-process.ts';

/** Policies are a key holder's own affair: its program is started as a process, never imported. */
const PROGRAM = fileURLToPath(new URL('../../../keyholders/policy-offline.ts', import.meta.url));

/** What `policy test` answers, and what `describeVerdict` makes of it in words. */
interface Trial {
  readonly verdict: 'approve' | 'ask' | 'reject';
  readonly words: string;
}

interface TestOptions {
  readonly policy: string;
  readonly task: string;
  readonly history?: string;
  readonly after: readonly string[];
  readonly requester?: string;
  readonly keyHolder?: string;
  readonly contributor: readonly string[];
}

export function addPolicyCommands(program: Command, context: () => Context): void {
  const policy = program.command('policy').description("Try out a key holder's policy, read its ledger.");

  policy
    .command('test')
    .summary('what a policy says about a task, and why')
    .description(
      'Evaluates a policy on a task as if it had just been proposed: approved without asking, asked about, or\n' +
        'rejected, with the policies that determined it. Needs no network. Exits with 3 where it is rejected.\n' +
        'With --json it also shows every value that the policy sees.',
    )
    .requiredOption('--policy <file>', 'operator, automatic, or a file of Cedar policies')
    .requiredOption('--task <file>', 'the task document (YAML)')
    .option('--history <file>', 'what was asked before: the output of policy history')
    .option('--after <file>', 'a task that was released before, with all its inputs; repeat it', collect, [])
    .option('--requester <party>', 'who proposes it; by default its output party')
    .option('--key-holder <party>', 'whose policy it is; by default the first key holder of the task')
    .option(
      '--contributor <party>',
      'ask as before the release, when only these have submitted; repeat it',
      collect,
      [],
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom policy test --policy keyholders/policies/recurring.cedar --task examples/wages/task.yaml',
    )
    .action(async (options: TestOptions) => {
      const { output } = context();
      const { words, ...trial } = (await answerOf(PROGRAM, [
        'test',
        ...option('policy', options.policy),
        ...option('task', options.task),
        ...option('history', options.history),
        ...options.after.flatMap((file) => option('after', file)),
        ...option('requester', options.requester),
        ...option('key-holder', options.keyHolder),
        ...options.contributor.flatMap((party) => option('contributor', party)),
      ])) as Trial;
      output.result(trial, words);
      if (trial.verdict === 'reject') process.exitCode = 3;
    });

  policy
    .command('history')
    .summary("a key holder's ledger, as JSON")
    .description(
      'Prints what the key holder --profile has approved and released: for --history of policy test, and for\n' +
        'whoever audits it. Its daemon may be running.',
    )
    .addHelpText('after', '\nExample:\n  $ strongroom --profile ./holder-1 policy history > history.json')
    .action(async () => {
      const { output, profile } = context();
      const entries = await answerOf(PROGRAM, ['history', ...option('config', join(profile, CONFIG_FILE))]);
      output.result(entries, JSON.stringify(entries, null, 2));
    });
}
