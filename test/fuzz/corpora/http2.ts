/** HTTP/2 as bytes (RFC 9113), so that it can be written wrong: frames, and gRPC calls made of them. */
import { joined, type Mutation } from '../harness/bytes.ts';
import { BOUNDARIES, mutateBytes } from '../harness/bytes.ts';
import { mutateProtobuf } from '../harness/protobuf.ts';
import type { Random } from '../harness/random.ts';
import { utf8 } from '../harness/text.ts';

const PREFACE = utf8('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const FRAME_HEAD_BYTES = 9;
const [
  DATA,
  HEADERS,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  PUSH_PROMISE,
  PING,
  GOAWAY,
  WINDOW_UPDATE,
  CONTINUATION,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const TYPES = [
  DATA,
  HEADERS,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  PUSH_PROMISE,
  PING,
  GOAWAY,
  WINDOW_UPDATE,
  CONTINUATION,
  0xfa,
];
const END_STREAM = 1;
const END_HEADERS = 4;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
  /** What the head says, where it lies. */
  readonly length?: number;
}

/** The opening of a connection and one call, from the first byte behind the TLS handshake on. */
export function callBytes(path: string, ...messages: readonly Uint8Array[]): Uint8Array {
  const headers = [
    [':method', 'POST'],
    [':scheme', 'https'],
    [':path', path],
    [':authority', 'aggregator'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ] as const;
  const frames: Frame[] = [
    { type: SETTINGS, flags: 0, stream: 0, payload: Uint8Array.of(0, 4, 0, 1, 0, 0) },
    {
      type: HEADERS,
      flags: END_HEADERS,
      stream: 1,
      payload: joined(...headers.map(([n, v]) => literal(n, v))),
    },
    ...messages.map((message, i) => ({
      type: DATA,
      flags: i === messages.length - 1 ? END_STREAM : 0,
      stream: 1,
      payload: grpcMessage(message),
    })),
  ];
  return joined(PREFACE, ...frames.map(write));
}

/** What a server says first. */
export function serverSettings(): Uint8Array {
  return write({ type: SETTINGS, flags: 0, stream: 0, payload: new Uint8Array() });
}

/** What a server answers to the first call of a connection: one message, and the status OK. */
export function answerBytes(message: Uint8Array): Uint8Array {
  const head = [literal(':status', '200'), literal('content-type', 'application/grpc')];
  const frames: Frame[] = [
    { type: SETTINGS, flags: 0, stream: 0, payload: new Uint8Array() },
    { type: HEADERS, flags: END_HEADERS, stream: 1, payload: joined(...head) },
    { type: DATA, flags: 0, stream: 1, payload: grpcMessage(message) },
    { type: HEADERS, flags: END_HEADERS | END_STREAM, stream: 1, payload: literal('grpc-status', '0') },
  ];
  return joined(...frames.map(write));
}

/** A header field without indexing and without Huffman coding (RFC 7541 §6.2.2). */
function literal(name: string, value: string): Uint8Array {
  const [n, v] = [utf8(name), utf8(value)];
  return joined(Uint8Array.of(0, n.length), n, Uint8Array.of(v.length), v);
}

/** Not compressed, then the length in four bytes, then the message (gRPC over HTTP/2, "Length-Prefixed-Message"). */
function grpcMessage(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return joined(head, message);
}

function write({ type, flags, stream, payload, length = payload.length }: Frame): Uint8Array {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(length & 0xffffff, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream >>> 0, 5);
  return joined(head, payload);
}

/** Whether these bytes of a client hold the headers of a call: before them no stream is there to be answered. */
export function holdsCall(bytes: Uint8Array): boolean {
  return framesOf(bytes, PREFACE.length).some(({ type }) => type === HEADERS);
}

function framesOf(bytes: Uint8Array, start: number): Frame[] {
  const view = Buffer.from(bytes);
  const frames: Frame[] = [];
  for (let at = start; at + FRAME_HEAD_BYTES <= view.length;) {
    const length = view.readUIntBE(at, 3);
    const [type, flags, stream] = [view.readUInt8(at + 3), view.readUInt8(at + 4), view.readUInt32BE(at + 5)];
    at += FRAME_HEAD_BYTES;
    frames.push({ type, flags, stream, payload: bytes.slice(at, at + length) });
    at += length;
  }
  return frames;
}

/** One change to the frames that a client sends, or to the message that one of them carries. */
export const mutateFrames: Mutation = (bytes, random) =>
  joined(PREFACE, changedFrames(bytes, PREFACE.length, random));

/** The same for a server. */
export const mutateAnswer: Mutation = (bytes, random) => changedFrames(bytes, 0, random);

function changedFrames(bytes: Uint8Array, start: number, random: Random): Uint8Array {
  const frames = framesOf(bytes, start);
  const at = random.below(frames.length);
  const frame = frames[at];
  if (frame === undefined) return mutateBytes(bytes.subarray(start), random, [bytes]);
  frames.splice(at, random.oneIn(5) ? 0 : 1, ...changed(frame, random));
  if (random.oneIn(8)) frames.reverse();
  return joined(...frames.map(write));
}

function changed(frame: Frame, random: Random): Frame[] {
  const { payload } = frame;
  switch (random.below(9)) {
    case 0:
      return [];
    case 1:
      return [frame, frame];
    case 2:
      return [{ ...frame, type: random.pick(TYPES) }];
    case 3:
      return [{ ...frame, flags: random.below(256) }];
    case 4:
      return [{ ...frame, stream: random.pick([0, 2, 3, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) }];
    case 5:
      return [{ ...frame, length: Number(BigInt.asUintN(24, random.pick(BOUNDARIES))) }];
    case 6:
      return Array.from({ length: 1 + random.small(200) }, () => flood(random));
    case 7:
      return frame.type === DATA
        ? [{ ...frame, payload: withChangedMessage(payload, random) }]
        : [flood(random), frame];
    default:
      return [{ ...frame, payload: mutateBytes(payload, random, [payload]) }];
  }
}

/** Frames that cost the sender little. */
function flood(random: Random): Frame {
  const stream = random.pick([0, 1, 3, 5]);
  return random.pick([
    { type: PING, flags: 0, stream: 0, payload: random.bytes(8) },
    {
      type: SETTINGS,
      flags: 0,
      stream: 0,
      payload: Uint8Array.of(0, random.below(9), 0, 0, 0, random.below(256)),
    },
    { type: RST_STREAM, flags: 0, stream, payload: Uint8Array.of(0, 0, 0, 8) },
    { type: WINDOW_UPDATE, flags: 0, stream, payload: Uint8Array.of(0x7f, 0xff, 0xff, 0xff) },
    { type: PRIORITY, flags: 0, stream, payload: random.bytes(5) },
    { type: CONTINUATION, flags: 0, stream, payload: random.bytes(random.small(100)) },
    { type: DATA, flags: 0, stream, payload: new Uint8Array() },
  ]);
}

function withChangedMessage(payload: Uint8Array, random: Random): Uint8Array {
  const message = mutateProtobuf(payload.slice(5), random, [payload.slice(5)]).slice(0, 20_000);
  const framed = grpcMessage(message);
  if (random.oneIn(4)) framed[0] = random.below(3);
  if (random.oneIn(4)) framed.set(random.bytes(4), 1);
  return framed;
}
