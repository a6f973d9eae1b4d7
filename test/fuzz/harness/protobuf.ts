/** Changes to protobuf messages (protobuf.dev, "Encoding"): tags, wire types, lengths, order. */
import { BOUNDARIES, joined, mutateBytes, type Mutation } from './bytes.ts';
import type { Random } from './random.ts';

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** What stands behind the tag, with its length where it has one. */
  readonly payload: Uint8Array;
}

/** One change to the fields of a message; bytes that are none are changed as bytes. */
export const mutateProtobuf: Mutation = (bytes, random, corpus) => {
  const fields = fieldsOf(bytes);
  if (fields === undefined || fields.length === 0 || random.oneIn(6)) return odd(bytes, random, corpus);
  const at = random.below(fields.length);
  const field = fields[at] ?? { number: 1, wireType: 0, payload: Uint8Array.of(0) };
  switch (random.below(7)) {
    case 0:
      fields.splice(at, 1);
      break;
    case 1:
      fields.push(field);
      break;
    case 2:
      fields.reverse();
      break;
    case 3:
      fields[at] = { ...field, wireType: random.below(8) };
      break;
    case 4:
      fields[at] = { ...field, number: random.pick([0, field.number + 1, 15, 16, 18_999, 2 ** 29 - 1]) };
      break;
    case 5:
      fields[at] = { ...field, wireType: 0, payload: varint(random.pick(BOUNDARIES), random.oneIn(4)) };
      break;
    default:
      fields[at] = withChangedBody(field, random);
  }
  return joined(...fields.map(write));
};

/** Groups in groups, lengths beyond the end, varints without one. */
function odd(bytes: Uint8Array, random: Random, corpus: readonly Uint8Array[]): Uint8Array {
  const many = random.pick([10, 100, 1_000, 100_000]);
  return random.pick([
    () => joined(bytes, new Uint8Array(many).fill(0x0b)),
    () => joined(bytes, new Uint8Array(many).fill(0x7b), new Uint8Array(many).fill(0x7c)),
    () => joined(bytes, Uint8Array.of(0x0a), varint(random.pick(BOUNDARIES))),
    () => joined(bytes, new Uint8Array(many).fill(0xff)),
    () => joined(bytes, ...Array.from({ length: many / 10 }, () => Uint8Array.of(0x0a, 0))),
    () => mutateBytes(bytes, random, corpus),
  ])();
}

function withChangedBody(field: Field, random: Random): Field {
  if (field.wireType !== 2) return { ...field, payload: mutateBytes(field.payload, random, [field.payload]) };
  const { rest: body } = readVarint(field.payload) ?? { rest: field.payload };
  const changed = random.oneIn(2)
    ? mutateBytes(body, random, [body])
    : random.pick([
        new Uint8Array(),
        random.bytes(1 + random.small(2000)),
        Uint8Array.of(0xff, 0xfe, 0xed, 0xa0),
      ]);
  const told = random.oneIn(4) ? random.pick(BOUNDARIES) : BigInt(changed.length);
  return { ...field, payload: joined(varint(told), changed) };
}

function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const tag = readVarint(rest);
    if (tag === undefined) return undefined;
    const wireType = Number(tag.value & 7n);
    const length = payloadLength(wireType, tag.rest);
    if (length === undefined || length > tag.rest.length) return undefined;
    fields.push({ number: Number(tag.value >> 3n), wireType, payload: tag.rest.slice(0, length) });
    rest = tag.rest.subarray(length);
  }
  return fields;
}

function payloadLength(wireType: number, bytes: Uint8Array): number | undefined {
  if (wireType === 1) return 8;
  if (wireType === 5) return 4;
  const number = wireType === 0 || wireType === 2 ? readVarint(bytes) : undefined;
  if (number === undefined) return undefined;
  const head = bytes.length - number.rest.length;
  return wireType === 0 ? head : head + Number(number.value);
}

function readVarint(bytes: Uint8Array): { value: bigint; rest: Uint8Array } | undefined {
  let value = 0n;
  for (const [i, byte] of bytes.subarray(0, 10).entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, rest: bytes.subarray(i + 1) };
  }
  return undefined;
}

/** `long` writes it with more bytes than it needs. */
function varint(value: bigint, long = false): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest) | (long ? 0x80 : 0), ...(long ? [0x80, 0] : []));
  return Uint8Array.from(bytes);
}

function write({ number, wireType, payload }: Field): Uint8Array {
  return joined(varint((BigInt(number) << 3n) | BigInt(wireType)), payload);
}
