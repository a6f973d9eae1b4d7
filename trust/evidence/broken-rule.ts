/**
 * `rule-broken`: the aggregator put a document into the log that the rules refuse at that place; `false-seal`: a seal
 * of its own.
 *
 * Holds: the log up to the entry, replayed here. Discloses the log, which every party of the consortium reads, with
 * all its task documents.
 */
import type { ErrorCode } from '../../proto/errors.ts';
import type { TaskBook } from '../book.ts';
import type { Claim } from './claim.ts';
import { unproven } from './form.ts';

interface Refused {
  readonly task?: string;
  readonly kind?: string;
  readonly by?: string;
  readonly code: ErrorCode;
  readonly why: string;
}

export function proveBrokenRule(book: TaskBook, kind: 'rule-broken' | 'false-seal', index: number): Claim {
  const refused = refusedAt(book, index);
  if (refused === undefined) throw unproven('entry', `entry ${index} stands in the log by right`);
  const accused = book.consortium.aggregator.party;
  const isSeal = isFalseSeal(refused, accused);
  if (isSeal !== (kind === 'false-seal')) {
    throw unproven('kind', `entry ${index} is ${isSeal ? '' : 'not '}a seal of ${accused}`);
  }
  const what = refused.kind === undefined ? 'bytes' : `a ${refused.kind} of ${refused.by ?? 'nobody'}`;
  const says = isSeal
    ? `${accused} sealed falsely at entry ${index}: ${refused.why}`
    : `${accused} let ${what} into the log at entry ${index}: ${refused.why}`;
  return { accused, code: refused.code, says, ...(refused.task === undefined ? {} : { task: refused.task }) };
}

/** Whether what was refused is a seal of the aggregator, rather than a document that it should have refused. */
export function isFalseSeal({ kind, by }: { kind?: string; by?: string }, aggregator: string): boolean {
  return kind === 'seal' && by === aggregator;
}

function refusedAt(book: TaskBook, index: number): Refused | undefined {
  const stray = book.strays.find((entry) => entry.index === index);
  if (stray !== undefined) return stray;
  for (const task of book.tasks.values()) {
    const ignored = task.ignored.find((entry) => entry.index === index);
    if (ignored !== undefined) return { ...ignored, task: task.id };
  }
  return undefined;
}
