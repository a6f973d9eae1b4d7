/** A board that is killed in the middle of appends and uploads: what it acknowledged is there, and all goes on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { afterAll, expect, test } from 'vitest';
import { LogStore } from '../../aggregator/log-store.ts';
import { connect } from '../../transport/client.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { sha256Hex } from '../../trust/digest.ts';
import { openBlobStore } from '../../trust/storage/blob-store.ts';
import { openCheckpoint } from '../../trust/log/checkpoint.ts';
import { LogFollower } from '../../trust/log/follower.ts';
import { equalBytes } from '../../trust/digest.ts';
import { EAGER, ONCE, TASK } from '../fixtures/transport-network.ts';
import { newConsortium, newParties } from '../fixtures/trust-parties.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/transport-server-process.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'strongroom-killed-'));
let child: ChildProcess | undefined;
afterAll(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function start(): Promise<string> {
  child = spawn(process.execPath, [PROGRAM, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('the child has no output');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return line.toString().trim();
}

async function kill(): Promise<void> {
  if (child === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

test('after SIGKILL at any moment every acknowledged entry and object is there, and nothing is there twice', async () => {
  const parties = await newParties();
  const bytes = newConsortium(parties);
  const consortium = openConsortium(bytes);
  const identity = parties.find(({ card }) => card.party === 'holder-a');
  if (identity === undefined) throw new Error('holder-a is missing');
  writeFileSync(join(folder, 'cast'), serialize({ parties, consortium: bytes }));

  const acknowledged = new Map<string, { index: number; size: number; root: Uint8Array }>();
  const stored = new Set<string>();
  const object = randomBytes(3_000_000);
  let address = await start();
  for (const acknowledgements of [1, 12, 25]) {
    const before = acknowledged.size;
    const { board, blobs, close } = connect({ address, identity, consortium, retry: ONCE });
    await board.append(randomBytes(20));
    const appending = Array.from({ length: 150 }, async (_unused, number) => {
      const envelope = randomBytes(100 + number);
      const { index, checkpoint } = await board.append(envelope);
      const { size, root } = openCheckpoint(checkpoint, consortium.log.origin, consortium.log.keys);
      acknowledged.set(sha256Hex(envelope), { index, size, root });
    });
    const uploading = [randomBytes(700_000), object].map(async (item) =>
      stored.add((await blobs.put(TASK, item)).digest),
    );
    const small = Array.from({ length: 24 }, () => randomBytes(400_000));
    const onSent = (sent: number) => small.slice(0, sent).forEach((item) => stored.add(sha256Hex(item)));
    const together = blobs.putMany(TASK, small, { onSent });
    const settled = Promise.allSettled([...appending, ...uploading, together]);
    while (acknowledged.size < before + acknowledgements) await sleep(1);
    await kill();
    expect((await settled).some(({ status }) => status === 'rejected')).toBe(true);
    close();

    const check = new DatabaseSync(join(folder, 'log.db'));
    expect(check.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    check.close();
    using log = new LogStore(join(folder, 'log.db'));
    const entries = log.read(0, Infinity);
    for (const [digest, { index, size, root }] of acknowledged) {
      expect(sha256Hex(entries[index] ?? new Uint8Array())).toBe(digest);
      expect(equalBytes(log.tree.root(size), root)).toBe(true);
    }
    const store = await openBlobStore(join(folder, 'blobs'));
    for (const digest of stored) await store.whole(digest);
    address = await start();
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(38);

  const { board, blobs, close } = connect({ address, identity, consortium, retry: EAGER });
  await blobs.put(TASK, object);
  const follower = new LogFollower(consortium);
  for await (const batch of board.follow(0)) follower.extend(batch.entries, batch.checkpoint);
  const again = await board.append(randomBytes(10));
  expect(again.index).toBe(follower.size);
  close();
});
