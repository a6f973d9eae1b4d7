/** `strongroom fsck` for a key holder: its copy of the log, and its journal against it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inspectReplica, runInspection, type Inspection } from '../transport/inspection.ts';
import type { Profile } from '../transport/profile.ts';
import type { TaskLife } from '../trust/life.ts';
import { Journal } from './journal.ts';
import { stepsIn } from './steps.ts';

await runInspection(inspect);

function inspect(profile: Profile, inspection: Inspection): void {
  const book = inspectReplica(profile, inspection);
  const file = join(profile.state, 'journal.db');
  const own = profile.identity.card.party;
  const tasks = [...book.tasks.values()].filter((task) => task.holders.includes(own));
  if (!existsSync(file)) {
    if (tasks.every((task) => stepsIn(task, own).length === 0))
      inspection.checked.push('no journal is kept yet');
    else
      inspection.problems.push(
        `The journal ${file} is missing, and the log shows acts of ${own}; restore it.`,
      );
    return;
  }
  using journal = new Journal(file, profile.unlock);
  for (const task of tasks) inspectTask(task, own, journal, inspection);
  inspection.checked.push(`the journal against ${tasks.length} tasks of this key holder`);
}

function inspectTask(task: TaskLife, own: string, journal: Journal, { problems }: Inspection): void {
  const short = task.id.slice(0, 12);
  for (const { step, digest } of stepsIn(task, own)) {
    if (journal.holds(task.id, step, digest)) continue;
    problems.push(
      `Task ${short}: the log has the ${step} of ${own} and the journal does not. An older copy was put back; ` +
        'the key holder will end this task and never release a second share for it.',
    );
  }
  const live = task.approvals.has(own) && task.delivery === undefined && task.ending === undefined;
  if (live && journal.seed(task.id) === undefined) {
    problems.push(`Task ${short}: its key share is missing; the task cannot be finished and will be ended.`);
  }
  if (task.shreds.has(own) && journal.hasSeed(task.id)) {
    problems.push(
      `Task ${short}: its key share was said to be destroyed and is here; an older copy was put back.`,
    );
  }
}
