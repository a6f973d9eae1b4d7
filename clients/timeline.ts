/** How long each phase of a task took so far and how many bytes it put on the board, read off the signed documents. */
import { blobsOf, openDocument, type Kind } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import type { Board } from '../transport/board.ts';

export interface PhaseFigures {
  readonly phase: string;
  /** From the end of the phase before, by the clocks of the signers. */
  readonly ms: number;
  /** Documents and objects that were put on the board. */
  readonly bytes: number;
}

const PHASES: readonly { readonly phase: string; readonly kinds: readonly Kind[] }[] = [
  { phase: 'approve', kinds: ['proposal', 'approval'] },
  { phase: 'key ceremony', kinds: ['commitment', 'contribution', 'joint-key'] },
  { phase: 'link', kinds: ['linkage-key', 'linkage-request', 'linkage-answer', 'pseudonyms', 'match'] },
  { phase: 'collect', kinds: ['manifest'] },
  { phase: 'seal and evaluate', kinds: ['seal', 'evaluation'] },
  { phase: 'release', kinds: ['release'] },
  { phase: 'deliver', kinds: ['delivery'] },
  { phase: 'shred', kinds: ['shred'] },
];

export function timeline(board: Board, task: TaskLife): PhaseFigures[] {
  const documents = task.entries.map((index) => {
    const envelope = board.entry(index);
    const signed = openDocument(envelope, board.book.consortium.signingKeys);
    const objectBytes = blobsOf(signed).reduce((total, blob) => total + blob.size, 0);
    return {
      kind: signed.kind,
      at: Date.parse(signed.payload.at),
      bytes: envelope.length + objectBytes,
    };
  });
  let before = Date.parse(task.proposal.payload.at);
  return PHASES.flatMap(({ phase, kinds }) => {
    const own = documents.filter(({ kind }) => kinds.includes(kind));
    if (own.length === 0) return [];
    const end = Math.max(before, ...own.map(({ at }) => at));
    const ms = end - before;
    before = end;
    return [{ phase, ms, bytes: own.reduce((total, { bytes }) => total + bytes, 0) }];
  });
}
