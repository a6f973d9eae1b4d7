/** Large objects as messages: what is cut, how long a piece may be, and the checks on a stream of pieces. */
import { StrongroomError } from '../proto/errors.ts';

/** Bytes of a chunk that we send: gRPC streams fastest with messages of 256 KiB to 1 MiB. */
export const CHUNK_BYTES = 512 * 1024;
/** Bytes of a chunk that we accept, and of one document or one batch of the log. */
export const CHUNK_LIMIT = 1024 * 1024;

/** Objects that one request for many may name. */
export const MANY_OBJECTS = 1024;

/** The bytes from `offset` on, as views of at most CHUNK_BYTES. */
export function* chunksOf(bytes: Uint8Array, offset = 0): Generator<Uint8Array, void, undefined> {
  for (let at = offset; at < bytes.length; at += CHUNK_BYTES) {
    yield bytes.subarray(at, Math.min(at + CHUNK_BYTES, bytes.length));
  }
}

/** Passes chunks on; throws QUOTA_EXCEEDED at the first that is longer than CHUNK_LIMIT. */
export async function* limitChunks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    if (chunk.length > CHUNK_LIMIT) {
      throw new StrongroomError(
        'QUOTA_EXCEEDED',
        `A chunk has ${chunk.length} bytes; the most is ${CHUNK_LIMIT}.`,
      );
    }
    yield chunk;
  }
}
