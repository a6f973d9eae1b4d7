/** What the store of large objects does not take in, and that a refusal leaves nothing behind. */
import { randomBytes } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { clientOf, type ClientOf } from '../../transport/call.ts';
import { chunksOf } from '../../transport/chunks.ts';
import { BLOBS, type BlobMethods } from '../../transport/contract.ts';
import type { PutHeader, PutRequest } from '../../transport/messages.ts';
import { clientCredentials } from '../../transport/tls.ts';
import { sha256Hex } from '../../trust/digest.ts';
import { newCast } from '../fixtures/transport-cast.ts';
import { type Cast, newNetwork, type Network, TASK } from '../fixtures/transport-network.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const QUOTA = 5_000_000;
let cast: Cast;
let network: Network;
let channel: grpc.Channel;
let raw: ClientOf<BlobMethods>;

beforeAll(async () => {
  cast = await newCast();
});
beforeEach(async () => {
  network = await newNetwork(cast, { quota: QUOTA });
  const credentials = clientCredentials(cast.party('holder-a'), cast.consortium);
  channel = new grpc.Channel(network.address, credentials, { 'grpc.ssl_target_name_override': 'aggregator' });
  raw = clientOf(BLOBS, channel, network.address);
});
afterEach(async () => {
  channel.close();
  await network[Symbol.asyncDispose]();
});

function upload(bytes: Uint8Array, header: Partial<PutHeader> = {}): PutRequest[] {
  const full = { digest: sha256Hex(bytes), size: bytes.length, task: TASK, offset: 0, ...header };
  return [{ header: full }, ...Array.from(chunksOf(bytes), (chunk) => ({ chunk }))];
}

const held = (digest: string) => raw.Stat({ digest });
const NOTHING = { receivedBytes: 0, complete: false };

test('bytes that do not hash to the digest are thrown away, and the right ones are taken after them', async () => {
  const bytes = randomBytes(1_200_000);
  const digest = sha256Hex(bytes);
  await refusal(() => raw.Put(upload(randomBytes(1_200_000), { digest })), 'DIGEST_MISMATCH');
  expect(await held(digest)).toEqual(NOTHING);
  await raw.Put(upload(bytes));
  expect(await held(digest)).toEqual({ receivedBytes: bytes.length, complete: true });
});

test('more bytes than declared are refused before they are all sent', async () => {
  const bytes = randomBytes(3_000_000);
  await refusal(() => raw.Put(upload(bytes, { size: 1_000_000 })), 'QUOTA_EXCEEDED');
  expect(await held(sha256Hex(bytes))).toEqual(NOTHING);
});

test('fewer bytes than declared are kept and wait for the rest', async () => {
  const bytes = randomBytes(1_000_000);
  await refusal(
    () => raw.Put(upload(bytes.subarray(0, 400_000), { digest: sha256Hex(bytes), size: 1e6 })),
    'UNREACHABLE',
  );
  expect(await held(sha256Hex(bytes))).toEqual({ receivedBytes: 400_000, complete: false });
});

test('a chunk over 1 MiB is refused by us, and a message over 4 MiB by gRPC', async () => {
  const bytes = randomBytes(1024 * 1024 + 1);
  const [header] = upload(bytes);
  await refusal(() => raw.Put([header ?? {}, { chunk: bytes }]), 'QUOTA_EXCEEDED');
  const large = randomBytes(4.5 * 1024 * 1024);
  await refusal(() => raw.Put([upload(large)[0] ?? {}, { chunk: large }]), 'QUOTA_EXCEEDED');
});

test('the quota of a party and task holds for all its uploads together, finished or not', async () => {
  await raw.Put(upload(randomBytes(2_000_000)));
  const half = randomBytes(2_500_000);
  const part = upload(half.subarray(0, 1), { digest: sha256Hex(half), size: half.length });
  await refusal(() => raw.Put(part), 'UNREACHABLE');
  const error = await refusal(() => raw.Put(upload(randomBytes(600_000))), 'QUOTA_EXCEEDED');
  expect(error.details).toMatchObject({ party: 'holder-a', quota: QUOTA, used: 4_500_000 });
  await raw.Put(upload(randomBytes(500_000)));
  await network.dial('holder-b').blobs.put(TASK, randomBytes(QUOTA));
  await raw.Put(upload(randomBytes(QUOTA), { task: 'cd'.repeat(32) }));
});

test('uploads side by side cannot exceed the quota together', async () => {
  const uploads = Array.from({ length: 8 }, () => raw.Put(upload(randomBytes(1_000_000))));
  const settled = await Promise.allSettled(uploads);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
});

test('an upload that is refused gives its room back', async () => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const lie = upload(randomBytes(4_000_000), { digest: sha256Hex(randomBytes(8)) });
    await refusal(() => raw.Put(lie), 'DIGEST_MISMATCH');
  }
  await raw.Put(upload(randomBytes(4_000_000)));
});

test('an object that is there already is acknowledged, and none of its bytes is taken in', async () => {
  const bytes = randomBytes(600_000);
  await raw.Put(upload(bytes));
  await raw.Put(upload(randomBytes(600_000), { digest: sha256Hex(bytes) }));
  const { blobs } = network.dial('holder-b');
  const back = await blobs.bytes({ digest: sha256Hex(bytes), size: bytes.length });
  expect(Buffer.compare(back, bytes)).toBe(0);
});

test.each<[string, (bytes: Uint8Array) => PutRequest[]]>([
  ['nothing at all', () => []],
  ['a chunk without a header', (bytes) => [{ chunk: bytes }]],
  ['a second header', (bytes) => [...upload(bytes), ...upload(bytes)]],
  ['an empty object', () => upload(new Uint8Array())],
  ['an offset behind the end', (bytes) => upload(bytes, { offset: 101 })],
  ['a digest that is a path', (bytes) => upload(bytes, { digest: `../../../${'a'.repeat(55)}` })],
  ['a digest in upper case', (bytes) => upload(bytes, { digest: 'AB'.repeat(32) })],
  ['a size beyond all numbers', (bytes) => upload(bytes, { size: 2 ** 60 })],
])('%s is no upload', async (_what, requests) => {
  await refusal(() => raw.Put(requests(randomBytes(100))), 'DOCUMENT_INVALID');
});

test('an offset of which nothing is stored is answered with: ask again', async () => {
  await refusal(() => raw.Put(upload(randomBytes(100), { offset: 50 })), 'UNREACHABLE');
});

test('what is not stored is not found, and what is not the signed object is noticed by the receiver', async () => {
  const { blobs } = network.dial('holder-b');
  await refusal(() => blobs.bytes({ digest: sha256Hex(randomBytes(1)), size: 1 }), 'NOT_FOUND');
  const bytes = randomBytes(700_000);
  await raw.Put(upload(bytes));
  for (const size of [bytes.length - 1, bytes.length + 1]) {
    await refusal(() => blobs.bytes({ digest: sha256Hex(bytes), size }), 'DIGEST_MISMATCH');
  }
});

test('a second upload of the same object takes over from one that hangs', async () => {
  const bytes = randomBytes(1_500_000);
  const [header, first] = upload(bytes);
  const stuck = raw.Put(
    (async function* () {
      yield header ?? {};
      yield first ?? {};
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
    })(),
  );
  const told = refusal(() => stuck, 'UNREACHABLE');
  while ((await held(sha256Hex(bytes))).receivedBytes === 0)
    await new Promise((resolve) => setImmediate(resolve));
  await network.dial('holder-a').blobs.put(TASK, bytes);
  expect((await held(sha256Hex(bytes))).complete).toBe(true);
  await told;
});

const many = (...objects: Uint8Array[]) => ({ task: TASK, objects });

test('many objects at once: all are stored under the digests of their bytes', async () => {
  const objects = Array.from({ length: 30 }, (_, i) => randomBytes(1 + i * 3000));
  await raw.PutMany([
    many(...objects.slice(0, 10)),
    many(),
    many(...objects.slice(10, 20)),
    many(...objects.slice(20)),
  ]);
  for (const bytes of objects) {
    expect(await held(sha256Hex(bytes))).toEqual({ receivedBytes: bytes.length, complete: true });
  }
});

test('many objects at once: an empty one, one over 512 KiB, a message over 1 MiB, and over 1024 in it are refused', async () => {
  await refusal(() => raw.PutMany([many(randomBytes(10), new Uint8Array())]), 'DOCUMENT_INVALID');
  await refusal(() => raw.PutMany([many(randomBytes(512 * 1024 + 1))]), 'QUOTA_EXCEEDED');
  const three = Array.from({ length: 3 }, () => randomBytes(400_000));
  await refusal(() => raw.PutMany([many(...three)]), 'QUOTA_EXCEEDED');
  const tiny = Array.from({ length: 1025 }, (_, i) => Buffer.from(`object ${i}`));
  await refusal(() => raw.PutMany([many(...tiny)]), 'QUOTA_EXCEEDED');
  await raw.PutMany([many(...tiny.slice(1))]);
  for (const bytes of three) expect(await held(sha256Hex(bytes))).toEqual(NOTHING);
});

test('many objects at once: the quota holds for all of them together, and what is refused takes no room', async () => {
  const objects = Array.from({ length: 12 }, () => randomBytes(450_000));
  await refusal(() => raw.PutMany(objects.map((bytes) => many(bytes))), 'QUOTA_EXCEEDED');
  const states = await Promise.all(objects.map((bytes) => held(sha256Hex(bytes))));
  expect(states.filter(({ complete }) => complete)).toHaveLength(11);
  await raw.PutMany([many(randomBytes(QUOTA - 11 * 450_000))]);
  await refusal(() => raw.PutMany([many(randomBytes(1))]), 'QUOTA_EXCEEDED');
});

test('a client that uploads more than its quota stops at the refusal, with what else it had under way', async () => {
  let read = 0;
  const objects = function* () {
    for (; read < 100; read += 1) yield randomBytes(450_000);
  };
  await refusal(() => network.dial('holder-a').blobs.putMany(TASK, objects()), 'QUOTA_EXCEEDED');
  expect(read).toBeLessThan(60);
});

test('a request for many objects: too many, one too large, or one that is not there', async () => {
  const small = randomBytes(10);
  await raw.Put(upload(small));
  const large = randomBytes(512 * 1024 + 1);
  await raw.Put(upload(large));
  const ask = (...digests: string[]) => Array.fromAsync(raw.GetMany({ digests }));
  const known = sha256Hex(small);
  expect(await ask(...Array.from({ length: 1024 }, () => known))).toHaveLength(1);
  await refusal(() => ask(...Array.from({ length: 1025 }, () => known)), 'QUOTA_EXCEEDED');
  await refusal(() => ask(known, sha256Hex(large)), 'QUOTA_EXCEEDED');
  await refusal(() => ask(known, '0'.repeat(64)), 'NOT_FOUND');
  await refusal(() => ask('../secrets'), 'DOCUMENT_INVALID');
  expect(await ask()).toEqual([]);
});
