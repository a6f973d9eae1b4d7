/**
 * The client's side of a call: promises and async iterables over grpc-js, typed by the contract. One call, one
 * attempt; what is tried again is decided by `retry.ts`.
 */
import { once } from 'node:events';
import * as grpc from '@grpc/grpc-js';
import type { Contract, Download, Unary, Upload } from './contract.ts';
import { fromStatus } from './errors.ts';

export interface CallOptions {
  /** Cancels the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Without an answer by then the call throws TIMED_OUT. Absent: no limit but that of the keepalive. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The methods of a service. All throw StrongroomError: what the server refused, UNREACHABLE where the
 * connection failed. A response stream is read from the network only as fast as it is consumed.
 */
export type ClientOf<M> = {
  readonly [N in keyof M]: M[N] extends Unary<infer Q, infer S>
    ? (request: Q, options?: CallOptions) => Promise<S>
    : M[N] extends Upload<infer Q, infer S>
      ? (requests: Iterable<Q> | AsyncIterable<Q>, options?: CallOptions) => Promise<S>
      : M[N] extends Download<infer Q, infer S>
        ? (request: Q, options?: CallOptions) => AsyncGenerator<S, void, undefined>
        : never;
};

/** The methods of one service over a channel. */
export function clientOf<M extends object>(
  contract: Contract<M>,
  channel: grpc.Channel,
  address: string,
): ClientOf<M> {
  // The credentials are those of the channel; these are not looked at.
  const unused = grpc.credentials.createInsecure();
  const peer = { address, stub: new grpc.Client(address, unused, { channelOverride: channel }) };
  const methods = Object.entries(contract.definition).map(([name, method]) => {
    if (method.responseStream) return [name, (q: object, o?: CallOptions) => download(peer, method, q, o)];
    if (!method.requestStream) return [name, (q: object, o?: CallOptions) => unary(peer, method, q, o)];
    return [name, (q: AsyncIterable<object>, o?: CallOptions) => upload(peer, method, q, o)];
  });
  return Object.fromEntries(methods) as ClientOf<M>;
}

/** Where calls go: grpc-js's client, and the address as errors name it. */
interface Peer {
  readonly address: string;
  readonly stub: grpc.Client;
}

type AnyMethod = grpc.MethodDefinition<object, object>;

function unary(
  peer: Peer,
  { path, requestSerialize, responseDeserialize }: AnyMethod,
  request: object,
  options: CallOptions = {},
): Promise<object> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const call = peer.stub.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new grpc.Metadata(),
      deadlineOf(options),
      settle(peer, options, () => release(), resolve, reject),
    );
    const release = cancelOn(options.signal, call);
  });
}

function upload(
  peer: Peer,
  { path, requestSerialize, responseDeserialize }: AnyMethod,
  requests: Iterable<object> | AsyncIterable<object>,
  options: CallOptions = {},
): Promise<object> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const answered = new AbortController();
    const call = peer.stub.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      new grpc.Metadata(),
      deadlineOf(options),
      settle(
        peer,
        options,
        () => {
          answered.abort();
          release();
        },
        resolve,
        reject,
      ),
    );
    const release = cancelOn(options.signal, call);
    send(call, requests, answered.signal).catch((error: unknown) => {
      // The source of the requests failed, or the call was answered before all was sent.
      if (answered.signal.aborted) return;
      const failure = error as Error;
      reject(failure);
      call.cancel();
    });
  });
}

/** Sends one request after the other, never more than the network takes. */
async function send(
  call: grpc.ClientWritableStream<object>,
  requests: Iterable<object> | AsyncIterable<object>,
  answered: AbortSignal,
): Promise<void> {
  call.on('error', () => undefined);
  for await (const request of requests) {
    answered.throwIfAborted();
    if (!call.write(request)) await once(call, 'drain', { signal: answered });
  }
  call.end();
}

async function* download(
  peer: Peer,
  { path, requestSerialize, responseDeserialize }: AnyMethod,
  request: object,
  options: CallOptions = {},
): AsyncGenerator<object, void, undefined> {
  options.signal?.throwIfAborted();
  const call = peer.stub.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new grpc.Metadata(),
    deadlineOf(options),
  );
  const release = cancelOn(options.signal, call);
  // Cancelling below makes grpc-js emit an error when nobody iterates any more.
  call.on('error', () => undefined);
  try {
    for await (const response of call) yield response as object;
  } catch (error) {
    throw translate(error, peer, options);
  } finally {
    release();
    call.cancel();
  }
}

function settle(
  peer: Peer,
  options: CallOptions,
  finish: () => void,
  resolve: (response: object) => void,
  reject: (error: Error) => void,
): grpc.requestCallback<object> {
  return (error, response) => {
    finish();
    if (error === null && response !== undefined) resolve(response);
    else reject(translate(error, peer, options));
  };
}

function translate(error: unknown, peer: Peer, { signal }: CallOptions): Error {
  if (signal?.aborted === true) return signal.reason as Error;
  if (!isServiceError(error))
    return error instanceof Error ? error : new TypeError('a call failed without an error');
  return fromStatus(error, peer.address);
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && 'metadata' in error && error.metadata instanceof grpc.Metadata;
}

function deadlineOf({ timeoutMs }: CallOptions): grpc.CallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

/** Cancels the call when the signal says so; the returned function stops listening. */
function cancelOn(signal: AbortSignal | undefined, call: { cancel(): void }): () => void {
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return () => signal?.removeEventListener('abort', cancel);
}
