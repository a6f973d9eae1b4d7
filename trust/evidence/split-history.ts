/**
 * The log's operator signed two histories: two heads of which the larger one does not extend the smaller one.
 *
 * At one size, two roots say it by themselves. At two sizes, a proof goes with them that the larger tree begins with
 * another root than the smaller head names: RFC 6962 §2.1.2 binds that root to the larger one. So whoever has the
 * log's key can check it, and nobody but the log's operator can have brought it about.
 *
 * Holds: both heads, the consortium document with the log's key, and a proof of which root the larger head has at the
 * size of the smaller one. Discloses nothing of what the log holds.
 */
import { openConsortium, type Consortium } from '../consortium.ts';
import { base64, equalBytes, hex, sha256, unbase64, unhex } from '../digest.ts';
import { openCheckpoint } from '../log/checkpoint.ts';
import type { LogFollower } from '../log/follower.ts';
import { verifyConsistency } from '../log/merkle.ts';
import { bareCheckpoint, stripCosignatures } from './bare-checkpoint.ts';
import type { Claim } from './claim.ts';
import { at, unproven, type Evidence } from './form.ts';
import { requirePinned } from './statements.ts';

export type SplitHistory = Extract<Evidence, { kind: 'split-history' }>;

/**
 * The evidence where `shown`, a checkpoint that the log has signed, is not of the history that `follower` has
 * verified; undefined where it is, or where it is of more entries than the follower has. `first` is entry 0 of the
 * log, the consortium document. Throws as `openCheckpoint` does.
 */
export function splitHistory(
  follower: LogFollower,
  first: Uint8Array,
  shown: string,
): SplitHistory | undefined {
  const { log, aggregator } = openConsortium(first);
  const { size, root } = openCheckpoint(shown, log.origin, log.keys);
  if (follower.checkpoint === undefined || size > follower.size) return undefined;
  const own = follower.rootAt(size);
  if (equalBytes(own, root)) return undefined;
  return {
    strongroom: 'evidence/1',
    kind: 'split-history',
    accused: aggregator.party,
    consortium: base64(first),
    held: stripCosignatures(follower.checkpoint, log),
    shown: stripCosignatures(shown, log),
    root: hex(own),
    consistency: size === 0 ? [] : follower.consistencyProof(size).map(hex),
  };
}

/** Verifies that the log has signed two histories. Throws EVIDENCE_INVALID naming the part at which it fails. */
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
  if (shown.size > held.size) throw unproven('shown', 'it is not the smaller one');
  const proof = at('consistency', () => evidence.consistency.map(unhex));
  const shows =
    shown.size === 0
      ? proof.length === 0 && equalBytes(root, EMPTY_ROOT)
      : verifyConsistency(shown.size, held.size, proof, root, held.root);
  if (!shows) throw unproven('consistency', `it does not show the root of the first ${shown.size} entries`);
  if (equalBytes(root, shown.root)) throw unproven('the claim', 'the two heads are of one history');
  const accused = consortium.aggregator.party;
  const says = `${accused} signed two histories of the log: heads of ${held.size} and of ${shown.size} entries that contradict each other`;
  return { claim: { accused, code: 'LOG_INCONSISTENT', says }, consortium };
}

/** The empty tree has one root for every log, RFC 6962 §2.1. */
export const EMPTY_ROOT = sha256(new Uint8Array());
