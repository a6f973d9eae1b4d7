/** What an error says to the other side: its code, message and details, and never why it happened. */
import * as grpc from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { ERRORS, StrongroomError, type ErrorCode } from '../../proto/errors.ts';
import { clientOf } from '../../transport/call.ts';
import { BOARD } from '../../transport/contract.ts';
import { fromStatus, toStatus } from '../../transport/errors.ts';
import { serve, service, type Handlers, type RunningServer } from '../../transport/server.ts';
import type { BoardMethods } from '../../transport/contract.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const CANARY = 'canary-4711';
let server: RunningServer | undefined;
let channel: grpc.Channel | undefined;
afterEach(async () => {
  channel?.close();
  await server?.close(50);
});

async function boardThat(handlers: Partial<Handlers<BoardMethods>>, failures: unknown[] = []) {
  const never = () => Promise.reject(new Error('not part of this test'));
  server = await serve({
    address: '127.0.0.1:0',
    credentials: grpc.ServerCredentials.createInsecure(),
    identify: () => ({ party: 'p', roles: ['processing'] }),
    services: [service(BOARD, { Append: never, Prove: never, Follow: async function* () {}, ...handlers })],
    onFailure: (_path, error) => failures.push(error),
  });
  const address = `127.0.0.1:${server.port}`;
  channel = new grpc.Channel(address, grpc.credentials.createInsecure(), {});
  return clientOf(BOARD, channel, address);
}

test.each(Object.keys(ERRORS) as ErrorCode[])('%s arrives as it was thrown', (code) => {
  const sent = new StrongroomError(code, 'Row 3 of “a.csv”: 100 % wrong\nand so on', {
    details: { row: 3, file: 'a.csv' },
    cause: new Error(CANARY),
  });
  const status = toStatus(sent);
  const got = fromStatus(status, 'host:1');
  expect([got.code, got.message, got.details]).toEqual([code, sent.message, sent.details]);
  expect(JSON.stringify([status.details, status.metadata.toJSON()])).not.toContain(CANARY);
});

test('over the wire a cause, a stack and an unknown error say nothing, but the local log has them', async () => {
  const refused = new StrongroomError('PHASE_CLOSED', 'Too late.', { cause: new Error(CANARY) });
  const unknown = new Error(CANARY);
  const failures: unknown[] = [];
  const board = await boardThat(
    {
      Append: () => Promise.reject(refused),
      Prove: () => {
        throw unknown;
      },
      // eslint-disable-next-line require-yield, @typescript-eslint/require-await -- a stream that fails at once
      Follow: async function* () {
        throw unknown;
      },
    },
    failures,
  );
  const errors = [
    await refusal(() => board.Append({ envelope: new Uint8Array() }), 'PHASE_CLOSED'),
    await refusal(() => board.Prove({ treeSize: 0 }), 'INTERNAL'),
    await refusal(() => board.Follow({ from: 0, tail: false }).next(), 'INTERNAL'),
  ];
  for (const error of errors) {
    const { message, details, cause } = error;
    expect(JSON.stringify([message, details, String(cause)])).not.toContain(CANARY);
  }
  expect(failures).toEqual([refused, unknown, unknown]);
});

test('a very long message, and half a surrogate pair, do not break the status line', async () => {
  const board = await boardThat({
    Append: () => Promise.reject(new StrongroomError('DOCUMENT_INVALID', `\ud800${'ä'.repeat(1e5)}`)),
  });
  const error = await refusal(() => board.Append({ envelope: new Uint8Array() }), 'DOCUMENT_INVALID');
  expect(error.message.length).toBeLessThanOrEqual(1500);
});

test('a call without an answer is TIMED_OUT, and an aborted one throws the reason of its signal', async () => {
  const board = await boardThat({ Append: () => new Promise(() => undefined) });
  const request = { envelope: new Uint8Array() };
  await refusal(() => board.Append(request, { timeoutMs: 100 }), 'TIMED_OUT');
  const stop = new AbortController();
  const call = board.Append(request, { signal: stop.signal });
  setTimeout(() => stop.abort(new StrongroomError('TASK_ENDED', 'stop')), 20);
  await refusal(() => call, 'TASK_ENDED');
});

test('a server that shuts down ends its streams with UNREACHABLE, at once', async () => {
  const board = await boardThat({
    Follow: async function* (_request, { signal }) {
      yield { entries: [], checkpoint: '' };
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    },
  });
  const stream = board.Follow({ from: 0, tail: true });
  await stream.next();
  const waiting = refusal(() => stream.next(), 'UNREACHABLE');
  const began = performance.now();
  await server?.close(60_000);
  await waiting;
  // It would else be let finish.
  expect(performance.now() - began).toBeLessThan(30_000);
});

test('a status that gRPC has no name for is named by its number', () => {
  const status: object = { code: 4711, details: '', metadata: new grpc.Metadata() };
  expect(fromStatus(status as grpc.StatusObject, 'host:1').details).toEqual({
    address: 'host:1',
    status: '4711',
  });
});

test('foreign statuses have their nearest code, and garbled details are left out', () => {
  const metadata = new grpc.Metadata();
  const code = (status: grpc.status, details = '') =>
    fromStatus({ code: status, details, metadata }, 'host:1').code;
  expect(code(grpc.status.UNAVAILABLE)).toBe('UNREACHABLE');
  expect(code(grpc.status.UNAVAILABLE, 'Last error: self-signed certificate')).toBe('UNAUTHENTICATED');
  expect(code(grpc.status.INTERNAL, 'Received RST_STREAM with code 2')).toBe('UNREACHABLE');
  // Many calls at once on one connection: what HTTP/2 says then is tried again, and ends no task.
  expect(code(grpc.status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted or memory limit exceeded')).toBe(
    'UNREACHABLE',
  );
  expect(code(grpc.status.RESOURCE_EXHAUSTED, 'Received message larger than max')).toBe('QUOTA_EXCEEDED');
  expect(code(grpc.status.UNKNOWN)).toBe('INTERNAL');
  metadata.set('strongroom-code', 'toString');
  expect(code(grpc.status.UNKNOWN)).toBe('INTERNAL');
  metadata.set('strongroom-code', 'SEAL_INVALID');
  metadata.set('strongroom-details-bin', Buffer.from('{"party":"a","secret":{"x":1}'));
  expect(fromStatus({ code: grpc.status.UNKNOWN, details: 'm', metadata }, 'host:1').details).toEqual({});
  metadata.set('strongroom-details-bin', Buffer.from('{"party":"a","nested":{"x":1},"n":2}'));
  expect(fromStatus({ code: grpc.status.UNKNOWN, details: 'm', metadata }, 'host:1').details).toEqual({
    party: 'a',
    n: 2,
  });
});
