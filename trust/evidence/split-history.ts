/**
 * The log's operator signed two histories: two heads of which the larger one does not extend the smaller one.
 *
 * Holds: both heads, the consortium document with the log's key, and a proof of which root the larger head has at the
 * size of the smaller one. Discloses nothing of what the log holds.
 */
import { openConsortium, type Consortium } from '../consortium.ts';
import { equalBytes, unbase64, unhex } from '../digest.ts';
import { openCheckpoint } from '../log/checkpoint.ts';
import { verifyConsistency } from '../log/merkle.ts';
import { bareCheckpoint } from './bare-checkpoint.ts';
import type { Claim } from './claim.ts';
import { at, unproven, type Evidence } from './form.ts';
import { requirePinned } from './statements.ts';

type SplitHistory = Extract<Evidence, { kind: 'split-history' }>;

export function proveSplitHistory(
  evidence: SplitHistory,
  pinned: string | undefined,
): { claim: Claim; consortium: Consortium } {
  const consortium = at('consortium', () => openConsortium(unbase64(evidence.consortium)));
  requirePinned([consortium], pinned);
  const { log } = consortium;
  const open = (note: string) => openCheckpoint(bareCheckpoint(note, log), log.origin, log.keys);
  const held = at('held', () => open(evidence.held));
  const shown = at('shown', () => open(evidence.shown));
  const root = unhex(evidence.root);
  if (shown.size === 0 || shown.size > held.size)
    throw unproven('shown', 'it is not the smaller one, or empty');
  const proof = at('consistency', () => evidence.consistency.map(unhex));
  if (!verifyConsistency(shown.size, held.size, proof, root, held.root)) {
    throw unproven('consistency', `it does not show the root of the first ${shown.size} entries`);
  }
  if (equalBytes(root, shown.root)) throw unproven('the claim', 'the two heads are of one history');
  const accused = consortium.aggregator.party;
  const says = `${accused} signed two histories of the log: heads of ${held.size} and of ${shown.size} entries that contradict each other`;
  return { claim: { accused, code: 'LOG_INCONSISTENT', says }, consortium };
}
