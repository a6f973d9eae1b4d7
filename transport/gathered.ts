/**
 * Messages of large objects, written as a list of pieces. The usual serialiser copies all of them into a buffer, which
 * grpc-js copies into a frame: of a stream of large objects, the collection of the first buffers alone takes a good part
 * of the sender's time.
 */
import type { BlobMethods, Contract } from './contract.ts';
import type { PutManyRequest } from './messages.ts';

/** Field numbers of PutManyRequest in `proto/strongroom/v1/blob.proto`, with the wire type of lengths. */
const TASK_TAG = (1 << 3) | 2;
const OBJECT_TAG = (2 << 3) | 2;

/** What grpc-js asks of a serialised message: how long it is, and to be copied behind the head of a frame. */
class Gathered {
  readonly length: number;
  readonly #pieces: readonly Uint8Array[];

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
    this.length = pieces.reduce((sum, { length }) => sum + length, 0);
  }

  copy(target: Uint8Array, start = 0): number {
    let at = start;
    for (const piece of this.#pieces) {
      target.set(piece, at);
      at += piece.length;
    }
    return this.length;
  }
}

/** The same contract for a client that sends many objects. */
export function gathering({ name, definition }: Contract<BlobMethods>): Contract<BlobMethods> {
  const { PutMany, ...others } = definition;
  if (PutMany === undefined) throw new TypeError('no PutMany in proto/');
  const requestSerialize = gatherPutMany as typeof PutMany.requestSerialize;
  return { name, definition: { ...others, PutMany: { ...PutMany, requestSerialize } } };
}

/** The wire format of protocol buffers: the fields in order, each tag, length, bytes. The objects are not copied. */
function gatherPutMany({ task, objects }: PutManyRequest): Buffer {
  const name = Buffer.from(task, 'utf8');
  const pieces = [head(TASK_TAG, name.length), name];
  for (const object of objects) pieces.push(head(OBJECT_TAG, object.length), object);
  return new Gathered(pieces) as unknown as Buffer;
}

/** A tag and a length, which is a varint: seven bits a byte, the lowest first. */
function head(tag: number, length: number): Uint8Array {
  const bytes = [tag];
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
