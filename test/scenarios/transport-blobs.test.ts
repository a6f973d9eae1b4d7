/** Large objects over the network: whole, in pieces, resumed after a cut in either direction. */
import { randomBytes } from 'node:crypto';
import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHUNK_BYTES } from '../../transport/chunks.ts';
import { connect } from '../../transport/client.ts';
import { PATIENT, type RetryRule } from '../../transport/retry.ts';
import { sha256Hex } from '../../trust/digest.ts';
import { newCast } from '../fixtures/transport-cast.ts';
import { type Cast, EAGER, newNetwork, type Network, ONCE, TASK } from '../fixtures/transport-network.ts';
import { refusal } from '../fixtures/trust-parties.ts';

let cast: Cast;
let network: Network;
beforeAll(async () => {
  cast = await newCast();
  network = await newNetwork(cast);
});
afterAll(() => network[Symbol.asyncDispose]());

/** A wire to the server that is cut after so many bytes, once; after that it holds. */
const cutOnce = (direction: 'up' | 'down', after: number) => cutting(direction, after, 1);
/** One that is cut each time that so many bytes have passed. */
const cutEach = (direction: 'up' | 'down', bytes: number) => cutting(direction, bytes, Infinity);

async function cutting(direction: 'up' | 'down', after: number, times: number) {
  const [host, port] = network.address.split(':');
  let left = after;
  let cuts = 0;
  let carried = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(Number(port), host);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.pipe(far).pipe(near);
    (direction === 'up' ? near : far).on('data', (data: Buffer) => {
      left -= data.length;
      carried += data.length;
      if (left > 0 || cuts >= times) return;
      cuts += 1;
      left = after;
      near.destroy();
      far.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    carried: () => carried,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const dialThrough = (address: string) =>
  connect({ address, identity: cast.party('holder-a'), consortium: cast.consortium, retry: EAGER });

test.each([1, 1000, 512 * 1024, 512 * 1024 + 1, 3_000_000])(
  '%d bytes come back as they were',
  async (length) => {
    const bytes = randomBytes(length);
    const name = await network.dial('only-input').blobs.put(TASK, bytes);
    expect(name).toEqual({ digest: sha256Hex(bytes), size: length });
    const back = await network.dial('only-controller').blobs.bytes(name);
    expect(back.constructor.name).toBe('Uint8Array');
    expect(Buffer.compare(back, bytes)).toBe(0);
    expect(await network.dial('only-output').blobs.stat(name.digest)).toEqual({
      receivedBytes: length,
      complete: true,
    });
  },
);

test('of many objects together, those that had arrived before a cut are not sent again', async () => {
  const objects = Array.from({ length: 100 }, (_, i) => randomBytes(i === 5 ? 1_500_000 : 250_000));
  using wire = await cutOnce('up', 18_000_000);
  const { blobs, close } = dialThrough(wire.address);
  const heard: number[] = [];
  await blobs.putMany(TASK, objects, { onSent: (sent) => heard.push(sent) });
  expect(wire.cuts()).toBe(1);
  expect(heard.at(-1)).toBe(100);
  // At most 8 MB are on their way to the disk, and what the sockets hold; starting over would make it 44 MB.
  expect(wire.carried()).toBeLessThan(35_000_000);
  for (const bytes of objects) expect(await network.blobs.size(sha256Hex(bytes))).toBe(bytes.length);
  close();
});

test('many objects arrive over a line that is cut again and again, before a whole message has passed', async () => {
  const objects = Array.from({ length: 24 }, () => randomBytes(260_000));
  using wire = await cutEach('up', 600_000);
  const { blobs, close } = dialThrough(wire.address);
  await blobs.putMany(TASK, objects);
  expect(wire.cuts()).toBeGreaterThan(5);
  for (const bytes of objects) expect(await network.blobs.size(sha256Hex(bytes))).toBe(bytes.length);
  close();
});

test('an upload that is cut midway goes on by itself and sends only the rest again', async () => {
  const bytes = randomBytes(12_000_000);
  using wire = await cutOnce('up', 8_000_000);
  const { blobs, close } = dialThrough(wire.address);
  const name = await blobs.put(TASK, bytes);
  expect(wire.cuts()).toBe(1);
  // What was on its way when the wire was cut goes twice; starting over would make it 20 MB.
  expect(wire.carried()).toBeLessThan(16_000_000);
  expect(await network.blobs.size(name.digest)).toBe(bytes.length);
  close();
});

test('many objects whose upload is cut midway arrive all the same, small and large', async () => {
  const objects = Array.from({ length: 24 }, (_, i) => randomBytes(i === 5 ? 1_500_000 : 200_000));
  using wire = await cutOnce('up', 2_000_000);
  const { blobs, close } = dialThrough(wire.address);
  const sent: number[] = [];
  await blobs.putMany(TASK, objects, { onSent: (count) => sent.push(count) });
  expect(wire.cuts()).toBe(1);
  // All small ones were acknowledged at once, so they went together.
  expect(sent).toEqual([23, 24]);
  for (const bytes of objects) expect(await network.blobs.size(sha256Hex(bytes))).toBe(bytes.length);
  close();
});

test('an upload goes on in another process of the same party, and is nobody else’s', async () => {
  const bytes = randomBytes(4_000_000);
  const digest = sha256Hex(bytes);
  const half = { digest, size: bytes.length, offset: 0, writer: 'holder-a' };
  await refusal(() => network.blobs.write(half, oneChunk(bytes.subarray(0, 2_500_000))), 'UNREACHABLE');
  const { blobs } = network.dial('holder-a');
  expect(await blobs.stat(digest)).toEqual({ receivedBytes: 2_500_000, complete: false });
  expect(await network.dial('holder-b').blobs.stat(digest)).toEqual({ receivedBytes: 0, complete: false });
  await blobs.put(TASK, bytes);
  expect(await network.blobs.size(digest)).toBe(bytes.length);
});

test('a download that is cut midway goes on where it stopped', async () => {
  const bytes = randomBytes(12_000_000);
  const name = await network.dial('holder-a').blobs.put(TASK, bytes);
  using wire = await cutOnce('down', 8_000_000);
  const connection = dialThrough(wire.address);
  expect(Buffer.compare(await connection.blobs.bytes(name), bytes)).toBe(0);
  expect(wire.cuts()).toBe(1);

  connection.close();
});

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable is what a store takes
async function* oneChunk(bytes: Uint8Array) {
  yield bytes;
}

test('many small objects come in order, as they were, also through a wire that is cut on the way', async () => {
  const sender = network.dial('only-input').blobs;
  const objects = Array.from({ length: 300 }, (_, i) => randomBytes(1 + 37 * i));
  const names = [];
  for (const bytes of objects) names.push(await sender.put(TASK, bytes));
  using wire = await cutOnce('down', 900_000);
  const connection = dialThrough(wire.address);
  const back = await Array.fromAsync(connection.blobs.many(names));
  connection.close();
  expect(wire.cuts()).toBe(1);
  expect(back).toHaveLength(300);
  for (const [i, bytes] of back.entries()) expect(Buffer.compare(bytes, objects[i] ?? bytes)).toBe(0);
});

test('objects of every size come in the order in which they were asked for, the large ones by themselves', async () => {
  const sizes = [
    1,
    CHUNK_BYTES,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    262_257,
    262_257,
    262_257,
    262_257,
    3_000_000,
    7,
  ];
  const objects = sizes.map((size) => randomBytes(size));
  const { blobs } = network.dial('only-input');
  for (const bytes of objects) await blobs.put(TASK, bytes);
  const party = 'only-input';
  const signed = objects.map((bytes) => ({ party, blob: { digest: sha256Hex(bytes), size: bytes.length } }));
  await using board = network.board('holder-a');
  const back = await Array.fromAsync(board.getAll(signed));
  expect(back.map(sha256Hex)).toEqual(signed.map(({ blob }) => blob.digest));
});

test('of objects that travel together the receiver names the one that is not what was signed', async () => {
  const { blobs } = network.dial('only-input');
  const names = [await blobs.put(TASK, randomBytes(10)), await blobs.put(TASK, randomBytes(20))];
  const [first, second] = names;
  if (first === undefined || second === undefined) throw new Error('two objects');
  const error = await refusal(
    () => Array.fromAsync(blobs.many([first, { ...second, size: 21 }])),
    'DIGEST_MISMATCH',
  );
  expect(error.details).toMatchObject({ digest: second.digest });
});

test('more uploads at once than a party may have unfinished wait for each other', async () => {
  await using narrow = await newNetwork(cast, { limits: { 'unfinished-uploads': 2 } });
  const objects = Array.from({ length: 12 }, () => new Uint8Array(randomBytes(300_000)));
  const all = (retry: RetryRule) => {
    const { blobs } = narrow.dial('holder-a', retry);
    return Promise.allSettled(objects.map((object) => blobs.put(TASK, object)));
  };
  const refused = (await all(ONCE)).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({ code: 'RATE_LIMITED' });
  }
  expect((await all(PATIENT)).filter(({ status }) => status === 'rejected')).toEqual([]);
  for (const object of objects) expect(await narrow.blobs.size(sha256Hex(object))).toBe(object.length);
});
