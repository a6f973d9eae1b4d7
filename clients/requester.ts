/** Proposing a task, and cancelling one's own. */
import { randomBytes } from 'node:crypto';
import { signDocument } from '../trust/documents.ts';
import type { TaskDocument } from '../statistics/task.ts';
import { signerOf } from '../trust/identity.ts';
import type { TaskLife } from '../trust/life.ts';
import type { Session } from './session.ts';

/**
 * Proposes a task to the consortium. The fresh nonce makes its id, and with it the common reference
 * polynomials of its key, unlike those of every other task.
 */
export async function propose(session: Session, document: TaskDocument): Promise<TaskLife> {
  const { board, profile } = session;
  const envelope = signDocument(
    'proposal',
    {
      by: session.name,
      at: new Date().toISOString(),
      seen: board.book.seen,
      consortium: board.book.consortium.digest,
      nonce: randomBytes(32).toString('hex'),
      document,
    },
    signerOf(profile.identity),
  );
  const index = await board.append(envelope);
  await session.catchUp(index);
  return [...board.book.tasks.values()].find((task) => task.entries[0] === index) ?? missing(index);
}

function missing(index: number): never {
  throw new Error(`the proposal at entry ${index} opened no task`);
}

/** Ends a task that this party has proposed. */
export async function cancel(session: Session, task: TaskLife, reason: string): Promise<void> {
  const content = { outcome: 'cancelled', code: 'TASK_ENDED', detail: reason } as const;
  await session.catchUp(await session.board.append(session.sign(task, 'abort', content)));
}
