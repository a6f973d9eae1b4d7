/** The key holder's own rules on which tasks it turns its key for. Nothing is approved unless a rule says so. */
import type { TaskLife } from '../trust/life.ts';
import type { Decision } from './journal.ts';

/**
 * `operator`: a person decides each task, with `strongroom approve`. `automatic`: every task that passes the
 * checks is approved; for throw-away networks, where nobody's data but the user's own is at stake.
 */
export interface Policy {
  readonly approve: 'operator' | 'automatic';
}

/** How far another party's clock may run ahead of ours. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** The verdict on a task; undefined where it waits for the operator. */
export function decide(policy: Policy, task: TaskLife, operator: Decision | undefined): Decision | undefined {
  if (Date.parse(task.proposal.payload.at) > Date.now() + CLOCK_SKEW_MS) {
    return { verdict: 'reject', reason: 'The proposal is dated in the future' };
  }
  if (operator !== undefined) return operator;
  return policy.approve === 'automatic' ? { verdict: 'approve', reason: 'automatic' } : undefined;
}
