/**
 * Messages of large objects, written as a list of pieces. The usual serialiser copies all of them into a buffer, which
 * grpc-js copies into a frame: of a stream of large objects, the collection of the first buffers alone takes a good part
 * of the sender's time.
 */
import type { BlobMethods, Contract } from './contract.ts';
import type { GetManyResponse, PutManyRequest } from './messages.ts';

/** Field numbers in `proto/strongroom/v1/blob.proto`, with the wire type of lengths. */
const PUT_TASK_TAG = (1 << 3) | 2;
const PUT_OBJECT_TAG = (2 << 3) | 2;
const GET_OBJECT_TAG = (1 << 3) | 2;

/** What grpc-js asks of a serialised message: how long it is, and to be copied behind the head of a frame. */
class Gathered {
  /** The client asks for the one, the server for the other. */
  readonly length: number;
  readonly byteLength: number;
  readonly #pieces: readonly Uint8Array[];

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
    this.length = pieces.reduce((sum, { length }) => sum + length, 0);
    this.byteLength = this.length;
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

/** The same contract for whoever sends many objects, a client or a server. */
export function gathering({ name, definition }: Contract<BlobMethods>): Contract<BlobMethods> {
  const { PutMany, GetMany, ...others } = definition;
  if (PutMany === undefined || GetMany === undefined) throw new TypeError('no PutMany or GetMany in proto/');
  const requestSerialize = gatherPutMany as typeof PutMany.requestSerialize;
  const responseSerialize = gatherGetMany as typeof GetMany.responseSerialize;
  return {
    name,
    definition: {
      ...others,
      PutMany: { ...PutMany, requestSerialize },
      GetMany: { ...GetMany, responseSerialize },
    },
  };
}

function gatherPutMany({ task, objects }: PutManyRequest): Buffer {
  const name = Buffer.from(task, 'utf8');
  return gather([head(PUT_TASK_TAG, name.length), name, ...fields(PUT_OBJECT_TAG, objects)]);
}

function gatherGetMany({ objects }: GetManyResponse): Buffer {
  return gather(fields(GET_OBJECT_TAG, objects));
}

/** The wire format of protocol buffers: the fields in order, each tag, length, bytes. The objects are not copied. */
function fields(tag: number, objects: readonly Uint8Array[]): Uint8Array[] {
  return objects.flatMap((object) => [head(tag, object.length), object]);
}

function gather(pieces: readonly Uint8Array[]): Buffer {
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
