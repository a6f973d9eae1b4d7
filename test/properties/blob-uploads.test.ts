/** Objects that come many together: what is in memory of them is bounded, however slowly they are stored. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { BlobClaims } from '../../aggregator/blob-service-claims.ts';
import { putMany, Room, type UploadOptions } from '../../aggregator/blob-uploads.ts';
import { PartyLimits } from '../../aggregator/limits.ts';
import { sha256Hex } from '../../trust/digest.ts';
import { openBlobStore } from '../../trust/storage/blob-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-uploads-'));
const blobs = await openBlobStore(folder);
const claims = new BlobClaims(join(folder, 'claims.db'));
afterAll(async () => {
  claims[Symbol.dispose]();
  await blobs[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const TASK = 'ab'.repeat(32);
const MESSAGE = 50_000;
const LIMITS = { 'proposals-per-hour': 1, 'open-streams': 9, 'unfinished-uploads': 1 };

function options(changes: Partial<UploadOptions> = {}): UploadOptions {
  return { blobs, claims, limits: new PartyLimits(LIMITS, () => false), quota: () => 1e9, ...changes };
}

/** So many messages of five objects, which of them have been asked for, and what becomes of them. */
function sender(party: string, messages: number, room: Room, uploads: UploadOptions) {
  const digests: string[] = [];
  let asked = 0;
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream
  async function* requests() {
    while (asked < messages) {
      asked += 1;
      const objects = Array.from({ length: 5 }, () => randomBytes(MESSAGE / 5));
      digests.push(...objects.map(sha256Hex));
      yield { task: TASK, objects };
    }
  }
  const done = putMany(uploads, room, requests(), { party, roles: ['input'] });
  return { done, asked: () => asked, digests };
}

test('while nothing is stored all calls together read what there is room for, and one message each', async () => {
  const go = Promise.withResolvers<undefined>();
  const room = new Room(10 * MESSAGE);
  const uploads = options({ stored: () => go.promise });
  const senders = ['north', 'south'].map((party) => sender(party, 40, room, uploads));
  await sleep(200);
  const asked = senders.reduce((sum, { asked: of }) => sum + of(), 0);
  expect(asked).toBeGreaterThanOrEqual(10);
  expect(asked).toBeLessThanOrEqual(12);
  go.resolve(undefined);
  await Promise.all(senders.map(({ done }) => done));
  for (const { asked: of, digests } of senders) {
    expect(of()).toBe(40);
    for (const digest of digests) expect(await blobs.size(digest)).toBe(MESSAGE / 5);
  }
});

test('a call that is refused gives its room back, and what others send is not held up by it', async () => {
  const room = new Room(4 * MESSAGE);
  const refused = sender('west', 40, room, options({ quota: () => 3 * MESSAGE }));
  await expect(refused.done).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect(refused.asked()).toBeLessThan(40);
  const held = await Promise.all(refused.digests.map((digest) => blobs.size(digest)));
  expect(held.filter((size) => size !== undefined)).toHaveLength(15);
  expect(claims.of(TASK).filter(({ party }) => party === 'west')).toHaveLength(15);
  const taken = sender('east', 40, room, options());
  await taken.done;
  expect(taken.asked()).toBe(40);
});

test('claims that cannot be written down take no room: what is sent when there is space again is stored', async () => {
  const room = new Room(2 * MESSAGE);
  const full = new BlobClaims(join(folder, 'full.db'));
  full.together = () => {
    throw new Error('the disk is full');
  };
  for (let i = 0; i < 5; i += 1) {
    await expect(sender('north', 1, room, options({ claims: full })).done).rejects.toThrow(
      'the disk is full',
    );
  }
  full[Symbol.dispose]();
  const taken = sender('north', 5, room, options());
  await taken.done;
  for (const digest of taken.digests) expect(await blobs.size(digest)).toBe(MESSAGE / 5);
});
