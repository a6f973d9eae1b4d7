/**
 * A key holder's own rules on which tasks it turns its key for, asked twice: before it approves, about the declared
 * task, and before it releases, about the inputs that came. What is decided is in the ledger before anything is said.
 */
import { StrongroomError } from '../proto/errors.ts';
import { CLOCK_SKEW_MS } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import type { Decision } from './journal.ts';
import type { Ledger } from './ledger.ts';
import { contextOf, taskEntity } from './policy/facts.ts';
import { concernsOf, historyOf, riskWords, shortId, type History } from './policy/history.ts';
import type { Rules, Ruling } from './policy/rules.ts';
import { subjectOf, type Subject } from './policy/subject.ts';

/** What a key holder decides by. */
export interface Policy {
  readonly rules: Rules;
  readonly ledger: Ledger;
  /** The name of the key holder. */
  readonly holder: string;
}

/** A verdict with all that led to it. */
export interface Verdict extends Ruling {
  /** Why, in words: the reasons of the policies that determined it, or that none permits it. */
  readonly reason: string;
  readonly history: History;
  /** What the comparison with earlier tasks has found, in words. */
  readonly risks: readonly string[];
}

/** The verdict of the rules on a task, whatever the operator says. */
export function judge(
  rules: Rules,
  subject: Subject,
  entries: Ledger['entries'],
  holder: string,
  now = new Date(),
): Verdict {
  const history = historyOf(subject, entries, now);
  const risks = riskWords(history);
  const ruling = rules.judge({
    requester: subject.requester,
    task: taskEntity(subject),
    context: contextOf(subject, history, holder, now),
  });
  return { ...ruling, reason: reasonOf(ruling, risks), history, risks };
}

/**
 * The decision on a task that waits for this key holder's approval; undefined where it waits for the operator.
 * A yes stands in the ledger when this returns, and stays. The operator's no needs no rule; the operator's yes
 * counts where the rules ask for it, and overrides none that forbids.
 */
export function decide(policy: Policy, task: TaskLife, operator: Decision | undefined): Decision | undefined {
  const { ledger, rules, holder } = policy;
  const now = new Date();
  if (Date.parse(task.proposal.payload.at) > now.getTime() + CLOCK_SKEW_MS) {
    return { verdict: 'reject', reason: 'The proposal is dated in the future' };
  }
  if (operator?.verdict === 'reject') return operator;
  if (ledger.entry(task.id) !== undefined) return { verdict: 'approve', reason: 'approved before' };
  const subject = subjectOf(task, 'approval');
  const verdict = judge(rules, subject, ledger.entries, holder, now);
  if (verdict.outcome === 'reject') return { verdict: 'reject', reason: verdict.reason };
  if (verdict.outcome === 'ask' && operator === undefined) return undefined;
  ledger.approve(task, now);
  if (operator !== undefined) ledger.accept(task.id, concernsOf(subject, verdict.history));
  return operator ?? { verdict: 'approve', reason: verdict.reason };
}

/**
 * The rules once more, on the inputs that have come: fewer than were declared are another question. The release
 * stands in the ledger when this returns. Throws POLICY_REFUSED where the rules forbid it, and where they ask for
 * the operator and the operator has not approved, or not in view of what there is to be seen now.
 */
export function requireRelease(
  { rules, ledger, holder }: Policy,
  task: TaskLife,
  operator: Decision | undefined,
): void {
  const now = new Date();
  const releasedAt = ledger.entry(task.id)?.releasedAt ?? null;
  if (releasedAt !== null) return;
  const subject = subjectOf(task, 'release');
  const { outcome, reason, risks, history } = judge(rules, subject, ledger.entries, holder, now);
  const refuse = (why: string) => new StrongroomError('POLICY_REFUSED', `Nothing is released: ${why}`);
  if (outcome === 'reject') throw refuse(reason);
  if (outcome === 'ask') {
    if (operator === undefined) throw refuse('the policy does not approve it by itself any more');
    const unseen = concernsOf(subject, history).filter((concern) => !ledger.isAccepted(task.id, concern));
    if (unseen.length > 0) throw refuse(`the operator has not approved this: ${risks.join('; ')}`);
  }
  ledger.release(task, now);
}

/** What the rules say to the operator about a task that has not been approved, and why. */
export function advise({ rules, ledger, holder }: Policy, task: TaskLife): Verdict {
  return judge(rules, subjectOf(task, 'approval'), ledger.entries, holder);
}

/** The verdict in words, for a terminal; it ends with a line break. */
export function describeVerdict({ outcome, reason, risks, history }: Verdict): string {
  const { tasks, byRequester, byRequesterOnDataSet, differencing: found } = history;
  const lines = [
    `${OUTCOMES[outcome]}: ${reason}`,
    `approved here in the last 30 days: ${tasks.month} tasks, ${byRequester.month} of this requester, ` +
      `${byRequesterOnDataSet.month} of them on this data set`,
    ...found.repeats.map((task) => `the same has been asked before, in task ${shortId(task)}`),
    ...risks.map((risk) => `DIFFERENCING RISK: ${risk}`),
  ];
  return ['What the policy of this key holder says', ...lines.map((line) => `  - ${line}`), ''].join('\n');
}

const OUTCOMES = {
  approve: 'approves by itself',
  ask: 'the operator decides',
  reject: 'rejects',
} as const;

function reasonOf({ outcome, determining, undecided }: Ruling, risks: readonly string[]): string {
  if (undecided !== undefined) return undecided;
  if (determining.length === 0) return 'no policy permits it';
  const effect = outcome === 'reject' ? 'forbid' : 'permit';
  const reasons = determining
    .filter((rule) => rule.effect === effect)
    .map(({ id, reason }) => (reason === undefined ? id : `${id}: ${reason}`));
  return reasons.join('; ').replaceAll('{differencing}', risks.join('; '));
}
