/** Large objects as a client sees them: sent and fetched through broken connections, and verified on arrival. */
import { StrongroomError } from '../proto/errors.ts';
import { sha256Hex } from '../trust/digest.ts';
import { groupsOf } from '../trust/groups.ts';
import type { ClientOf } from './call.ts';
import { CHUNK_BYTES, CHUNK_LIMIT, chunksOf, MANY_OBJECTS } from './chunks.ts';
import type { BlobMethods } from './contract.ts';
import type { PutHeader, PutManyRequest, PutRequest, StatResponse } from './messages.ts';
import { isTriedAgain, retrying, retryingStream, type RetryRule } from './retry.ts';

const TIMEOUT_MS = 30_000;
/** Bytes that one call uploads, and whose progress is heard at once; as many are on their way while they are stored. */
const CALL_BYTES = 8 * 1024 * 1024;
/**
 * With fewer bytes objects go one after the other: where the line breaks, what is on its way is sent again, which is as
 * much as the window holds (WINDOW_BYTES), and of so little would be a good part.
 */
const MANY_BYTES = 4 * 1024 * 1024;

/** An object as signed documents name it: its SHA-256 in hexadecimal, and its bytes. */
export interface BlobName {
  readonly digest: string;
  readonly size: number;
}

interface Options {
  readonly signal?: AbortSignal | undefined;
}

export class BlobClient {
  readonly #methods: ClientOf<BlobMethods>;
  readonly #rule: RetryRule;

  constructor(methods: ClientOf<BlobMethods>, rule: RetryRule) {
    this.#methods = methods;
    this.#rule = { ...rule, waitsForOwn: true };
  }

  /** How much of an object the aggregator holds: all of it, or this party's unfinished upload. */
  stat(digest: string, { signal }: Options = {}): Promise<StatResponse> {
    return retrying(this.#rule, signal, () =>
      this.#methods.Stat({ digest }, { signal, timeoutMs: TIMEOUT_MS }),
    );
  }

  /**
   * Uploads an object for a task, from where an earlier upload stopped, also one of an earlier process; durable
   * at the aggregator when it resolves. Throws QUOTA_EXCEEDED where the task has no room for it; UNREACHABLE;
   * RATE_LIMITED where other calls of this party have taken up what it may take for longer than the rule waits.
   */
  async put(task: string, bytes: Uint8Array, { signal }: Options = {}): Promise<BlobName> {
    const digest = sha256Hex(bytes);
    await retrying(this.#rule, signal, async () => {
      const send = (offset: number) =>
        this.#methods.Put(putRequests({ digest, size: bytes.length, task, offset }, bytes), { signal });
      const offset = await this.#resumption(digest, bytes, signal);
      try {
        await send(offset);
      } catch (error) {
        if (offset === 0 || !isMismatch(error)) throw error;
        // What had arrived before is damaged, and has been thrown away.
        await send(0);
      }
    });
    return { digest, size: bytes.length };
  }

  /**
   * Uploads many objects for a task; all are durable at the aggregator when it resolves. Of MANY_BYTES and more, those of
   * at most CHUNK_BYTES go together, without waiting for one to be stored before the next is sent. What has arrived when
   * the connection breaks is not sent again. Keeps 2 × CALL_BYTES in memory. `onSent` hears how many are there. Throws as
   * `put`.
   */
  async putMany(
    task: string,
    objects: Iterable<Uint8Array>,
    { signal, onSent }: Options & { onSent?: (objects: number) => void } = {},
  ): Promise<void> {
    const failed = new AbortController();
    const either = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])]);
    let [sent, bytes, before] = [0, 0, Promise.resolve()];
    const stored = (count: number): void => onSent?.((sent += count));
    try {
      for (const group of groupsOf(objects, ({ length }) => length, CALL_BYTES, MANY_OBJECTS)) {
        bytes += group.reduce((sum, { length }) => sum + length, 0);
        const storing = this.#putGroup(task, group, bytes >= MANY_BYTES, stored, either);
        // The one before may fail first, and is awaited first.
        storing.catch(() => undefined);
        await before;
        before = storing;
      }
      await before;
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  /**
   * Streams the bytes of an object from an offset on; resumes by itself when the connection breaks. Throws
   * NOT_FOUND, and DIGEST_MISMATCH where there are more or fewer bytes than the name says; whether they hash to
   * the name is for the receiver to check.
   */
  async *get(
    { digest, size }: BlobName,
    { offset = 0, signal }: Options & { offset?: number } = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let next = offset;
    const open = () => chunksIn(this.#methods.Get({ digest, offset: next }, { signal }));
    for await (const chunk of retryingStream(this.#rule, signal, open)) {
      next += chunk.length;
      if (next > size) break;
      yield chunk;
    }
    if (next !== size) throw mismatch(digest);
  }

  /**
   * Whole objects of at most CHUNK_BYTES each, at most MANY_OBJECTS of them, in order, each verified against its
   * name. Goes on by itself when the connection breaks. Throws NOT_FOUND, DIGEST_MISMATCH (`details.digest`).
   */
  async *many(
    names: readonly BlobName[],
    { signal }: Options = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let next = 0;
    const open = () => {
      const digests = names.slice(next).map(({ digest }) => digest);
      return objectsIn(this.#methods.GetMany({ digests }, { signal }));
    };
    for await (const object of retryingStream(this.#rule, signal, open)) {
      const name = names[next];
      if (name === undefined) break;
      if (object.length !== name.size || sha256Hex(object) !== name.digest) throw mismatch(name.digest);
      next += 1;
      // Not a Buffer, which node-seal refuses, nor a view that keeps the whole message alive.
      yield new Uint8Array(object);
    }
    const absent = names[next];
    if (absent !== undefined) throw mismatch(absent.digest);
  }

  /** A whole object in memory, verified against its name. Throws NOT_FOUND, DIGEST_MISMATCH. */
  async bytes(name: BlobName, options: Options = {}): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.get(name, options)) chunks.push(chunk);
    // Not a Buffer, which node-seal refuses; and as large as what really came, not as what was promised.
    const bytes = new Uint8Array(name.size);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    if (sha256Hex(bytes) !== name.digest) throw mismatch(name.digest);
    return bytes;
  }

  async #putGroup(
    task: string,
    group: readonly Uint8Array[],
    isMuch: boolean,
    stored: (objects: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const together = isMuch ? group.filter((bytes) => bytes.length <= CHUNK_BYTES) : [];
    if (together.length > 0) {
      await this.#putTogether(task, together, signal);
      stored(together.length);
    }
    for (const bytes of isMuch ? group.filter((other) => other.length > CHUNK_BYTES) : group) {
      await this.put(task, bytes, { signal });
      stored(1);
    }
  }

  /** In one stream; where it breaks, what has not arrived goes one after the other: the line may break again soon. */
  async #putTogether(task: string, objects: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    try {
      await this.#methods.PutMany(wholeObjects(task, objects), { signal });
    } catch (error) {
      if (signal.aborted || !isTriedAgain(error, 1, this.#rule)) throw error;
      for (const bytes of objects) {
        const { complete } = await this.stat(sha256Hex(bytes), { signal });
        if (!complete) await this.put(task, bytes, { signal });
      }
    }
  }

  /** Where an upload goes on. An object of one chunk is not worth the question. */
  async #resumption(digest: string, bytes: Uint8Array, signal?: AbortSignal): Promise<number> {
    if (bytes.length <= CHUNK_BYTES) return 0;
    const { receivedBytes } = await this.#methods.Stat({ digest }, { signal, timeoutMs: TIMEOUT_MS });
    return Math.min(receivedBytes, bytes.length);
  }
}

function* wholeObjects(
  task: string,
  objects: readonly Uint8Array[],
): Generator<PutManyRequest, void, undefined> {
  for (const together of groupsOf(objects, ({ length }) => length, CHUNK_LIMIT, MANY_OBJECTS)) {
    yield { task, objects: together };
  }
}

function* putRequests(header: PutHeader, bytes: Uint8Array): Generator<PutRequest, void, undefined> {
  yield { header };
  for (const chunk of chunksOf(bytes, header.offset)) yield { chunk };
}

async function* chunksIn(responses: AsyncIterable<{ chunk: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { chunk } of responses) yield chunk;
}

async function* objectsIn(responses: AsyncIterable<{ objects: Uint8Array[] }>): AsyncGenerator<Uint8Array> {
  for await (const { objects } of responses) yield* objects;
}

function isMismatch(error: unknown): boolean {
  return error instanceof StrongroomError && error.code === 'DIGEST_MISMATCH';
}

function mismatch(digest: string): StrongroomError {
  return new StrongroomError('DIGEST_MISMATCH', `What the aggregator sent as ${digest} is not that object.`, {
    details: { digest },
  });
}
