/** What evidence about somebody's statements rests on: entries of a verified log, each with its proof of inclusion. */
import type { TaskBook } from '../book.ts';
import { base64, hex, sha256Hex } from '../digest.ts';
import type { TaskLife } from '../life.ts';
import { stripCosignatures } from './bare-checkpoint.ts';
import type { Entry } from './form.ts';

/** A log as somebody holds it who has verified it. */
export interface Log {
  readonly book: TaskBook;
  /** The envelope at this index. Throws NOT_FOUND. */
  entry(index: number): Uint8Array;
}

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
