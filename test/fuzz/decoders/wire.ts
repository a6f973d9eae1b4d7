/** What the network carries: messages in protobuf, and the status of a call that failed. */
import { isDeepStrictEqual } from 'node:util';
import { Metadata, status } from '@grpc/grpc-js';
import { StrongroomError } from '../../../proto/errors.ts';
import { BLOBS, BOARD, KEY_HOLDER_ADMIN, WITNESSES, type Contract } from '../../../transport/contract.ts';
import { fromStatus, toStatus } from '../../../transport/errors.ts';
import { joined } from '../harness/bytes.ts';
import { target } from '../harness/decoder.ts';
import { jsonBytes, mutateJson } from '../harness/json.ts';
import { mutateProtobuf } from '../harness/protobuf.ts';
import { SAMPLES } from '../corpora/messages.ts';

interface Codec {
  readonly serialize: (message: object) => Buffer;
  readonly deserialize: (bytes: Buffer) => object;
}

/** Both directions of every method of every service, by the name of the message. */
const CODECS: ReadonlyMap<string, Codec> = new Map(
  [BOARD, WITNESSES, BLOBS, KEY_HOLDER_ADMIN].flatMap(({ definition }: Contract<unknown>) =>
    Object.entries(definition).flatMap(([name, method]) => [
      [
        `${name}Request`,
        { serialize: method.requestSerialize, deserialize: method.requestDeserialize },
      ] as const,
      [
        `${name}Response`,
        { serialize: method.responseSerialize, deserialize: method.responseDeserialize },
      ] as const,
    ]),
  ),
);
const NAMES = [...CODECS.keys()];

/** The first byte says which message it is. */
export const messageTarget = target({
  name: 'grpc-message',
  short: 1000,
  make: () =>
    Object.entries(SAMPLES).map(([name, sample]) => {
      const bytes = CODECS.get(name)?.serialize(sample) ?? new Uint8Array();
      return joined(Uint8Array.of(NAMES.indexOf(name)), bytes);
    }),
  open: (corpus) => ({
    corpus,
    mutations: [
      (bytes, random, others) =>
        joined(
          bytes.slice(0, 1),
          mutateProtobuf(
            bytes.slice(1),
            random,
            others.map((other) => other.slice(1)),
          ),
        ),
    ],
    decode: (bytes) => {
      const codec = codecOf(bytes);
      try {
        return codec.deserialize(Buffer.from(bytes.subarray(1)));
      } catch (error) {
        // grpc-js answers what the protobuf library throws; a stack that overflows is none of its refusals.
        if (!(error instanceof Error) || error.message.includes('call stack')) throw error;
        throw new StrongroomError('DOCUMENT_INVALID', 'not a message');
      }
    },
    objection: (message, bytes) => {
      const { serialize, deserialize } = codecOf(bytes);
      return isDeepStrictEqual(deserialize(serialize(message)), message)
        ? undefined
        : 'a message that does not survive being written and read';
    },
    codes: ['DOCUMENT_INVALID'],
  }),
});

function codecOf(bytes: Uint8Array): Codec {
  const codec = CODECS.get(NAMES[(bytes[0] ?? 0) % NAMES.length] ?? '');
  if (codec === undefined) throw new Error('there are no messages');
  return codec;
}

/** A status as JSON: `{ code, details, ours, extra }`, the last one being our details in base64. */
export const statusTarget = target({
  name: 'grpc-status',
  short: 600,
  make: () => {
    const refused = new StrongroomError('SEAL_INVALID', 'No.', { details: { party: 'north', size: 3 } });
    const { code, details, metadata } = toStatus(refused);
    const [ours = '', extra = ''] = ['strongroom-code', 'strongroom-details-bin'].map(
      (key) => metadata.get(key)[0],
    );
    const text = Buffer.from(extra).toString('base64');
    return [
      jsonBytes({ code, details, ours: ours.toString(), extra: text }),
      jsonBytes({ code: 14, details: 'No connection established', ours: '', extra: '' }),
      jsonBytes({ code: 13, details: 'Received RST_STREAM with code 2', ours: '', extra: '' }),
    ];
  },
  open: (corpus) => ({
    corpus,
    mutations: [mutateJson],
    decode: (bytes) => fromStatus(statusOf(bytes), '127.0.0.1:7411'),
    objection: (error) => {
      const values: unknown[] = Object.values(error.details);
      return values.every((value) => typeof value === 'string' || typeof value === 'number')
        ? undefined
        : 'details that are neither text nor numbers';
    },
    codes: [],
  }),
});

/** What grpc-js would hand over: it refuses what HTTP/2 headers cannot carry by itself. */
function statusOf(bytes: Uint8Array): Parameters<typeof fromStatus>[0] {
  const metadata = new Metadata();
  let given: Record<string, unknown> = {};
  try {
    given = Object(JSON.parse(Buffer.from(bytes).toString('utf8'))) as Record<string, unknown>;
    metadata.set('strongroom-code', text(given['ours']));
    metadata.set('strongroom-details-bin', Buffer.from(text(given['extra']), 'base64'));
  } catch {
    // No status, or none that grpc-js lets through: one without our fields.
  }
  // Any number that a peer sends, also one that gRPC has no name for.
  const code = Number.isInteger(given['code']) ? (given['code'] as status) : status.UNKNOWN;
  return { code, details: text(given['details']), metadata };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
