/**
 * A gRPC server whose handlers are promises and async iterables, and in which no handler runs, and no request
 * is parsed, before the caller is known and the authorisation table lists one of its roles.
 */
import * as grpc from '@grpc/grpc-js';
import { StrongroomError } from '../proto/errors.ts';
import { authorise, type Caller } from './authorisation.ts';
import type { Contract, Download, Unary, Upload } from './contract.ts';
import { toStatus } from './errors.ts';
import { widenServerWindows } from './window.ts';

export interface CallContext {
  readonly caller: Caller;
  /** Aborted when the caller has gone, or when the server shuts down (its reason is then UNREACHABLE). */
  readonly signal: AbortSignal;
}

/** The handlers of a service. A response stream is pulled only as fast as the caller reads it. */
export type Handlers<M> = {
  readonly [N in keyof M]: M[N] extends Unary<infer Q, infer S>
    ? (request: Q, context: CallContext) => S | Promise<S>
    : M[N] extends Upload<infer Q, infer S>
      ? (requests: AsyncIterable<Q>, context: CallContext) => Promise<S>
      : M[N] extends Download<infer Q, infer S>
        ? (request: Q, context: CallContext) => AsyncIterable<S>
        : never;
};

/** A service that `serve` can add. */
export interface Service {
  readonly contract: Contract<unknown>;
  readonly handlers: Readonly<Record<string, Handler>>;
}

/** A handler whose types have been checked by `service`, and are told apart by the kind of the method only. */
type Handler = (request: object, context: CallContext) => unknown;

type UploadCall = grpc.ServerReadableStream<object, object>;
interface ServerCall {
  on(event: 'cancelled', listener: () => void): unknown;
  readonly metadata: grpc.Metadata;
}

/** What the connection shows of the caller. */
export type Peer = ReturnType<grpc.ServerUnaryCall<object, object>['getAuthContext']>;

/** Binds handlers to their contract. */
export function service<M extends object>(contract: Contract<M>, handlers: Handlers<M>): Service {
  return { contract, handlers: handlers as unknown as Service['handlers'] };
}

export interface ServeOptions {
  /** `host:port` (port 0 takes a free one), or `unix:/path`. */
  readonly address: string;
  readonly credentials: grpc.ServerCredentials;
  /** Who is at the other end. Throws UNAUTHENTICATED. */
  readonly identify: (peer: Peer) => Caller;
  readonly services: readonly Service[];
  /** For the local log: a call that failed, with the error and its cause. */
  readonly onFailure?: (path: string, error: unknown) => void;
}

export interface RunningServer {
  /** The port that was bound; 0 for a unix socket. */
  readonly port: number;
  /** Ends open streams with UNREACHABLE, lets calls finish for at most `graceMs`, then cuts what is left. */
  close(graceMs?: number): Promise<void>;
}

// The limit of 4 MiB for a message that gRPC sets by itself stays as it is.
const OPTIONS: grpc.ServerOptions = {
  'grpc.enable_channelz': 0,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
};

/** Starts serving; resolves once the address is bound. Throws UNREACHABLE where it cannot be bound. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const server = new grpc.Server({ ...OPTIONS, interceptors: [guard(options.identify)] });
  widenServerWindows();
  const closing = new AbortController();
  for (const { contract, handlers } of options.services) {
    server.addService(contract.definition, adaptAll(contract, handlers, options, closing.signal));
  }
  const port = await bind(server, options);
  return {
    port,
    close: (graceMs = 2_000) => {
      closing.abort(new StrongroomError('UNREACHABLE', 'The server is shutting down.'));
      return shutDown(server, graceMs);
    },
  };
}

function bind(server: grpc.Server, { address, credentials }: ServeOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, port) => {
      if (cause === null) resolve(port);
      else
        reject(
          new StrongroomError('UNREACHABLE', `Cannot listen on ${address}: ${cause.message}`, { cause }),
        );
    });
  });
}

function shutDown(server: grpc.Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown();
      // grpc-js does not always call back for a session that it has destroyed itself.
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}

/** What `guard` has read of the connection of each call under way; grpc-js decodes a certificate anew each time. */
const peers = new WeakMap<grpc.Metadata, Peer>();

/** Refuses strangers and unlisted methods on the headers alone, before a byte of the request is read. */
function guard(identify: ServeOptions['identify']): grpc.ServerInterceptor {
  return (method, call) =>
    new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            try {
              const peer = call.getAuthContext();
              authorise(method.path, identify(peer));
              peers.set(metadata, peer);
            } catch (error) {
              call.sendStatus(toStatus(error));
              return;
            }
            proceed(metadata);
          },
        }),
    });
}

function adaptAll(
  contract: Contract<unknown>,
  handlers: Service['handlers'],
  options: ServeOptions,
  closing: AbortSignal,
): grpc.UntypedServiceImplementation {
  const adapted = Object.entries(contract.definition).map(([name, method]) => {
    const handler = handlers[name];
    if (handler === undefined) throw new TypeError(`${method.path} has no handler`);
    return [name, adapt(method, handler, options, closing)] as const;
  });
  return Object.fromEntries(adapted);
}

function adapt(
  { path, responseStream }: grpc.MethodDefinition<object, object>,
  handler: Handler,
  { identify, onFailure }: ServeOptions,
  closing: AbortSignal,
): grpc.UntypedHandleCall {
  const callerOf = (call: ServerCall) => identify(peers.get(call.metadata) ?? {});
  const contextOf = (call: ServerCall): CallContext => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort(new StrongroomError('UNREACHABLE', 'The caller has gone.')));
    return { caller: callerOf(call), signal: AbortSignal.any([gone.signal, closing]) };
  };
  const refusal = (error: unknown) => {
    onFailure?.(path, error);
    return toStatus(error);
  };
  if (responseStream) {
    return (call: grpc.ServerWritableStream<object, object>) => {
      const context = contextOf(call);
      const responses = handler(call.request, context) as AsyncIterable<object>;
      pump(call, responses, context.signal, () => callerOf(call)).then(
        () => call.end(),
        // This is how grpc-js is told the status of a stream of responses.
        (error: unknown) => call.emit('error', refusal(error)),
      );
    };
  }
  return (call: grpc.ServerUnaryCall<object, object> | UploadCall, callback: grpc.sendUnaryData<object>) => {
    const request = 'request' in call ? call.request : received(call);
    // Started in a promise, so that a handler that throws at once is answered like one that rejects.
    Promise.resolve()
      .then(() => handler(request, contextOf(call)))
      .then(
        (response) => callback(null, response as object),
        (error: unknown) => callback(refusal(error)),
      );
  };
}

/** What the caller sends. Throws UNREACHABLE where it goes away before it has said all, or sends what is no message. */
async function* received(call: UploadCall): AsyncGenerator<object, void, undefined> {
  try {
    for await (const message of call) yield message as object;
  } catch (cause) {
    throw new StrongroomError('UNREACHABLE', 'The upload broke off.', { cause });
  }
}

/**
 * Writes one response after the other, each once the one before has left for the network. `identified` throws
 * once the caller is a party no more: whoever is revoked while it listens hears nothing from then on.
 */
async function pump(
  call: grpc.ServerWritableStream<object, object>,
  responses: AsyncIterable<object>,
  signal: AbortSignal,
  identified: () => unknown,
): Promise<void> {
  for await (const response of responses) {
    signal.throwIfAborted();
    identified();
    await new Promise<void>((resolve, reject) => {
      // grpc-js forgets the callback of a write when the caller has gone.
      const stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      call.write(response, (error?: Error | null) => {
        signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
