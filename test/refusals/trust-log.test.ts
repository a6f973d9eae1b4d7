/** A log that lies: altered checkpoints, altered entries, two histories, a shorter history. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCheckpoint, signCheckpoint } from '../../trust/log/checkpoint.ts';
import { LogFollower } from '../../trust/log/follower.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { MerkleTree } from '../../trust/log/merkle.ts';
import { openNote, signNote } from '../../trust/log/signed-note.ts';
import { newSigner, refusal } from '../fixtures/trust-parties.ts';

const origin = 'strongroom/test';
const operator = newSigner('aggregator');
const log = { origin, keys: new Map([[origin, operator.publicKey]]) };

const history = (label: string): Uint8Array[] =>
  Array.from({ length: 20 }, (_, index) => new TextEncoder().encode(`${label} ${index}`));
const honest = history('entry');
// The same up to entry 5, another one from there on.
const other = [...honest.slice(0, 5), ...history('another').slice(5)];

function checkpointOf(entries: readonly Uint8Array[], size: number): string {
  return signCheckpoint({ origin, size, root: new MerkleTree(entries.map(leafOf)).root(size) }, operator);
}

function followerAt(size: number): LogFollower {
  const follower = new LogFollower({ log });
  follower.extend(honest.slice(0, size), checkpointOf(honest, size));
  return follower;
}

/** Expects LOG_INCONSISTENT with this check, and that the follower stays where it was. */
async function caught(follower: LogFollower, check: string, entries: Uint8Array[], checkpoint: string) {
  const { size, root, checkpoint: held } = follower;
  const error = await refusal(() => follower.extend(entries, checkpoint), 'LOG_INCONSISTENT');
  expect(error.details).toEqual({ check, held: held ?? '', shown: checkpoint, size });
  expect(JSON.parse(JSON.stringify(error.details))).toEqual(error.details);
  expect([follower.size, follower.root, follower.checkpoint]).toEqual([size, root, held]);
  return error;
}

test('another root at the same size: both checkpoints are the proof', async () => {
  const error = await caught(followerAt(10), 'split-view', [], checkpointOf(other, 10));
  const heads = [error.details['held'], error.details['shown']].map((note) =>
    openCheckpoint(String(note), origin, log.keys),
  );
  expect(heads[0]?.size).toBe(heads[1]?.size);
  expect(heads[0]?.root).not.toEqual(heads[1]?.root);
});

test('a longer history that does not extend ours', async () => {
  await caught(followerAt(10), 'root', other.slice(10), checkpointOf(other, 20));
});

test('entries that are altered, dropped, added, reordered', async () => {
  const next = honest.slice(10, 15);
  const checkpoint = checkpointOf(honest, 15);
  await caught(followerAt(10), 'root', [...next.slice(0, 4), Uint8Array.of(1)], checkpoint);
  await caught(followerAt(10), 'root', next.toReversed(), checkpoint);
  await caught(followerAt(10), 'entries', next.slice(1), checkpoint);
  await caught(followerAt(10), 'entries', [...next, Uint8Array.of(1)], checkpoint);
});

test('an older checkpoint: stale where it agrees, a split view where it does not', async () => {
  await caught(followerAt(10), 'stale', [], checkpointOf(honest, 8));
  await caught(followerAt(10), 'split-view', [], checkpointOf(other, 8));
});

test('the first batch is checked like every other', async () => {
  await caught(new LogFollower({ log }), 'root', other, checkpointOf(honest, 20));
});

test('after a refusal the honest continuation is still accepted', async () => {
  const follower = followerAt(10);
  await caught(follower, 'root', other.slice(10), checkpointOf(other, 20));
  follower.extend(honest.slice(10), checkpointOf(honest, 20));
  expect(follower.size).toBe(20);
});

test('no altered byte of a checkpoint gives another size, root or origin', async () => {
  const note = checkpointOf(honest, 10);
  const bytes = new TextEncoder().encode(note);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
      const altered = bytes.slice();
      altered[index] = (altered[index] ?? 0) ^ flip;
      const text = new TextDecoder().decode(altered);
      await refusal(() => openCheckpoint(text, origin, log.keys), 'DOCUMENT_INVALID', 'SIGNATURE_INVALID');
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['another origin', 'strongroom/other\n1\n{root}\n'],
  ['a leading zero', 'strongroom/test\n01\n{root}\n'],
  ['a negative size', 'strongroom/test\n-1\n{root}\n'],
  ['a size beyond 2^53', 'strongroom/test\n9999999999999999\n{root}\n'],
  ['a short root', 'strongroom/test\n1\nAAAA\n'],
  ['an extension line', 'strongroom/test\n1\n{root}\nextension\n'],
  ['two lines', 'strongroom/test\n1\n'],
])('the log signs %s', async (_name, text) => {
  const root = Buffer.from(new MerkleTree().root()).toString('base64');
  const note = signNote(text.replace('{root}', root), { ...operator, name: origin });
  await refusal(() => openCheckpoint(note, origin, log.keys), 'DOCUMENT_INVALID');
});

test('nobody but the log can sign for it', async () => {
  const root = new MerkleTree().root();
  const note = signCheckpoint({ origin, size: 0, root }, newSigner('impostor'));
  await refusal(() => openCheckpoint(note, origin, log.keys), 'SIGNATURE_INVALID');
});

test.each([
  '',
  '\n',
  'text',
  'text\n',
  'text\n\n',
  'text\n\n— name\n',
  'text\n\n- name AAAAAAAA\n',
  'a\tb\n\n— n AAAAAAAA\n',
])('the malformed note %j', async (note) => {
  await refusal(() => openNote(note, log.keys), 'DOCUMENT_INVALID');
});
