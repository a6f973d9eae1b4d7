/**
 * Content-addressed storage: bytes under the SHA-256 of themselves.
 *
 *     packs/…                  small objects that came whole; see `PackStore`
 *     objects/ab/cd/abcd…      complete: verified against the name, flushed, then renamed to here
 *     partial/<digest>.<writer>  an unfinished upload, kept so that it can be continued
 *
 * What is durable: an object, when `put` or `write` resolves. A partial upload is not flushed and may come back from a
 * power cut with any content, so that its digest is only believed once all of it has been read again.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StrongroomError } from '../../proto/errors.ts';
import { sha256Hex } from '../digest.ts';
import { fill, interruptible, type Upload } from './chunk-intake.ts';
import { makeFolder, syncFolder } from './files.ts';
import { PACKED_BYTES, PackStore, type Place } from './pack-store.ts';

export { PACKED_BYTES };

const READ_BYTES = 512 * 1024;
const DIGEST = /^[0-9a-f]{64}$/;
/** A party's name, or OWN. */
const WRITER = /^(-|[a-z][a-z0-9-]{0,62})$/;
/** Writes of this process's own making; no party has this name. */
const OWN = '-';
/** The id of a task, or OWN. */
const GROUP = /^(-|[0-9a-f]{64})$/;

/** Bytes and their name, which is computed here and nowhere else. */
export class WholeObject {
  readonly digest: string;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.digest = sha256Hex(bytes);
    this.bytes = bytes;
  }
}

export class BlobStore implements AsyncDisposable {
  readonly #folder: string;
  readonly #packs: PackStore;
  /** Uploads under way, by file name, so that a second one for the same file takes over from the first. */
  readonly #writing = new Map<string, { stop: AbortController; ended: Promise<unknown> }>();

  /** Use `openBlobStore`. */
  constructor(folder: string, packs: PackStore) {
    this.#folder = folder;
    this.#packs = packs;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#packs[Symbol.asyncDispose]();
  }

  /** Bytes of a complete object; undefined where there is none. */
  async size(digest: string): Promise<number | undefined> {
    const path = this.#path(digest);
    return this.#packs.find(digest)?.size ?? (await sizeOf(path));
  }

  /** Whether an object is there that came whole and small. */
  isPacked(digest: string): boolean {
    return this.#packs.find(digest) !== undefined;
  }

  /** The small objects of a group, as `put` was told it. */
  packedOf(group: string): string[] {
    return this.#packs.ofGroup(group);
  }

  /** Bytes that a writer's partial upload holds; 0 where there is none. */
  async received(digest: string, writer: string): Promise<number> {
    return (await sizeOf(this.#partial(digest, writer))) ?? 0;
  }

  /**
   * Takes in the chunks of an object; durable and verified when it resolves. A complete object is left as it
   * is and no chunk is read. Where the chunks end early or fail, what has come is kept for resumption.
   *
   * Throws QUOTA_EXCEEDED where there are more bytes than `size`, and DIGEST_MISMATCH where they are not the
   * object: then what has come is thrown away. Throws UNREACHABLE where there are fewer bytes, where the
   * offset lies behind what has been received, or where a later upload of the same writer has taken over.
   */
  async write(upload: Upload, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    if ((await this.size(upload.digest)) !== undefined) return;
    const path = this.#partial(upload.digest, upload.writer);
    const other = this.#writing.get(path);
    other?.stop.abort();
    const stop = new AbortController();
    const work = (async () => {
      await other?.ended.catch(() => undefined);
      await this.#receive(upload, path, interruptible(chunks, stop.signal));
    })();
    const mine = { stop, ended: work };
    this.#writing.set(path, mine);
    try {
      await work;
    } catch (cause) {
      if (cause instanceof StrongroomError) throw cause;
      throw new StrongroomError('INTERNAL', `Storing ${upload.digest} failed.`, { cause });
    } finally {
      if (this.#writing.get(path) === mine) this.#writing.delete(path);
    }
  }

  /**
   * Stores an object that is in memory; durable when it resolves, and until then its bytes must not change. Small ones of
   * one group, such as a task, are kept and deleted together.
   */
  async put({ digest, bytes }: WholeObject, group = OWN): Promise<void> {
    if (!GROUP.test(group)) throw new StrongroomError('DOCUMENT_INVALID', 'Not the id of a task.');
    if (this.isPacked(digest)) return;
    if (bytes.length <= PACKED_BYTES) await this.#packs.add(group, digest, bytes);
    else await this.write({ digest, size: bytes.length, offset: 0, writer: OWN }, once(bytes));
  }

  /** Streams an object from an offset on, as it is on the disk. Throws NOT_FOUND. */
  async *read(digest: string, offset = 0): AsyncGenerator<Uint8Array, void, undefined> {
    const size = await this.size(digest);
    if (size === undefined) throw missing(digest);
    if (offset >= size) return;
    if (size <= READ_BYTES) {
      // A stream costs many times what it takes to read a small object.
      yield await this.#load(digest, offset);
      return;
    }
    yield* createReadStream(this.#path(digest), { start: offset, highWaterMark: READ_BYTES });
  }

  /** A whole object in memory, verified. Throws NOT_FOUND; DIGEST_MISMATCH where the disk has changed it. */
  async whole(digest: string): Promise<Uint8Array> {
    const bytes = await this.#load(digest);
    if (sha256Hex(bytes) !== digest) throw damaged(digest);
    // Not a Buffer, which node-seal refuses.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A whole object of at most `most` bytes, as it is on the disk. Throws NOT_FOUND, QUOTA_EXCEEDED. */
  async small(digest: string, most: number): Promise<Uint8Array> {
    const size = await this.size(digest);
    if (size === undefined) throw missing(digest);
    if (size > most) {
      throw new StrongroomError('QUOTA_EXCEEDED', `${digest} has ${size} bytes; it is streamed by itself.`);
    }
    return this.#load(digest);
  }

  /** The file that holds an object, from which byte on, and how many; for whoever looks after the disk. */
  async place(digest: string): Promise<Place> {
    const packed = this.#packs.find(digest);
    if (packed !== undefined) return { ...packed, pack: join(this.#folder, 'packs', packed.pack) };
    const size = await sizeOf(this.#path(digest));
    if (size === undefined) throw missing(digest);
    return { pack: this.#path(digest), offset: 0, size };
  }

  /** Removes objects, durably; nothing happens where there is none. */
  async delete(digests: Iterable<string>): Promise<void> {
    const gone = [...digests];
    await this.#packs.delete(gone);
    for (const digest of gone) {
      await rm(this.#path(digest), { force: true });
      if ((await sizeOf(this.#home(digest))) !== undefined) await syncFolder(this.#home(digest));
    }
  }

  async #load(digest: string, offset = 0): Promise<Buffer<ArrayBuffer>> {
    const path = this.#path(digest);
    const packed = this.#packs.find(digest);
    try {
      return packed === undefined
        ? (await readFile(path)).subarray(offset)
        : await this.#packs.read(packed, offset);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? missing(digest) : error;
    }
  }

  /** Removes what a writer has uploaded of an unfinished object. */
  async forget(digest: string, writer: string): Promise<void> {
    await rm(this.#partial(digest, writer), { force: true });
  }

  async #receive(upload: Upload, path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { digest, offset } = upload;
    // The upload from which this one took over may have been about to finish.
    if ((await this.size(digest)) !== undefined) return;
    if (offset > 0 && (await this.received(digest, upload.writer)) < offset) {
      throw new StrongroomError(
        'UNREACHABLE',
        `The first ${offset} bytes of ${digest} are not stored; ask again.`,
      );
    }
    const hash = createHash('sha256');
    if (offset > 0) await pipeline(createReadStream(path, { end: offset - 1 }), hash, { end: false });
    const file = await open(path, 'a', 0o600);
    try {
      await file.truncate(offset);
      await fill(file, hash, upload, chunks);
      if (hash.digest('hex') !== upload.digest) throw damaged(upload.digest);
      await file.sync();
    } catch (error) {
      // Nothing that is appended to these bytes can make them right.
      if (isFinal(error)) await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    await makeFolder(this.#home(upload.digest));
    await rename(path, this.#path(upload.digest));
    await syncFolder(this.#home(upload.digest));
  }

  #home(digest: string): string {
    if (!DIGEST.test(digest))
      throw new StrongroomError('DOCUMENT_INVALID', 'Not a SHA-256 in lower-case hexadecimal.');
    return join(this.#folder, 'objects', digest.slice(0, 2), digest.slice(2, 4));
  }

  #path(digest: string): string {
    return join(this.#home(digest), digest);
  }

  #partial(digest: string, writer: string): string {
    if (!DIGEST.test(digest) || !WRITER.test(writer)) {
      throw new StrongroomError('DOCUMENT_INVALID', 'Not the digest of an object and the name of a party.');
    }
    return join(this.#folder, 'partial', `${digest}.${writer}`);
  }
}

/** Opens the store in this folder, which is made where it is not there. */
export async function openBlobStore(folder: string): Promise<BlobStore> {
  await makeFolder(join(folder, 'objects'));
  await makeFolder(join(folder, 'partial'));
  return new BlobStore(folder, await PackStore.open(folder));
}

function isFinal(error: unknown): boolean {
  return (
    error instanceof StrongroomError && (error.code === 'DIGEST_MISMATCH' || error.code === 'QUOTA_EXCEEDED')
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable is what `write` takes
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

function missing(digest: string): StrongroomError {
  return new StrongroomError('NOT_FOUND', `No object ${digest} is stored.`);
}

function damaged(digest: string): StrongroomError {
  return new StrongroomError('DIGEST_MISMATCH', `The bytes of ${digest} do not hash to its name.`);
}
