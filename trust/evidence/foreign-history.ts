/**
 * The aggregator let a document into the log whose signer had seen another log: the root that it names for so many
 * entries is not the one that the log has, or the log had fewer entries then. Whoever signed it was shown another
 * history, or says so falsely; either way an honest aggregator refuses the document, and the task has failed.
 *
 * Holds: proposal and document, and for a head of entries before it the root that the log has there, with the proof.
 * Discloses nothing beyond the log.
 */
import { equalBytes, hex, unhex } from '../digest.ts';
import { headsOf } from '../documents.ts';
import type { TaskLife } from '../life.ts';
import { verifyConsistency } from '../log/merkle.ts';
import type { Claim } from './claim.ts';
import { statementsAt, type Log } from './compose.ts';
import { at, unproven, type Evidence } from './form.ts';
import { EMPTY_ROOT } from './split-history.ts';
import type { Statements } from './statements.ts';

export type ForeignHistory = Extract<Evidence, { kind: 'foreign-history' }>;

/** The evidence against the entry at `index` of a task; undefined where the log contradicts no head in it. */
export function foreignHistory(log: Log, task: TaskLife, index: number): ForeignHistory | undefined {
  const { book } = log;
  const said = headsOf(book.open(log.entry(index)));
  const foreign = said.find(({ size, root }) => size > index || hex(book.follower.rootAt(size)) !== root);
  if (foreign === undefined) return undefined;
  const { size } = foreign;
  const own = (): ForeignHistory['own'] => ({
    root: hex(book.follower.rootAt(size)),
    consistency: size === 0 ? [] : book.follower.consistencyProof(size).map(hex),
  });
  return {
    ...statementsAt(log, task, [index]),
    kind: 'foreign-history',
    accused: task.aggregator,
    ...(size > index ? {} : { own: own() }),
  };
}

/** Throws EVIDENCE_INVALID unless the log contradicts the document. */
export function proveForeignHistory(
  { task, documents, places, head }: Statements,
  own: ForeignHistory['own'],
): Claim {
  const [document] = documents;
  const place = places[0] ?? 0;
  if (document === undefined || documents.length !== 1) {
    throw unproven('statements', 'one document beside the proposal is expected');
  }
  const heads = headsOf(document);
  const ahead = heads.find(({ size }) => size > place);
  if (own === undefined && ahead === undefined) {
    throw unproven('own', 'the document speaks of no more entries than stood before it');
  }
  if (own !== undefined) {
    const proof = at('own', () => own.consistency.map(unhex));
    const root = unhex(own.root);
    const isOwn = (size: number): boolean =>
      size === 0
        ? proof.length === 0 && equalBytes(root, EMPTY_ROOT)
        : verifyConsistency(size, head.size, proof, root, head.root);
    const said = heads.filter(({ size }) => size <= place && isOwn(size));
    if (said.length === 0) throw unproven('own', 'it is no root of the log at a size that is spoken of');
    if (said.every((one) => one.root === own.root)) throw unproven('the claim', 'the log has that root');
  }
  const { kind, payload } = document;
  const size = own === undefined ? ahead?.size : undefined;
  const what =
    size === undefined
      ? 'another history than that of the log'
      : `${size} entries of the log before entry ${place}`;
  const says = `${task.aggregator} let a ${kind} of ${payload.by} into the log that says to have seen ${what}`;
  return { accused: task.aggregator, task: task.id, code: 'LOG_INCONSISTENT', says };
}
