/** Uploads: each object within the quota of its task, and stored under the SHA-256 of its bytes. */
import { StrongroomError } from '../proto/errors.ts';
import type { Caller } from '../transport/authorisation.ts';
import { CHUNK_BYTES, CHUNK_LIMIT, limitChunks } from '../transport/chunks.ts';
import type { PutHeader, PutManyRequest, PutRequest } from '../transport/messages.ts';
import { WholeObject, type BlobStore } from '../trust/storage/blob-store.ts';
import type { BlobClaims } from './blob-service-claims.ts';
import type { PartyLimits } from './limits.ts';

/** Bytes of one call that are on their way to the disk; the caller waits while there are more. */
const UNDER_WAY_BYTES = 4 * 1024 * 1024;

export interface UploadOptions {
  readonly blobs: BlobStore;
  readonly claims: BlobClaims;
  readonly limits: PartyLimits;
  /** How many bytes a party may store for a task. Throws where the task or the party's part in it is unknown. */
  readonly quota: (task: string, caller: Caller) => number;
  /** Told of an object that came whole and is durable, while its bytes are in memory. */
  readonly stored?: (task: string, object: WholeObject, caller: Caller) => void | Promise<void>;
}

/** One object, in pieces, and maybe not from its beginning. */
export async function put(
  options: UploadOptions,
  requests: AsyncIterable<PutRequest>,
  caller: Caller,
): Promise<void> {
  const { blobs, limits } = options;
  using _open = limits.stream(caller.party);
  const messages = requests[Symbol.asyncIterator]();
  const first = await messages.next();
  const { task, digest, size, offset } = checkHeader(first.done === true ? undefined : first.value);
  if ((await blobs.size(digest)) !== undefined) return;
  const chunks = limitChunks(chunksOf(messages));
  await claimed(options, { task, digest, size }, caller, async () => {
    // What fits into one chunk comes in one, from whoever has it in memory.
    const start = offset === 0 && size <= CHUNK_BYTES ? await chunks.next() : undefined;
    if (start?.done === false && start.value.length === size) {
      await requireEnd(chunks, digest);
      const object = new WholeObject(start.value);
      if (object.digest !== digest) throw mismatch(digest);
      await blobs.put(object, task);
      return;
    }
    const all = start === undefined ? chunks : resumed(start, chunks);
    await blobs.write({ digest, size, offset, writer: caller.party }, all);
  });
}

/** Many objects, each whole; all of them are durable when it resolves. */
export async function putMany(
  options: UploadOptions,
  requests: AsyncIterable<PutManyRequest>,
  caller: Caller,
): Promise<void> {
  using _open = options.limits.stream(caller.party);
  const storing = new Set<Promise<void>>();
  let underWay = 0;
  let failure: { readonly error: unknown } | undefined;
  for await (const { task, objects } of requests) {
    if (objects.reduce((sum, { length }) => sum + length, 0) > CHUNK_LIMIT) throw tooLarge(CHUNK_LIMIT);
    for (const bytes of objects) {
      const work = keep(options, task, bytes, caller)
        .catch((error: unknown) => (failure ??= { error }))
        .then(() => {
          underWay -= bytes.length;
          storing.delete(work);
        });
      storing.add(work);
      underWay += bytes.length;
    }
    while (underWay > UNDER_WAY_BYTES) await Promise.race(storing);
    if (failure !== undefined) break;
  }
  await Promise.all(storing);
  if (failure !== undefined) throw failure.error;
}

async function keep(options: UploadOptions, task: string, bytes: Uint8Array, caller: Caller): Promise<void> {
  if (bytes.length === 0) throw malformed('an object has at least one byte');
  if (bytes.length > CHUNK_BYTES) throw tooLarge(CHUNK_BYTES);
  const object = new WholeObject(bytes);
  const claim = { task, digest: object.digest, size: bytes.length };
  if (options.blobs.isPacked(claim.digest)) return;
  await claimed(options, claim, caller, () => options.blobs.put(object, task));
  await options.stored?.(task, object, caller);
}

/** Stores an object for which there is room in the quota; gives the room back where nothing of it is kept. */
async function claimed(
  { blobs, claims, limits, quota }: UploadOptions,
  object: { readonly task: string; readonly digest: string; readonly size: number },
  caller: Caller,
  store: () => Promise<void>,
): Promise<void> {
  const claim = { ...object, party: caller.party };
  const room = quota(object.task, caller);
  limits.upload(claim);
  try {
    claims.claim(claim, room);
    await store();
    limits.uploaded(claim);
  } catch (error) {
    if ((await blobs.received(object.digest, caller.party)) === 0) {
      claims.release(claim);
      limits.uploaded(claim);
    }
    throw error;
  }
}

function checkHeader(first: PutRequest | undefined): PutHeader {
  const header = first?.header;
  if (header === undefined) throw malformed('an upload starts with its header');
  if (!Number.isSafeInteger(header.size) || header.size < 1)
    throw malformed('an object has at least one byte');
  if (!Number.isSafeInteger(header.offset) || header.offset > header.size) {
    throw malformed('the offset lies behind the end of the object');
  }
  return header;
}

async function* chunksOf(messages: AsyncIterator<PutRequest>): AsyncGenerator<Uint8Array, void, undefined> {
  for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
    if (next.value.chunk === undefined) throw malformed('after the header come chunks and nothing else');
    yield next.value.chunk;
  }
}

async function requireEnd(chunks: AsyncIterator<Uint8Array>, digest: string): Promise<void> {
  if ((await chunks.next()).done === true) return;
  throw new StrongroomError('QUOTA_EXCEEDED', `${digest} has more bytes than declared.`);
}

async function* resumed(
  start: IteratorResult<Uint8Array, void>,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (start.done !== true) yield start.value;
  yield* rest;
}

function mismatch(digest: string): StrongroomError {
  return new StrongroomError('DIGEST_MISMATCH', `The bytes of ${digest} do not hash to its name.`);
}

function tooLarge(most: number): StrongroomError {
  return new StrongroomError('QUOTA_EXCEEDED', `Objects that come whole have at most ${most} bytes.`);
}

function malformed(why: string): StrongroomError {
  return new StrongroomError('DOCUMENT_INVALID', `Not a valid upload: ${why}.`);
}
