/** What evidence about somebody's statements rests on: entries of the verified log, each with its proof of inclusion. */
import { base64, hex, sha256Hex } from '../trust/digest.ts';
import { stripCosignatures } from '../trust/evidence/bare-checkpoint.ts';
import type { Entry } from '../trust/evidence/form.ts';
import type { TaskLife } from '../trust/life.ts';
import type { Board } from '../transport/board.ts';

export type Log = Pick<Board, 'book' | 'entry'>;

/** The documents of a task with these digests, in log order, behind its proposal. */
export function statements(log: Log, task: TaskLife, documents: readonly string[]) {
  const wanted = new Set(documents);
  return statementsAt(
    log,
    task,
    task.entries.filter((index) => wanted.has(sha256Hex(log.entry(index)))),
  );
}

/** The same for entries at these positions, whether or not they count. */
export function statementsAt(log: Log, task: TaskLife, indices: readonly number[]) {
  const { book } = log;
  const proposal = task.entries.slice(0, 1);
  const entry = (index: number): Entry => ({
    index,
    envelope: base64(log.entry(index)),
    inclusion: book.follower.inclusionProof(index).map(hex),
  });
  return {
    strongroom: 'evidence/1',
    checkpoint: stripCosignatures(book.follower.checkpoint ?? '', book.consortium.log),
    consortium: book.consortiumIndicesOf(task).map(entry),
    statements: [...proposal, ...indices].map(entry),
    objects: {},
  } as const;
}
