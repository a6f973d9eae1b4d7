/**
 * A stream of gRPC that does nothing with its bytes: what the transport alone can move. The same TLS, the same
 * windows, the same message size and the same descriptor as an upload, straight on grpc-js and proto-loader.
 */
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Profile } from '../../../transport/profile.ts';
import { CHANNEL_OPTIONS } from '../../../transport/client.ts';
import { clientCredentials, serverCredentials } from '../../../transport/tls.ts';
import { widenServerWindows } from '../../../transport/window.ts';

function putMethod(): grpc.MethodDefinition<object, object> {
  const file = fileURLToPath(new URL('../../../proto/strongroom/v1/blob.proto', import.meta.url));
  const service = loadSync(file, { longs: Number, defaults: true })['strongroom.v1.BlobService'];
  if (service === undefined || 'format' in service) throw new TypeError('no BlobService in proto/');
  const { Put } = service as grpc.ServiceDefinition;
  if (Put === undefined) throw new TypeError('no method Put in BlobService');
  return Put as grpc.MethodDefinition<object, object>;
}

/** Serves on a free port of this machine, which is the answer. */
export async function serveSink({ identity, consortium }: Profile): Promise<number> {
  const server = new grpc.Server({ 'grpc.enable_channelz': 0 });
  widenServerWindows();
  let bytes = 0;
  server.addService(
    { Put: putMethod() },
    {
      Put: (
        call: grpc.ServerReadableStream<{ chunk?: Uint8Array }, object>,
        done: grpc.sendUnaryData<object>,
      ) => {
        call.on('data', ({ chunk }: { chunk?: Uint8Array }) => (bytes += chunk?.length ?? 0));
        call.on('end', () => done(null, {}));
      },
    },
  );
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', serverCredentials(identity, consortium), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

/** Streams these messages in one call, never more than the network takes; resolves when all have been counted. */
export async function streamRaw(
  { identity, consortium }: Profile,
  port: number,
  chunks: readonly Uint8Array[],
): Promise<void> {
  const channel = new grpc.Channel(
    `127.0.0.1:${port}`,
    clientCredentials(identity, consortium),
    CHANNEL_OPTIONS,
  );
  const client = new grpc.Client('sink', grpc.credentials.createInsecure(), { channelOverride: channel });
  const { path, requestSerialize, responseDeserialize } = putMethod();
  try {
    await new Promise<void>((resolve, reject) => {
      const call = client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, (error) =>
        error === null ? resolve() : reject(error),
      );
      const next = (from: number): void => {
        for (let at = from; at < chunks.length; at += 1) {
          if (call.write({ chunk: chunks[at] })) continue;
          call.once('drain', () => next(at + 1));
          return;
        }
        call.end();
      };
      next(0);
    });
  } finally {
    client.close();
  }
}
