/**
 * A party signed two different documents for one step of a task, where it may speak once.
 *
 * Holds: proposal and both documents. Discloses nothing beyond the log. Documents that differ in nothing but when they
 * were said, and having seen what, are one wording: two processes of a party may race to say the same.
 */
import { canonicalJson, equalBytes } from '../digest.ts';
import type { AnySigned } from '../documents.ts';
import type { Claim } from './claim.ts';
import { unproven } from './form.ts';
import type { Statements } from './statements.ts';

/** The step that a document is a wording of; undefined where a party may speak more than once. */
function stepOf({ kind, payload }: AnySigned): string | undefined {
  switch (kind) {
    case 'commitment':
    case 'contribution':
      return `${kind} of round ${payload.round}`;
    case 'approval':
    case 'linkage-key':
    case 'linkage-request':
    case 'pseudonyms':
    case 'match':
    case 'joint-key':
    case 'manifest':
    case 'seal':
    case 'evaluation':
    case 'release':
    case 'delivery':
      return kind;
    case 'linkage-answer':
      return `${kind} to ${payload.request}`;
    default:
      return undefined;
  }
}

/** Whether two documents are different wordings of one step by one party. */
export function areTwoWordings(one: AnySigned, other: AnySigned): boolean {
  const step = stepOf(one);
  if (step === undefined || step !== stepOf(other) || one.payload.by !== other.payload.by) return false;
  return !equalBytes(contentOf(one), contentOf(other));
}

/** What `about` tells people decides nothing. */
function contentOf({ payload }: AnySigned): Uint8Array {
  const { at: _at, seen: _seen, ...content } = payload;
  return canonicalJson('about' in content ? { ...content, about: '' } : content);
}

export function proveTwoWordings({ task, documents }: Statements): Claim {
  const [one, other] = documents;
  if (one === undefined || other === undefined || documents.length !== 2) {
    throw unproven('statements', 'two documents beside the proposal are expected');
  }
  if (!areTwoWordings(one, other)) {
    throw unproven('the claim', 'they are not two different wordings of one step by one party');
  }
  const { by } = one.payload;
  const says = `${by} signed two different documents as its ${stepOf(one) ?? ''}`;
  return { accused: by, task: task.id, code: 'DOCUMENT_CONFLICT', says };
}
