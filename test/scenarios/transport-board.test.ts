/** The board over mutual TLS: what is appended is proved, relayed in order, and pushed at once. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../clients/network.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { openCheckpoint } from '../../trust/log/checkpoint.ts';
import { LogFollower } from '../../trust/log/follower.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { verifyConsistency, verifyInclusion } from '../../trust/log/merkle.ts';
import { newCast } from '../fixtures/transport-cast.ts';
import { type Cast, EAGER, newNetwork, type Network } from '../fixtures/transport-network.ts';
import { refusal } from '../fixtures/trust-parties.ts';

let cast: Cast;
let network: Network;
beforeAll(async () => {
  cast = await newCast();
  network = await newNetwork(cast);
});
afterAll(() => network[Symbol.asyncDispose]());

const head = (checkpoint: string) =>
  openCheckpoint(checkpoint, cast.consortium.log.origin, cast.consortium.log.keys);

test('an appended envelope is proved to stand where the answer says, and again when it is repeated', async () => {
  const { board } = network.dial('holder-a');
  const envelope = randomBytes(500);
  const first = await board.append(envelope);
  await board.append(randomBytes(10));
  const again = await network.dial('holder-b').board.append(envelope);
  expect(again.index).toBe(first.index);
  for (const { index, checkpoint, inclusionProof } of [first, again]) {
    const { size, root } = head(checkpoint);
    expect(verifyInclusion(leafOf(envelope), index, size, inclusionProof, root)).toBe(true);
  }
  expect(head(again.checkpoint).size).toBe(head(first.checkpoint).size + 1);
});

test('a follower can verify every batch, of entries small and large', async () => {
  const { board } = network.dial('only-input');
  const sizes = [1, 10, 300_000, 900_000, 200_000, 1_500_000, 5, ...Array<number>(300).fill(2_000)];
  for (const size of sizes) await board.append(randomBytes(size));
  const follower = new LogFollower(cast.consortium);
  const batches: number[] = [];
  for await (const { entries, checkpoint } of network.dial('only-controller').board.follow(0)) {
    follower.extend(entries, checkpoint);
    const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
    expect(entries.length === 1 || bytes <= 1024 * 1024).toBe(true);
    batches.push(entries.length);
  }
  expect(follower.size).toBe(network.log.size);
  expect(batches.length).toBeGreaterThan(3);
});

test('a tail sees a new entry within milliseconds, and ends with the reason of its signal', async () => {
  const stop = new AbortController();
  const from = network.log.size;
  const tail = network.dial('only-output').board.follow(from, { tail: true, signal: stop.signal });
  expect((await tail.next()).value?.entries).toEqual([]);
  const { board } = network.dial('holder-a');
  await board.append(randomBytes(10));
  await tail.next();
  const delays: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const began = performance.now();
    const [batch] = await Promise.all([tail.next(), board.append(randomBytes(1000))]);
    delays.push(performance.now() - began);
    expect(batch.value?.entries).toHaveLength(1);
  }
  // Half of them, on a machine that does much else; whoever asked once a second would see half of them later.
  expect(delays.sort((a, b) => a - b)[10]).toBeLessThan(400);
  const waiting = tail.next();
  stop.abort(new StrongroomError('TIMED_OUT', 'enough'));
  await refusal(() => waiting, 'TIMED_OUT');
});

test('a tail goes on by itself where it was when the aggregator comes back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-restart-'));
  const before = await newNetwork(cast, { folder, port: await freePort() });
  const tail = before.dial('holder-a', EAGER).board.follow(0, { tail: true });
  before.log.append(Buffer.from('one'));
  const seen: string[] = [];
  const readOne = async () => {
    for (;;) {
      const { value } = await tail.next();
      if (value === undefined || value.entries.length === 0) continue;
      seen.push(...value.entries.map(String));
      return;
    }
  };
  await readOne();
  await before.server.close(50);
  before.log[Symbol.dispose]();
  const waiting = readOne();
  await using after = await newNetwork(cast, { folder, port: before.server.port });
  after.log.append(Buffer.from('two'));
  await waiting;
  expect(seen).toEqual(['one', 'two']);
  await tail.return();
  rmSync(folder, { recursive: true });
});

test('proofs at older sizes hold, and those that cannot be made are refused', async () => {
  const { board } = network.dial('only-controller');
  const size = network.log.size;
  const { checkpoint, inclusionProof, consistencyProof } = await board.prove({
    treeSize: size - 1,
    index: 2,
    firstSize: 3,
  });
  const newer = head(checkpoint);
  expect(newer.size).toBe(size - 1);
  const [entry] = network.log.read(2, 1);
  expect(verifyInclusion(leafOf(entry ?? new Uint8Array()), 2, size - 1, inclusionProof, newer.root)).toBe(
    true,
  );
  const older = head((await board.prove({ treeSize: 3 })).checkpoint);
  expect(verifyConsistency(3, size - 1, consistencyProof, older.root, newer.root)).toBe(true);
  for (const wrong of [{ treeSize: size + 1 }, { treeSize: 0, index: size }, { treeSize: 2, firstSize: 3 }]) {
    await refusal(() => board.prove(wrong), 'NOT_FOUND');
  }
});

test('whoever asks for entries behind the end of the log is told that the log is not the one it knew', async () => {
  const ahead = network.dial('holder-a').board.follow(network.log.size + 1);
  await refusal(() => ahead.next(), 'LOG_INCONSISTENT');
});
