/** What the operator of a key holder can ask and say, on its own machine. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describePlan } from '../statistics/describe.ts';
import type { Board } from '../transport/board.ts';
import type { KeyHolderAdminMethods } from '../transport/contract.ts';
import type { ApproveResponse } from '../transport/messages.ts';
import type { Handlers } from '../transport/server.ts';
import { summary } from '../trust/summary.ts';
import type { TaskLife } from '../trust/life.ts';
import type { Decision, Journal } from './journal.ts';
import type { KeyHolder } from './key-holder.ts';
import { advise, describeVerdict, type Policy } from './policy.ts';

/** A decision is durable before it is acted upon: nobody is kept waiting by an aggregator that is away. */
const ACT_LIMIT_MS = 3_000;

/** `attend` has the daemon act on a task; it resolves when that has been tried. */
export function adminHandlers(
  holder: KeyHolder,
  board: Board,
  policy: Policy,
  journal: Journal,
  attend: (task: TaskLife) => Promise<void>,
): Handlers<KeyHolderAdminMethods> {
  const decide = async (id: string, decision: Decision): Promise<ApproveResponse> => {
    const task = board.book.task(id);
    holder.decide(task, decision);
    await Promise.race([attend(task), sleep(ACT_LIMIT_MS, undefined, { ref: false })]);
    return {};
  };
  const isUndecided = (task: TaskLife): boolean =>
    (task.phase === 'PROPOSED' || task.phase === 'APPROVING') &&
    !task.approvals.has(holder.name) &&
    journal.decision(task.id) === undefined;
  const waitingFor = (task: TaskLife): string =>
    isUndecided(task) && advise(policy, task).outcome === 'ask' ? 'your decision' : '';
  return {
    List: () => ({
      tasks: [...board.book.tasks.values()]
        .filter((task) => task.holders.includes(holder.name))
        .reverse()
        .map((task) => ({
          task: task.id,
          title: task.document.title,
          state: task.phase,
          waitingFor: waitingFor(task),
        })),
    }),
    Show: ({ task: id }) => {
      const task = board.book.task(id);
      const plan = describePlan(task.document, task.plan);
      const state = Buffer.from(JSON.stringify({ ...summary(task), waitingFor: waitingFor(task) }));
      const advice = isUndecided(task) ? `\n${describeVerdict(advise(policy, task))}` : '';
      return { plan: `${plan}${advice}`, state };
    },
    Approve: ({ task }) => decide(task, { verdict: 'approve', reason: 'the operator approved' }),
    Reject: ({ task, reason }) =>
      decide(task, { verdict: 'reject', reason: reason || 'the operator rejected' }),
    Status: async () => ({
      party: holder.name,
      connected: await board.isConnected(),
      logSize: board.book.follower.size,
    }),
  };
}
