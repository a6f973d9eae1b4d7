/** What a policy decides on: a task at one of two points, before the approval and before the release. */
import { milliseconds } from '../../statistics/duration.ts';
import type { Plan } from '../../statistics/plan.ts';
import type { TaskDocument } from '../../statistics/task.ts';
import type { TaskLife } from '../../trust/life.ts';
import type { Asking } from '../ledger-differencing.ts';
import { askedBy } from '../ledger-asked.ts';

export type Stage = 'approval' | 'release';

export interface Subject extends Asking {
  readonly stage: Stage;
  readonly requester: string;
  readonly proposedAt: Date;
  readonly document: TaskDocument;
  readonly plan: Plan;
}

/** Before the approval the contributors are the declared input parties; before the release those of the sealed set. */
export function subjectOf(task: TaskLife, stage: Stage): Subject {
  const { document, plan } = task;
  return {
    stage,
    task: task.id,
    requester: task.proposal.payload.by,
    proposedAt: new Date(task.proposal.payload.at),
    document,
    plan,
    contributors: stage === 'approval' ? task.inputs : task.inputSet.map(({ payload }) => payload.by),
    asked: askedBy(document, plan.layout),
  };
}

/** When each phase ends: the proposal's time and a running sum of the declared lengths. */
export function deadlinesOf({
  document,
  proposedAt,
}: Subject): [approve: Date, collect: Date, release: Date] {
  const { approve, collect, release } = document.deadlines;
  const after = (start: Date, length: string) => new Date(start.getTime() + (milliseconds(length) ?? 0));
  const approveBy = after(proposedAt, approve);
  const collectBy = after(approveBy, collect);
  return [approveBy, collectBy, after(collectBy, release)];
}
