/** Checkpoints and the follower: an honest log is followed in any batches, and across restarts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Checkpoint, openCheckpoint, signCheckpoint } from '../../trust/log/checkpoint.ts';
import { LogFollower } from '../../trust/log/follower.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { MerkleTree, verifyConsistency, verifyInclusion } from '../../trust/log/merkle.ts';
import { newSigner } from '../fixtures/trust-parties.ts';

const origin = 'strongroom/test';
const operator = newSigner('aggregator');
const log = { origin, keys: new Map([[origin, operator.publicKey]]) };
const entries = Array.from({ length: 50 }, (_, index) => Uint8Array.of(index));
const tree = new MerkleTree(entries.map(leafOf));
const checkpointAt = (size: number): string =>
  signCheckpoint({ origin, size, root: tree.root(size) }, operator);

test('a checkpoint has the lines of its specification and is read back', () => {
  const note = checkpointAt(8);
  expect(note).toMatch(/^strongroom\/test\n8\n[A-Za-z0-9+/]{43}=\n\n— strongroom\/test [A-Za-z0-9+/]+=*\n$/);
  const expected: Checkpoint = { origin, size: 8, root: tree.root(8) };
  expect(openCheckpoint(note, origin, log.keys)).toEqual(expected);
});

test('lines of witnesses stand beside the signature of the log', () => {
  const witness = newSigner('holder-a');
  const [text, line] = checkpointAt(8).split('\n\n');
  const [, cosignature] = signCheckpoint({ origin: 'holder-a', size: 8, root: tree.root(8) }, witness).split(
    '\n\n',
  );
  const note = `${text ?? ''}\n\n${cosignature ?? ''}${line ?? ''}`;
  expect(openCheckpoint(note, origin, log.keys).size).toBe(8);
});

test('a line of another key under the name of the log is ignored, as while keys are changed', () => {
  const checkpoint = { origin, size: 8, root: tree.root(8) };
  const [text, line] = checkpointAt(8).split('\n\n');
  const [, next] = signCheckpoint(checkpoint, newSigner('aggregator')).split('\n\n');
  expect(openCheckpoint(`${text ?? ''}\n\n${next ?? ''}${line ?? ''}`, origin, log.keys)).toEqual(checkpoint);
});

test('in whatever batches the entries come, every root on the way is known', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50 })), (cuts) => {
      const follower = new LogFollower({ log });
      for (const size of cuts.sort((a, b) => a - b)) {
        follower.extend(entries.slice(follower.size, size), checkpointAt(size));
        expect(follower.checkpoint).toBe(checkpointAt(size));
      }
      for (let size = 0; size <= follower.size; size += 1)
        expect(follower.rootAt(size)).toEqual(tree.root(size));
    }),
    { numRuns: 30 },
  );
});

test('a follower proves to others what it has verified', () => {
  const follower = new LogFollower({ log });
  follower.extend(entries, checkpointAt(50));
  const leaf = leafOf(entries[11] ?? new Uint8Array());
  expect(verifyInclusion(leaf, 11, 50, follower.inclusionProof(11), tree.root())).toBe(true);
  expect(verifyConsistency(11, 50, follower.consistencyProof(11), tree.root(11), tree.root())).toBe(true);
});

test('the same checkpoint again, without entries, changes nothing', () => {
  const follower = new LogFollower({ log });
  follower.extend(entries.slice(0, 5), checkpointAt(5));
  follower.extend([], checkpointAt(5));
  expect(follower.size).toBe(5);
});
