/** Two histories of one log: whoever has verified one and is shown a checkpoint of the other can prove it, always. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { HistoryGuard } from '../../transport/history-guard.ts';
import { signCheckpoint } from '../../trust/log/checkpoint.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { LogFollower } from '../../trust/log/follower.ts';
import { MerkleTree } from '../../trust/log/merkle.ts';
import {
  encodeSplitHistory,
  parseSplitHistory,
  splitHistory,
  verifySplitHistory,
} from '../../trust/log/split-history.ts';
import { newSigner, refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-split-'));
afterAll(() => rmSync(folder, { recursive: true }));
let folders = 0;
const newFolder = (): string => join(folder, `evidence-${folders++}`);

const origin = 'strongroom/test';
const operator = newSigner('aggregator');
const log = { origin, keys: new Map([[origin, operator.publicKey]]) };

/** 33 entries, the same as everybody's up to `fork`. */
const history = (fork: number): Uint8Array[] =>
  Array.from({ length: 33 }, (_, i) => new TextEncoder().encode(i < fork ? `entry ${i}` : `other ${i}`));
const honest = history(33);

function checkpointOf(entries: readonly Uint8Array[], size: number, by = operator): string {
  return signCheckpoint({ origin, size, root: new MerkleTree(entries.map(leafOf)).root(size) }, by);
}

function followerOf(entries: readonly Uint8Array[], size: number): LogFollower {
  const follower = new LogFollower({ log });
  follower.extend(entries.slice(0, size), checkpointOf(entries, size));
  return follower;
}

const sizes = fc.record({
  fork: fc.nat(32),
  held: fc.integer({ min: 1, max: 33 }),
  shown: fc.integer({ min: 1, max: 33 }),
});

test('there is a proof exactly where the two trees differ, and it verifies from its bytes and the log’s key', () => {
  fc.assert(
    fc.property(sizes, ({ fork, held, shown }) => {
      const record = splitHistory(followerOf(honest, held), log, checkpointOf(history(fork), shown));
      expect(record !== undefined).toBe(shown <= held && shown > fork);
      if (record === undefined) return;
      const [smaller, larger] = verifySplitHistory(parseSplitHistory(encodeSplitHistory(record)), log);
      expect([smaller.size, larger.size]).toEqual([shown, held]);
    }),
  );
});

test('two checkpoints of one history are proof of nothing, whatever proof stands between them', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ({ held, shown }) => {
      const [small, large] = [Math.min(held, shown), Math.max(held, shown)];
      const tree = new MerkleTree(honest.map(leafOf));
      const digits = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
      const between = {
        root: digits(tree.root(small)),
        consistency: tree.consistencyProof(small, large).map(digits),
      };
      for (const prefix of [undefined, between, { ...between, root: 'ab'.repeat(32) }]) {
        const record = {
          strongroom: 'split-history/1' as const,
          checkpoints: [checkpointOf(honest, small), checkpointOf(honest, large)] as [string, string],
          ...(prefix === undefined ? {} : { prefix }),
        };
        await refusal(() => verifySplitHistory(record, log), 'DOCUMENT_INVALID');
      }
    }),
    { numRuns: 50 },
  );
});

test('no altered byte of a proof proves anything else', async () => {
  const record = splitHistory(followerOf(honest, 30), log, checkpointOf(history(5), 12));
  if (record === undefined) throw new Error('a proof');
  const bytes = encodeSplitHistory(record);
  const heads = verifySplitHistory(record, log);
  for (const index of bytes.keys()) {
    const altered = bytes.slice();
    altered[index] = (altered[index] ?? 0) ^ 1;
    await refusal(
      () => expect(verifySplitHistory(parseSplitHistory(altered), log)).not.toEqual(heads),
      'DOCUMENT_INVALID',
      'SIGNATURE_INVALID',
    );
  }
});

test('what the log has not signed proves nothing', async () => {
  const impostor = newSigner('impostor');
  const forged = checkpointOf(history(5), 12, impostor);
  await refusal(() => splitHistory(followerOf(honest, 30), log, forged), 'SIGNATURE_INVALID');
  const guard = new HistoryGuard(followerOf(honest, 30), log, newFolder());
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
    const follower = followerOf(honest, own);
    const guard = new HistoryGuard(follower, log, evidence);
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
    const again = new HistoryGuard(follower, log, evidence);
    expect(again.evidence).toBe(guard.evidence);
    await refusal(() => again.requireOneHistory(), 'LOG_INCONSISTENT');
  },
);

test('a second copy of the same history proves nothing', async () => {
  const guard = new HistoryGuard(followerOf(honest, 20), log, newFolder());
  await guard.compare(
    (async function* () {
      yield { entries: honest, checkpoint: checkpointOf(honest, 33) };
      await Promise.resolve();
    })(),
  );
  guard.requireOneHistory();
  expect(guard.evidence).toBeUndefined();
});
