/** The message types in TypeScript are those of the .proto files, field by field, and bytes are not copied. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOBS, BOARD, KEY_HOLDER_ADMIN, WITNESSES, type Contract } from '../../transport/contract.ts';
import { gathering } from '../../transport/gathered.ts';
import type * as m from '../../transport/messages.ts';

const bytes = Buffer.from('bytes');

/** One message of each kind with every field set; the compiler holds it against the type. */
const SAMPLES = {
  AppendRequest: { envelope: bytes } satisfies Required<m.AppendRequest>,
  AppendResponse: {
    index: 2 ** 40,
    checkpoint: 'c',
    inclusionProof: [bytes],
  } satisfies Required<m.AppendResponse>,
  FollowRequest: { from: 1, tail: true } satisfies Required<m.FollowRequest>,
  FollowResponse: { entries: [bytes], checkpoint: 'c' } satisfies Required<m.FollowResponse>,
  ProveRequest: { treeSize: 1, index: 0, firstSize: 0 } satisfies Required<m.ProveRequest>,
  ProveResponse: {
    checkpoint: 'c',
    inclusionProof: [bytes],
    consistencyProof: [bytes],
  } satisfies Required<m.ProveResponse>,
  CosignRequest: { checkpoint: 'c' } satisfies Required<m.CosignRequest>,
  CosignResponse: {} satisfies m.CosignResponse,
  CosignedRequest: { size: 1, witnesses: ['w'], waitMs: 1 } satisfies Required<m.CosignedRequest>,
  CosignedResponse: { checkpoint: 'c' } satisfies Required<m.CosignedResponse>,
  StatRequest: { digest: 'd' } satisfies Required<m.StatRequest>,
  StatResponse: { receivedBytes: 1, complete: true } satisfies Required<m.StatResponse>,
  PutRequest: {
    header: { digest: 'd', size: 1, task: 't', offset: 1 } satisfies Required<m.PutHeader>,
    chunk: bytes,
  } satisfies Required<m.PutRequest>,
  PutResponse: {} satisfies m.PutResponse,
  GetRequest: { digest: 'd', offset: 1 } satisfies Required<m.GetRequest>,
  GetResponse: { chunk: bytes } satisfies Required<m.GetResponse>,
  PutManyRequest: { task: 't', objects: [bytes] } satisfies Required<m.PutManyRequest>,
  PutManyResponse: {} satisfies m.PutManyResponse,
  GetManyRequest: { digests: ['d', 'e'] } satisfies Required<m.GetManyRequest>,
  GetManyResponse: { objects: [bytes, bytes] } satisfies Required<m.GetManyResponse>,
  ListRequest: {} satisfies m.ListRequest,
  ListResponse: {
    tasks: [{ task: 't', title: 'n', state: 's', waitingFor: 'w' } satisfies Required<m.TaskSummary>],
  } satisfies Required<m.ListResponse>,
  ShowRequest: { task: 't' } satisfies Required<m.ShowRequest>,
  ShowResponse: { plan: 'p', state: bytes } satisfies Required<m.ShowResponse>,
  ApproveRequest: { task: 't' } satisfies Required<m.ApproveRequest>,
  ApproveResponse: {} satisfies m.ApproveResponse,
  RejectRequest: { task: 't', reason: 'r' } satisfies Required<m.RejectRequest>,
  RejectResponse: {} satisfies m.RejectResponse,
  StatusRequest: {} satisfies m.StatusRequest,
  StatusResponse: { party: 'p', connected: true, logSize: 1 } satisfies Required<m.StatusResponse>,
};

const CONTRACTS: readonly Contract<unknown>[] = [BOARD, WITNESSES, BLOBS, KEY_HOLDER_ADMIN];
const methods = CONTRACTS.flatMap(({ definition }) => Object.values(definition));
const lowerCamel = (name: string) =>
  name.replaceAll(/_(.)/g, (_match, letter: string) => letter.toUpperCase());

test.each(methods.map((method) => [method.path, method] as const))('%s', (path, method) => {
  const name = path.split('/').at(-1) ?? '';
  for (const [kind, type, serialize, deserialize] of [
    ['Request', typeOf(method, 'requestType'), method.requestSerialize, method.requestDeserialize],
    ['Response', typeOf(method, 'responseType'), method.responseSerialize, method.responseDeserialize],
  ] as const) {
    const sample = SAMPLES[`${name}${kind}` as keyof typeof SAMPLES];
    expect(Object.keys(sample).sort()).toEqual(type.map(lowerCamel).sort());
    // Of a oneof only one member travels, so each field is also sent alone.
    for (const [field, value] of Object.entries(sample)) {
      expect(deserialize(serialize({ [field]: value as unknown }))).toMatchObject({
        [field]: value as unknown,
      });
    }
  }
});

function typeOf(method: object, key: 'requestType' | 'responseType'): string[] {
  const { type } = Reflect.get(method, key) as { type: { field: { name: string }[] } };
  return type.field.map(({ name }) => name);
}

test('bytes arrive as a view into the message that carried them', () => {
  const { requestSerialize, requestDeserialize } = BLOBS.definition['Put'] ?? never();
  const wire = requestSerialize({ chunk: Buffer.alloc(1000, 7) });
  const { chunk } = requestDeserialize(wire) as m.PutRequest;
  expect(chunk).toBeInstanceOf(Uint8Array);
  expect(chunk?.buffer).toBe(wire.buffer);
});

/** Sizes at which the varint of a length gets longer, and what is sent. */
const objectsOf = (sizes: readonly number[]) => sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
const sizes = fc.array(fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, 300_000), { maxLength: 4 });

/** A frame as grpc-js makes it of what a serialiser returns: a client asks for its `length`, a server for `byteLength`. */
function framed(pieces: Buffer, length: 'length' | 'byteLength'): Buffer {
  const frame = Buffer.alloc(5 + pieces[length]);
  pieces.copy(frame, 5);
  return frame.subarray(5);
}

test('objects that are sent are gathered into the bytes that the usual serialiser makes of them', () => {
  const usual = BLOBS.definition['PutMany'] ?? never();
  const { requestSerialize } = gathering(BLOBS).definition['PutMany'] ?? never();
  fc.assert(
    fc.property(fc.string(), sizes, (task, lengths) => {
      const message = { task, objects: objectsOf(lengths) };
      const wire = framed(requestSerialize(message), 'length');
      const objects = message.objects.map((bytes) => Buffer.from(bytes));
      expect(usual.requestDeserialize(wire)).toEqual({ task, objects });
      // An empty task is not sent by the usual serialiser, and is the same message.
      if (task !== '') expect(wire.equals(usual.requestSerialize(message))).toBe(true);
    }),
  );
});

test('so are objects that are answered', () => {
  const usual = BLOBS.definition['GetMany'] ?? never();
  const { responseSerialize } = gathering(BLOBS).definition['GetMany'] ?? never();
  fc.assert(
    fc.property(sizes, (lengths) => {
      const message = { objects: objectsOf(lengths) };
      const wire = framed(responseSerialize(message), 'byteLength');
      expect(wire.equals(usual.responseSerialize(message))).toBe(true);
    }),
  );
});

test('fields that are not set are absent where they are optional, and zero elsewhere', () => {
  const { requestDeserialize } = BOARD.definition['Prove'] ?? never();
  expect(requestDeserialize(Buffer.alloc(0))).toEqual({ treeSize: 0 });
  const { responseDeserialize } = BOARD.definition['Follow'] ?? never();
  expect(responseDeserialize(Buffer.alloc(0))).toEqual({ entries: [], checkpoint: '' });
});

function never(): never {
  throw new Error('no such method');
}
