/** What a controller shows of itself: what it has read, what it has checked of each task, what it has found. */
import type { TaskBook } from '../../trust/book.ts';
import type { TaskLife } from '../../trust/life.ts';
import { summary } from '../../trust/summary.ts';
import type { CheckName, ControllerState, Found } from './state.ts';

/** How a part of a task stands: not there yet, being checked, clean, wrong, or closed to this controller. */
export type Mark = 'none' | 'open' | 'clean' | 'wrong' | 'closed';

interface TaskView {
  readonly task: string;
  readonly title: string;
  readonly phase: string;
  readonly progress: string;
  readonly documents: Mark;
  readonly key: Mark;
  readonly evaluation: Mark;
}

export interface View {
  readonly party: string;
  readonly entries: number;
  readonly tasks: readonly TaskView[];
  readonly findings: readonly Found[];
}

export function viewOf(book: TaskBook, state: ControllerState, party: string): View {
  const tasks = [...book.tasks.values()].map((task) => taskView(task, state, party));
  return { party, entries: book.follower.size, tasks, findings: state.findings() };
}

function taskView(task: TaskLife, state: ControllerState, party: string): TaskView {
  const { title, phase, progress } = summary(task);
  const done = state.doneIn(task.id);
  const wrong = new Set(state.findings(task.id).map(({ check }) => check));
  const mark = (there: boolean, ...checks: CheckName[]): Mark => {
    if (checks.some((check) => wrong.has(check))) return 'wrong';
    if (!task.document.parties.controllers.includes(party)) return 'closed';
    if (checks.some((check) => done.has(check))) return 'clean';
    return there ? 'open' : 'none';
  };
  return {
    task: task.id,
    title,
    phase,
    progress,
    documents: ['entry', 'wordings', 'seal-time'].some((check) => wrong.has(check as CheckName))
      ? 'wrong'
      : 'clean',
    key: mark(task.jointKeys.size > 0, 'key'),
    evaluation: mark(task.evaluation !== undefined, 'evaluation', 'inputs', 'match', 'linkage'),
  };
}
