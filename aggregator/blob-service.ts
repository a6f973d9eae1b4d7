/** Large objects: taken in within the quota of their task, and handed to every party that may read. */
import { StrongroomError } from '../proto/errors.ts';
import type { Caller } from '../transport/authorisation.ts';
import { CHUNK_BYTES, CHUNK_LIMIT, MANY_OBJECTS } from '../transport/chunks.ts';
import { BLOBS } from '../transport/contract.ts';
import { gathering } from '../transport/gathered.ts';
import type {
  GetManyRequest,
  GetManyResponse,
  GetRequest,
  GetResponse,
  StatResponse,
} from '../transport/messages.ts';
import { service, type Service } from '../transport/server.ts';
import { put, putMany, Room, type UploadOptions } from './blob-uploads.ts';

/** Of the objects that come many together, over all calls; each call has one message of at most 1 MiB beyond it. */
const UNDER_WAY_BYTES = 32 * 1024 * 1024;

export interface BlobOptions extends UploadOptions {
  /** Throws the reason where a party may not fetch an object. */
  readonly checkReader: (digest: string, caller: Caller) => void;
}

export function blobService(options: BlobOptions): Service {
  const room = new Room(UNDER_WAY_BYTES);
  return service(gathering(BLOBS), {
    Stat: ({ digest }, { caller }) => stat(options, digest, caller),
    Put: async (requests, { caller }) => {
      await put(options, requests, caller);
      return {};
    },
    PutMany: async (requests, { caller }) => {
      await putMany(options, room, requests, caller);
      return {};
    },
    Get: (request, { caller }) => get(options, request, caller),
    GetMany: (request, { caller }) => getMany(options, request, caller),
  });
}

async function stat({ blobs }: BlobOptions, digest: string, { party }: Caller): Promise<StatResponse> {
  const size = await blobs.size(digest);
  return size === undefined
    ? { receivedBytes: await blobs.received(digest, party), complete: false }
    : { receivedBytes: size, complete: true };
}

async function* get(
  { blobs, limits, checkReader }: BlobOptions,
  { digest, offset }: GetRequest,
  caller: Caller,
): AsyncGenerator<GetResponse> {
  using _open = limits.stream(caller.party);
  checkReader(digest, caller);
  if (!Number.isSafeInteger(offset)) throw malformed('the offset is too large');
  for await (const chunk of blobs.read(digest, offset)) yield { chunk };
}

/** Nothing is sent unless the caller may read all of them. */
async function* getMany(
  { blobs, limits, checkReader }: BlobOptions,
  { digests }: GetManyRequest,
  caller: Caller,
): AsyncGenerator<GetManyResponse> {
  using _open = limits.stream(caller.party);
  if (digests.length > MANY_OBJECTS) {
    throw new StrongroomError('QUOTA_EXCEEDED', `A request may name ${MANY_OBJECTS} objects.`);
  }
  for (const digest of digests) checkReader(digest, caller);
  let objects: Uint8Array[] = [];
  let bytes = 0;
  for (const digest of digests) {
    const object = await blobs.small(digest, CHUNK_BYTES);
    if (objects.length > 0 && bytes + object.length > CHUNK_LIMIT) {
      yield { objects };
      [objects, bytes] = [[], 0];
    }
    objects.push(object);
    bytes += object.length;
  }
  if (objects.length > 0) yield { objects };
}

function malformed(why: string): StrongroomError {
  return new StrongroomError('DOCUMENT_INVALID', `Not a valid download: ${why}.`);
}
