/** Packs that are open for reading: opening a file for each object costs more than reading it. */
import { type FileHandle, open } from 'node:fs/promises';

/** Files that are held open. */
const OPEN_FILES = 64;

interface Reading {
  readonly file: Promise<FileHandle>;
  users: number;
}

export class OpenPacks implements AsyncDisposable {
  readonly #path: (pack: string) => string;
  readonly #reading = new Map<string, Reading>();

  constructor(path: (pack: string) => string) {
    this.#path = path;
  }

  /** Runs with the pack open for reading; the files that were used last stay open. */
  async use<T>(pack: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
    const entry = this.#reading.get(pack) ?? { file: open(this.#path(pack), 'r'), users: 0 };
    this.#reading.delete(pack);
    this.#reading.set(pack, entry);
    entry.users += 1;
    try {
      return await read(await entry.file);
    } finally {
      entry.users -= 1;
      await this.#closeIdle(pack, entry);
    }
  }

  /** The file is deleted: it is closed once nobody reads it any more. */
  async forget(pack: string): Promise<void> {
    const entry = this.#reading.get(pack);
    this.#reading.delete(pack);
    if (entry?.users === 0) await (await entry.file).close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { file } of this.#reading.values()) await (await file).close();
    this.#reading.clear();
  }

  async #closeIdle(pack: string, entry: Reading): Promise<void> {
    const file = await entry.file.catch(() => undefined);
    if (file === undefined) this.#reading.delete(pack);
    // It was deleted while it was being read.
    else if (entry.users === 0 && this.#reading.get(pack) !== entry) await file.close();
    if (this.#reading.size <= OPEN_FILES) return;
    const idle = [...this.#reading].find(([, { users }]) => users === 0);
    if (idle === undefined) return;
    this.#reading.delete(idle[0]);
    await (await idle[1].file).close();
  }
}
