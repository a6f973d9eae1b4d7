/** Two histories of one log: whoever has verified one and is shown a checkpoint of the other can prove it, always. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { verifyEvidenceFile } from '../../clients/evidence-file.ts';
import { HistoryGuard } from '../../transport/history-guard.ts';
import { TaskBook } from '../../trust/book.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { base64 } from '../../trust/digest.ts';
import type { Log } from '../../trust/evidence/compose.ts';
import { evidenceText, parseEvidence, verifyEvidence } from '../../trust/evidence.ts';
import { splitHistory } from '../../trust/evidence/split-history.ts';
import { signerOf } from '../../trust/identity.ts';
import { signCheckpoint } from '../../trust/log/checkpoint.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { LogFollower } from '../../trust/log/follower.ts';
import { MerkleTree } from '../../trust/log/merkle.ts';
import { newConsortium, newParties, newSigner, refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-split-'));
afterAll(() => rmSync(folder, { recursive: true }));
let folders = 0;
const newFolder = (): string => join(folder, `evidence-${folders++}`);

const parties = await newParties();
const [aggregator] = parties;
if (aggregator === undefined) throw new Error('no aggregator');
const operator = signerOf(aggregator);
const first = newConsortium(parties);
const consortium = openConsortium(first);
const { origin } = consortium.log;
const pinned = consortium.digest;

/** The consortium document and 32 entries, the same as everybody's up to `fork`. */
const history = (fork: number): Uint8Array[] =>
  Array.from({ length: 33 }, (_, i) =>
    i === 0 ? first : new TextEncoder().encode(i < fork ? `entry ${i}` : `other ${i}`),
  );
const honest = history(33);

function checkpointOf(entries: readonly Uint8Array[], size: number, by = operator): string {
  return signCheckpoint({ origin, size, root: new MerkleTree(entries.map(leafOf)).root(size) }, by);
}

function followerOf(entries: readonly Uint8Array[], size: number): LogFollower {
  const follower = new LogFollower(consortium);
  follower.extend(entries.slice(0, size), checkpointOf(entries, size));
  return follower;
}

function logOf(entries: readonly Uint8Array[], size: number): Log {
  const book = new TaskBook(consortium);
  book.read(entries.slice(0, size), checkpointOf(entries, size));
  return { book, entry: (index) => entries[index] ?? new Uint8Array() };
}

const guardOf = (size: number, evidence: string): HistoryGuard =>
  new HistoryGuard(logOf(honest, size), pinned, evidence);

const sizes = fc.record({
  fork: fc.integer({ min: 1, max: 32 }),
  held: fc.integer({ min: 1, max: 33 }),
  shown: fc.integer({ min: 1, max: 33 }),
});

test('there is evidence exactly where the two trees differ, and it verifies from its bytes alone', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ({ fork, held, shown }) => {
      const evidence = splitHistory(followerOf(honest, held), first, checkpointOf(history(fork), shown));
      expect(evidence !== undefined).toBe(shown <= held && shown > fork);
      if (evidence === undefined) return;
      const read = parseEvidence(Buffer.from(evidenceText(evidence)));
      const { accused, code, says } = await verifyEvidence(read, { pinned });
      expect([accused, code]).toEqual(['aggregator', 'LOG_INCONSISTENT']);
      expect(says).toContain(`heads of ${held} and of ${shown} entries`);
    }),
  );
});

test('an empty tree with another root than that of no entries is a history of its own', async () => {
  const empty = signCheckpoint({ origin, size: 0, root: new Uint8Array(32).fill(7) }, operator);
  const evidence = splitHistory(followerOf(honest, 20), first, empty);
  if (evidence === undefined) throw new Error('evidence');
  expect(await verifyEvidence(evidence, { pinned })).toMatchObject({ code: 'LOG_INCONSISTENT' });
  expect(splitHistory(followerOf(honest, 20), first, checkpointOf(honest, 0))).toBeUndefined();
});

test('two checkpoints of one history are proof of nothing, whatever proof stands between them', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ({ held, shown }) => {
      const [small, large] = [Math.min(held, shown), Math.max(held, shown)];
      const tree = new MerkleTree(honest.map(leafOf));
      const digits = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
      const consistency = small === large ? [] : tree.consistencyProof(small, large).map(digits);
      for (const root of [digits(tree.root(small)), 'ab'.repeat(32)]) {
        for (const proof of [consistency, []]) {
          const evidence = {
            strongroom: 'evidence/1',
            kind: 'split-history',
            accused: 'aggregator',
            consortium: base64(first),
            held: checkpointOf(honest, large),
            shown: checkpointOf(honest, small),
            root,
            consistency: proof,
          } as const;
          await refusal(() => verifyEvidence(evidence, { pinned }), 'EVIDENCE_INVALID');
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('no altered byte of it proves anything else', async () => {
  const evidence = splitHistory(followerOf(honest, 30), first, checkpointOf(history(5), 12));
  if (evidence === undefined) throw new Error('evidence');
  const bytes = Buffer.from(evidenceText(evidence));
  // A signature of the consortium document that is not asked for proves nothing, and spoils nothing.
  const from = bytes.indexOf('"consortium"');
  const to = bytes.indexOf('"held"');
  for (const index of Array.from(bytes.keys()).filter((i) => (i < from || i > to) && i % 3 === 0)) {
    const altered = Buffer.from(bytes);
    altered[index] = (altered[index] ?? 0) ^ 1;
    await refusal(() => verifyEvidence(parseEvidence(altered), { pinned }), 'EVIDENCE_INVALID');
  }
});

test('what the log has not signed proves nothing', async () => {
  const forged = checkpointOf(history(5), 12, newSigner('impostor'));
  await refusal(() => splitHistory(followerOf(honest, 30), first, forged), 'SIGNATURE_INVALID');
  const guard = guardOf(30, newFolder());
  expect([guard.examine(forged), guard.examine('no note'), guard.evidence]).toEqual([
    false,
    false,
    undefined,
  ]);
  guard.requireOneHistory();
});

test.each([
  ['a shorter one', 20, 12],
  ['one of the same length', 20, 20],
  ['a longer one', 20, 33],
  ['a longer one than a power of two', 16, 33],
])(
  'a second copy of the log, %s, proves that it is another; the proof is found again',
  async (_name, own, end) => {
    const evidence = newFolder();
    const guard = guardOf(own, evidence);
    const other = history(7);
    await guard.compare(
      (async function* () {
        for (let size = 3; size <= end; size += 3) {
          yield { entries: other.slice(size - 3, size), checkpoint: checkpointOf(other, size) };
          await Promise.resolve();
        }
      })(),
    );
    await refusal(() => guard.requireOneHistory(), 'LOG_INCONSISTENT');
    expect(readdirSync(evidence)).toHaveLength(1);
    expect(await verifyEvidenceFile(guard.evidence ?? '', pinned)).toMatchObject({ kind: 'split-history' });
    const again = guardOf(own, evidence);
    expect(again.evidence).toBe(guard.evidence);
    await refusal(() => again.requireOneHistory(), 'LOG_INCONSISTENT');
  },
);

test('a second copy of the same history proves nothing', async () => {
  const guard = guardOf(20, newFolder());
  await guard.compare(
    (async function* () {
      yield { entries: honest, checkpoint: checkpointOf(honest, 33) };
      await Promise.resolve();
    })(),
  );
  guard.requireOneHistory();
  expect(guard.evidence).toBeUndefined();
});
