/**
 * Proof that a log has two histories: two checkpoints that it signed and that no consistency proof can join.
 *
 * At one size, two roots say it by themselves. At two sizes, a proof goes with them that the larger tree begins
 * with another root than the smaller checkpoint names: RFC 6962 §2.1.2 binds that root to the larger one. So
 * whoever has the log's key can check it, offline, and nobody but the log's operator can have brought it about.
 */
import * as z from 'zod';
import { StrongroomError } from '../../proto/errors.ts';
import { canonicalJson, equalBytes, hex, parseCanonicalJson, sha256, unhex } from '../digest.ts';
import { type Checkpoint, type LogIdentity, openCheckpoint } from './checkpoint.ts';
import type { LogFollower } from './follower.ts';
import { verifyConsistency } from './merkle.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const SplitHistory = z.strictObject({
  strongroom: z.literal('split-history/1'),
  /** The smaller tree first, as the log signed them. */
  checkpoints: z.tuple([z.string().max(100_000), z.string().max(100_000)]),
  /** Where the sizes differ: the root that the larger tree had at the smaller size, and PROOF(smaller) from there. */
  prefix: z.strictObject({ root: digest, consistency: z.array(digest).max(64) }).optional(),
});
export type SplitHistory = z.infer<typeof SplitHistory>;

/** Reads the form of a record; nothing is verified yet. Throws DOCUMENT_INVALID. */
export function parseSplitHistory(bytes: Uint8Array): SplitHistory {
  const parsed = SplitHistory.safeParse(parseCanonicalJson(bytes));
  if (parsed.success) return parsed.data;
  throw unproven(`it is malformed at ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
}

export function encodeSplitHistory(record: SplitHistory): Uint8Array {
  return canonicalJson(record);
}

/**
 * The record where `shown`, a checkpoint that the log has signed, is not of the history that `follower` has verified;
 * undefined where it is, or where it is of more entries than the follower has.
 * Throws as `openCheckpoint` does.
 */
export function splitHistory(
  follower: LogFollower,
  log: LogIdentity,
  shown: string,
): SplitHistory | undefined {
  const { size, root } = openCheckpoint(shown, log.origin, log.keys);
  const { checkpoint: held } = follower;
  if (held === undefined || size > follower.size) return undefined;
  const own = follower.rootAt(size);
  if (equalBytes(own, root)) return undefined;
  const record = { strongroom: 'split-history/1', checkpoints: [shown, held] } as const;
  if (size === follower.size || size === 0) return { ...record, checkpoints: [shown, held] };
  const consistency = follower.consistencyProof(size).map(hex);
  return { ...record, checkpoints: [shown, held], prefix: { root: hex(own), consistency } };
}

/**
 * Verifies that the log has signed two histories, and returns its two heads.
 * Throws DOCUMENT_INVALID saying why the record proves nothing; SIGNATURE_INVALID where the log has not signed both.
 */
export function verifySplitHistory(
  { checkpoints, prefix }: SplitHistory,
  log: LogIdentity,
): readonly [Checkpoint, Checkpoint] {
  const [first, second] = checkpoints;
  const smaller = openCheckpoint(first, log.origin, log.keys);
  const larger = openCheckpoint(second, log.origin, log.keys);
  if (smaller.size > larger.size) throw unproven('the smaller checkpoint does not stand first');
  if ((prefix === undefined) !== (smaller.size === larger.size || smaller.size === 0)) {
    throw unproven('a proof stands between trees of different sizes, and nowhere else');
  }
  const root = prefix === undefined ? rootWithoutProof(smaller, larger) : unhex(prefix.root);
  if (prefix !== undefined) {
    const proof = prefix.consistency.map(unhex);
    if (!verifyConsistency(smaller.size, larger.size, proof, root, larger.root)) {
      throw unproven('the larger tree does not begin with the root that is said');
    }
  }
  if (equalBytes(root, smaller.root)) throw unproven('the larger tree extends the smaller one');
  return [smaller, larger];
}

/** The empty tree has one root for every log. */
function rootWithoutProof(smaller: Checkpoint, larger: Checkpoint): Uint8Array {
  return smaller.size === larger.size ? larger.root : sha256(new Uint8Array());
}

function unproven(why: string): StrongroomError {
  return new StrongroomError('DOCUMENT_INVALID', `The record proves no second history: ${why}.`);
}
