/**
 * Which party of a task may fetch which of its objects: those that must check or open it, and nobody else.
 *
 * This is the aggregator's own discipline and no part of the trust argument. It means that whoever would misuse
 * another party's ciphertext needs the aggregator, a key holder or a controller on its side.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { Kind } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';

type Role = 'input' | 'processing' | 'output' | 'controllers';

/** By the kind of the document that names the object. */
const READERS: Readonly<Partial<Record<Kind, readonly Role[]>>> = {
  contribution: ['processing', 'controllers'],
  'joint-key': ['processing', 'controllers', 'input', 'output'],
  'linkage-request': ['processing', 'controllers'],
  'linkage-answer': ['input', 'controllers'],
  pseudonyms: ['input', 'processing', 'controllers'],
  manifest: ['processing', 'controllers'],
  evaluation: ['processing', 'controllers', 'output'],
  release: ['output', 'controllers'],
};

/**
 * Throws NOT_FOUND for an object that no document in the log names, and NOT_AUTHORISED unless the party has a
 * role in a task that may read it there.
 */
export function checkReader(tasks: Iterable<TaskLife>, digest: string, party: string): void {
  let named = false;
  for (const task of tasks) {
    const kind = task.blobs.get(digest);
    if (kind === undefined) continue;
    named = true;
    const { parties } = task.document;
    if ((READERS[kind] ?? []).some((role) => [parties[role]].flat().includes(party))) return;
  }
  if (!named) throw new StrongroomError('NOT_FOUND', `No document in the log names the object ${digest}.`);
  throw new StrongroomError('NOT_AUTHORISED', `${party} has no part in a task that may read ${digest}.`, {
    details: { party },
  });
}
