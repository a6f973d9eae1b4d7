/** The state of a task in a form for people's eyes and `--json`: nothing here is evidence, the documents are. */
import type { Ending, Ignored, Phase, TaskLife } from './life.ts';

export interface Summary {
  readonly task: string;
  readonly title: string;
  readonly phase: Phase;
  /** How far the phase is, such as `2 of 3`; empty where it has no parts. */
  readonly progress: string;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly approved: readonly string[];
  readonly submitted: readonly string[];
  readonly released: readonly string[];
  readonly shredded: readonly string[];
  /** When the present phase must be over; null once the task has ended. */
  readonly deadline: string | null;
  readonly ending: Ending | null;
  readonly ignored: readonly Ignored[];
}

export function summary(task: TaskLife): Summary {
  const phase = task.phase;
  const deadline = task.currentDeadline;
  return {
    task: task.id,
    title: task.document.title,
    phase,
    progress: progressOf(task, phase),
    proposedBy: task.proposal.payload.by,
    proposedAt: task.proposal.payload.at,
    approved: [...task.approvals.keys()],
    submitted: [...task.manifests.keys()],
    released: [...task.releases.keys()],
    shredded: [...task.shreds.keys()],
    deadline: deadline === undefined ? null : task.deadline(deadline).toISOString(),
    ending: task.ending ?? null,
    ignored: task.ignored,
  };
}

function progressOf(task: TaskLife, phase: Phase): string {
  const k = task.holders.length;
  switch (phase) {
    case 'PROPOSED':
    case 'APPROVING':
      return `${task.approvals.size} of ${k}`;
    case 'KEYING':
      return task.jointKeys.size > 0 ? `${task.jointKeys.size} of ${k}` : ceremonyOf(task);
    case 'COLLECTING':
      return `${task.manifests.size} of ${task.inputs.length}`;
    case 'EVALUATED':
    case 'RELEASING':
      return `${task.releases.size} of ${k}`;
    case 'DELIVERED':
      return `${task.shreds.size} of ${k} shredded`;
    default:
      return '';
  }
}

/** What the key ceremony is at, in the words of the holder that spoke last, and since when it runs. */
function ceremonyOf({ ceremony }: TaskLife): string {
  if (ceremony === undefined) return '';
  const { about, round, startedAt, at } = ceremony;
  const seconds = Math.round((Date.parse(at) - Date.parse(startedAt)) / 1000);
  return `${about} (round ${round}, ${seconds} s)`;
}
