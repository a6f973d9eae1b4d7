/** Uploads: each object within the quota of its task, and stored under the SHA-256 of its bytes. */
import { StrongroomError } from '../proto/errors.ts';
import type { Caller } from '../transport/authorisation.ts';
import { CHUNK_BYTES, CHUNK_LIMIT, limitChunks, MANY_OBJECTS } from '../transport/chunks.ts';
import type { PutHeader, PutManyRequest, PutRequest } from '../transport/messages.ts';
import { WholeObject, type BlobStore } from '../trust/storage/blob-store.ts';
import type { BlobClaims, Claim } from './blob-service-claims.ts';
import type { PartyLimits } from './limits.ts';

export interface UploadOptions {
  readonly blobs: BlobStore;
  readonly claims: BlobClaims;
  readonly limits: PartyLimits;
  /** How many bytes a party may store for a task. Throws where the task or the party's part in it is unknown. */
  readonly quota: (task: string, caller: Caller) => number;
  /** Told of an object that came whole and is durable, while its bytes are in memory. */
  readonly stored?: (task: string, object: WholeObject, caller: Caller) => void | Promise<void>;
}

/** Bytes that are in memory on their way to the disk: whoever brings more waits while there is no room. */
export class Room {
  #left: number;
  #waiting: (() => void)[] = [];

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** What has come is in memory already, so that there may be less than no room. */
  take(bytes: number): void {
    this.#left -= bytes;
  }

  give(bytes: number): void {
    this.#left += bytes;
    if (this.#left <= 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  async free(): Promise<void> {
    while (this.#left <= 0) await new Promise<void>((wake) => this.#waiting.push(wake));
  }
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
  const claim = { task, digest, size, party: caller.party };
  const store = async () => {
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
  };
  await begun(options, claim, () => claimed(options, claim, caller, store));
}

/** Many objects, each whole; all of them are durable when it resolves. More are read where there is room for them. */
export async function putMany(
  options: UploadOptions,
  room: Room,
  requests: AsyncIterable<PutManyRequest>,
  caller: Caller,
): Promise<void> {
  using _open = options.limits.stream(caller.party);
  const storing = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  for await (const { task, objects } of requests) {
    const bytes = objects.reduce((sum, { length }) => sum + length, 0);
    if (bytes > CHUNK_LIMIT || objects.length > MANY_OBJECTS) throw tooLarge();
    // Their claims are made before this returns, and the rest follows. Where it throws, no room is taken.
    const kept = options.claims.together(() =>
      objects.map((object) =>
        keep(options, task, object, caller).catch((error: unknown) => (failure ??= { error })),
      ),
    );
    room.take(bytes);
    const work = Promise.all(kept).then(() => {
      storing.delete(work);
      room.give(bytes);
    });
    storing.add(work);
    await room.free();
    if (failure !== undefined) break;
  }
  await Promise.all(storing);
  if (failure !== undefined) throw failure.error;
}

async function keep(options: UploadOptions, task: string, bytes: Uint8Array, caller: Caller): Promise<void> {
  if (bytes.length === 0) throw malformed('an object has at least one byte');
  if (bytes.length > CHUNK_BYTES) throw tooLarge();
  const object = new WholeObject(bytes);
  const claim = { task, digest: object.digest, size: bytes.length, party: caller.party };
  if (options.blobs.isPacked(claim.digest)) return;
  await claimed(options, claim, caller, () => options.blobs.put(object, task));
  await options.stored?.(task, object, caller);
}

/** An upload counts as unfinished until it is stored, or nothing of it is left. */
async function begun({ blobs, limits }: UploadOptions, claim: Claim, store: () => Promise<void>) {
  limits.upload(claim);
  try {
    await store();
    limits.uploaded(claim);
  } catch (error) {
    if ((await blobs.received(claim.digest, claim.party)) === 0) limits.uploaded(claim);
    throw error;
  }
}

/** Stores an object for which there is room in the quota; gives the room back where nothing of it is kept. */
async function claimed(
  { blobs, claims, quota }: UploadOptions,
  claim: Claim,
  caller: Caller,
  store: () => Promise<void>,
): Promise<void> {
  claims.claim(claim, quota(claim.task, caller));
  try {
    await store();
  } catch (error) {
    if ((await blobs.received(claim.digest, claim.party)) === 0) claims.release(claim);
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

function tooLarge(): StrongroomError {
  return new StrongroomError(
    'QUOTA_EXCEEDED',
    `Objects that come whole have at most ${CHUNK_BYTES} bytes each; those of a message ${CHUNK_LIMIT} together, and there are ${MANY_OBJECTS} at most.`,
  );
}

function malformed(why: string): StrongroomError {
  return new StrongroomError('DOCUMENT_INVALID', `Not a valid upload: ${why}.`);
}
