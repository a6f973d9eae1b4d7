/**
 * Small objects, many in a file: flushing a file and its folders for each object costs several times what moving its
 * bytes does.
 *
 *     packs/<group>.<random>   records, one after the other: magic "SRP1", size (u32, little-endian), SHA-256, bytes
 *     packs.db                 where each object is
 *
 * What is durable: an object, when `add` resolves. Objects that arrive while others are flushed are written meanwhile, and
 * flushed together.
 * A process appends to packs that it has made itself only. What a process or machine left unfinished at the end of a
 * pack is either whole, and counts, or does not hash to its name, and does not.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StrongroomError } from '../../proto/errors.ts';
import { hex, sha256Hex, unhex } from '../digest.ts';
import { makeFolder, syncFolder } from './files.ts';
import { OpenPacks } from './open-packs.ts';
import { PackIndex, type Place, type Placed } from './pack-index.ts';

export type { Place };

const MAGIC = Buffer.from('SRP1');
const HEAD_BYTES = 40;
/** Bytes of the largest object that is packed. */
export const PACKED_BYTES = 512 * 1024;
/** Files that are held open for writing. */
const OPEN_FILES = 64;

interface Waiting {
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/** Records that stand in a pack, whose end is then `end`, and are not flushed. */
interface Written {
  readonly waiting: readonly Waiting[];
  readonly placed: readonly Placed[];
  readonly end: number;
}

/** A pack that this process writes. */
interface Growing {
  readonly name: string;
  readonly file: FileHandle;
  end: number;
  written: Written[];
  flushing?: Promise<void> | undefined;
  /** Why nothing of it that was not flushed counts. */
  failure?: { readonly cause: unknown };
}

export class PackStore implements AsyncDisposable {
  readonly #folder: string;
  readonly #index: PackIndex;
  readonly #growing = new Map<string, Growing>();
  readonly #reading = new OpenPacks((pack) => this.#path(pack));
  #waiting = new Map<string, Waiting[]>();
  #writing: Promise<void> | undefined;

  private constructor(folder: string, index: PackIndex) {
    this.#folder = folder;
    this.#index = index;
  }

  /** Opens the packs below this folder, and takes in what an earlier process has written and not indexed. */
  static async open(folder: string): Promise<PackStore> {
    await makeFolder(join(folder, 'packs'));
    const store = new PackStore(folder, new PackIndex(join(folder, 'packs.db')));
    await store.#recover();
    return store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    for (const group of [...this.#growing.keys()]) await this.#close(group);
    await this.#reading[Symbol.asyncDispose]();
    this.#index[Symbol.dispose]();
  }

  /** Where an object is; undefined where it is not packed. */
  find(digest: string): Place | undefined {
    return this.#index.find(digest);
  }

  /** The objects of a group. */
  ofGroup(group: string): string[] {
    return this.#index.ofGroup(group);
  }

  /**
   * Stores an object of at most PACKED_BYTES that hashes to its name; durable when it resolves. Objects of one group are
   * kept, and deleted, together. The bytes must not change before.
   */
  add(group: string, digest: string, bytes: Uint8Array): Promise<void> {
    const stored = new Promise<void>((resolve, reject) => {
      const before = this.#waiting.get(group) ?? [];
      before.push({ digest, bytes, stored: resolve, failed: reject });
      this.#waiting.set(group, before);
    });
    this.#writing ??= this.#write();
    return stored;
  }

  /** The bytes of an object from an offset on, as they are on the disk. */
  async read({ pack, offset, size }: Place, from = 0): Promise<Buffer<ArrayBuffer>> {
    // Not from the pool of buffers: whoever has a view of an object must not keep others alive.
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, size - from));
    const { bytesRead } = await this.#reading.use(pack, (file) =>
      file.read(bytes, 0, bytes.length, offset + from),
    );
    return bytes.subarray(0, bytesRead);
  }

  /** Deletes objects, durably: where others are in the same packs, those are written anew. */
  async delete(digests: Iterable<string>): Promise<void> {
    const gone = new Set(digests);
    const packs = new Set([...gone].flatMap((digest) => this.find(digest)?.pack ?? []));
    if (packs.size === 0) return;
    for (const pack of packs) {
      await this.#seal(pack);
      const kept = this.#index.in(pack).filter(({ digest }) => !gone.has(digest));
      await Promise.all(
        kept.map(async (place) => this.add(groupOf(pack), place.digest, await this.read(place))),
      );
    }
    this.#index.delete(gone);
    await this.#drop(packs);
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        // What comes within one turn of the event loop is written together.
        await new Promise((resolve) => setImmediate(resolve));
        const groups = this.#waiting;
        this.#waiting = new Map();
        await Promise.all([...groups].map(([group, waiting]) => this.#append(group, waiting)));
        while (this.#growing.size > OPEN_FILES) await this.#close(this.#growing.keys().next().value ?? '');
      }
    } finally {
      // In the tick in which nothing was found waiting: whoever comes next starts anew.
      this.#writing = undefined;
    }
  }

  /** Writes objects to the end of a pack; whoever waits for them hears of it when they are flushed. */
  async #append(group: string, waiting: readonly Waiting[]): Promise<void> {
    try {
      const pack = await this.#open(group);
      const placed: Placed[] = [];
      const pieces: Uint8Array[] = [];
      let at = pack.end;
      for (const { digest, bytes } of waiting) {
        pieces.push(headOf(digest, bytes.length), bytes);
        placed.push({ digest, pack: pack.name, offset: at + HEAD_BYTES, size: bytes.length });
        at += HEAD_BYTES + bytes.length;
      }
      const { bytesWritten } = await pack.file.writev(pieces, pack.end);
      if (bytesWritten !== at - pack.end) throw new Error('the disk has not taken all of it');
      if (pack.failure !== undefined) throw pack.failure.cause;
      pack.end = at;
      pack.written.push({ waiting, placed, end: at });
      pack.flushing ??= this.#flush(group, pack);
    } catch (cause) {
      // What has been written of it lies behind the end of a pack that does not grow any more.
      await this.#close(group).catch(() => undefined);
      fail(waiting, cause);
    }
  }

  /** Flushes what is written, and what is written meanwhile, until all of it is on the disk. Never throws. */
  async #flush(group: string, pack: Growing): Promise<void> {
    while (pack.written.length > 0) {
      const written = pack.written;
      pack.written = [];
      try {
        // It covers what was written before it began, and that is what is taken here.
        await pack.file.datasync();
        this.#index.add(
          pack.name,
          written.flatMap(({ placed }) => placed),
          written.at(-1)?.end ?? pack.end,
        );
      } catch (cause) {
        // The next flush would succeed and say nothing of what this one has lost.
        pack.failure = { cause };
        for (const { waiting } of [...written, ...pack.written]) fail(waiting, cause);
        pack.written = [];
        if (this.#growing.get(group) === pack) this.#growing.delete(group);
        await pack.file.close().catch(() => undefined);
        break;
      }
      for (const { waiting } of written) for (const { stored } of waiting) stored();
    }
    pack.flushing = undefined;
  }

  /** The pack to which objects of a group are appended; the one that was used last stands at the end. */
  async #open(group: string): Promise<Growing> {
    const known = this.#growing.get(group);
    if (known !== undefined) {
      this.#growing.delete(group);
      this.#growing.set(group, known);
      return known;
    }
    const name = `${group}.${randomUUID()}`;
    const file = await open(this.#path(name), 'wx', 0o600);
    const pack: Growing = { name, file, end: 0, written: [] };
    this.#growing.set(group, pack);
    await syncFolder(join(this.#folder, 'packs'));
    return pack;
  }

  async #close(group: string): Promise<void> {
    const pack = this.#growing.get(group);
    this.#growing.delete(group);
    await pack?.flushing;
    await pack?.file.close();
  }

  /** Nothing is appended to the pack from here on. */
  async #seal(pack: string): Promise<void> {
    await this.#writing;
    if (this.#growing.get(groupOf(pack))?.name === pack) await this.#close(groupOf(pack));
  }

  /** A pack is forgotten once its file is gone for good: else the next process would find all that was in it. */
  async #drop(packs: Iterable<string>): Promise<void> {
    for (const pack of packs) {
      await rm(this.#path(pack), { force: true });
      await this.#reading.forget(pack);
    }
    await syncFolder(join(this.#folder, 'packs'));
    for (const pack of packs) this.#index.drop(pack);
  }

  /** Packs without an object go; behind the known end of the others whole records may stand. */
  async #recover(): Promise<void> {
    const known = this.#index.packs();
    const names = new Set(await readdir(join(this.#folder, 'packs')));
    for (const name of known.keys()) if (!names.has(name)) this.#index.drop(name);
    for (const name of names) {
      const end = await this.#scan(name, known.get(name) ?? 0);
      const empty = known.has(name) && end === known.get(name) && this.#index.in(name).length === 0;
      if (empty) await this.#drop([name]);
    }
  }

  async #scan(name: string, from: number): Promise<number> {
    const file = await open(this.#path(name), 'r');
    const placed: Placed[] = [];
    let end = from;
    try {
      const { size } = await file.stat();
      while (end + HEAD_BYTES < size) {
        const head = Buffer.alloc(HEAD_BYTES);
        await file.read(head, 0, HEAD_BYTES, end);
        const length = head.readUInt32LE(4);
        if (!head.subarray(0, 4).equals(MAGIC) || length > PACKED_BYTES) break;
        const bytes = Buffer.alloc(length);
        const { bytesRead } = await file.read(bytes, 0, length, end + HEAD_BYTES);
        const digest = hex(head.subarray(8));
        if (bytesRead < length || sha256Hex(bytes) !== digest) break;
        placed.push({ digest, pack: name, offset: end + HEAD_BYTES, size: length });
        end += HEAD_BYTES + length;
      }
      if (placed.length > 0) {
        // It may have been read from memory: nothing counts before it is on the disk.
        await file.datasync();
        this.#index.add(name, placed, end);
      }
    } finally {
      await file.close();
    }
    return end;
  }

  #path(pack: string): string {
    return join(this.#folder, 'packs', pack);
  }
}

function fail(waiting: readonly Waiting[], cause: unknown): void {
  for (const { digest, failed } of waiting) {
    failed(new StrongroomError('INTERNAL', `Storing ${digest} failed.`, { cause }));
  }
}

function headOf(digest: string, size: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32LE(size, 4);
  head.set(unhex(digest), 8);
  return head;
}

const groupOf = (pack: string): string => pack.slice(0, pack.indexOf('.'));
