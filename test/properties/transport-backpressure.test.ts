/** A receiver that does not receive holds up the sender: memory does not grow with what is left to send. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { clientOf } from '../../transport/call.ts';
import { CHUNK_BYTES } from '../../transport/chunks.ts';
import { BLOBS, type BlobMethods } from '../../transport/contract.ts';
import { serve, service, type Handlers, type RunningServer } from '../../transport/server.ts';

const ALL = 400;
// Sixteen messages in a stream of grpc-js, the window, and what the sockets of the kernel hold.
const UNDER_WAY = 60;
let server: RunningServer | undefined;
let channel: grpc.Channel | undefined;
afterEach(async () => {
  channel?.close();
  await server?.close(50);
});

async function blobsThat(handlers: Partial<Handlers<BlobMethods>>) {
  const never = () => Promise.reject(new Error('not part of this test'));
  const nothing = async function* () {};
  server = await serve({
    address: '127.0.0.1:0',
    credentials: grpc.ServerCredentials.createInsecure(),
    identify: () => ({ party: 'p', roles: ['processing'] }),
    services: [
      service(BLOBS, {
        Stat: never,
        Put: never,
        PutMany: never,
        Get: nothing,
        GetMany: nothing,
        ...handlers,
      }),
    ],
  });
  const address = `127.0.0.1:${server.port}`;
  channel = new grpc.Channel(address, grpc.credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  return clientOf(BLOBS, channel, address);
}

/** So many chunks, and how many of them have been asked for. */
function counted() {
  let pulled = 0;
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream
  async function* chunks() {
    for (; pulled < ALL; pulled += 1) yield { chunk: Buffer.alloc(CHUNK_BYTES) };
  }
  return { chunks, pulled: () => pulled };
}

test('a slow reader of a download', async () => {
  const source = counted();
  const blobs = await blobsThat({ Get: source.chunks });
  const stream = blobs.Get({ digest: '', offset: 0 });
  await stream.next();
  await sleep(300);
  expect(source.pulled()).toBeLessThan(UNDER_WAY);
  let received = 1;
  for await (const _chunk of stream) received += 1;
  expect(received).toBe(ALL);
});

test('a slow reader of an upload', async () => {
  const source = counted();
  let received = 0;
  const go = new AbortController();
  const blobs = await blobsThat({
    Put: async (requests) => {
      for await (const _request of requests) {
        received += 1;
        if (!go.signal.aborted) await new Promise((resolve) => go.signal.addEventListener('abort', resolve));
      }
      return {};
    },
  });
  const call = blobs.Put(source.chunks());
  await sleep(300);
  expect(source.pulled()).toBeLessThan(UNDER_WAY);
  go.abort();
  await call;
  expect(received).toBe(ALL);
});

test('a download that is left early stops the sender', async () => {
  let stopped = false;
  const source = counted();
  const blobs = await blobsThat({
    Get: async function* () {
      try {
        yield* source.chunks();
      } finally {
        stopped = true;
      }
    },
  });
  for await (const _chunk of blobs.Get({ digest: '', offset: 0 })) break;
  await expect.poll(() => stopped, { timeout: 60_000 }).toBe(true);
  expect(source.pulled()).toBeLessThan(ALL);
});
