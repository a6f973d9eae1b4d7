/** Evidence from the whole log up to a checkpoint, replayed as every process replays it. */
import { TaskBook } from '../book.ts';
import { openConsortium } from '../consortium.ts';
import { unbase64 } from '../digest.ts';
import { bareCheckpoint } from './bare-checkpoint.ts';
import { at, unproven } from './form.ts';
import { requirePinned } from './statements.ts';

/** The book after the last entry. Throws EVIDENCE_INVALID unless the entries hash to the signed checkpoint. */
export function replayHistory(
  { history, checkpoint }: { readonly history: readonly string[]; readonly checkpoint: string },
  pinned: string | undefined,
): TaskBook {
  const entries = at('history', () => history.map(unbase64));
  const first = at('history', () => openConsortium(entries[0] ?? new Uint8Array()));
  const note = at('checkpoint', () => bareCheckpoint(checkpoint, first.log));
  const book = new TaskBook(first);
  at('history', () => book.read(entries, note));
  requirePinned(book.consortia, pinned);
  if (book.follower.size !== entries.length) throw unproven('history', 'it has another length than its head');
  return book;
}
