/** The objects of an evidence file: bytes that are believed because they hash to what somebody has signed. */
import { base64, sha256Hex, unbase64 } from '../digest.ts';
import type { FetchAll, SignedBlob } from '../evaluation.ts';
import { at, unproven } from './form.ts';

/** Where objects are that do not stand in the file itself. Throws where they are not there. */
export type Beside = (digest: string) => Promise<Uint8Array>;

export class Objects {
  readonly #embedded: Readonly<Record<string, string>>;
  readonly #beside: Beside;
  readonly #used = new Set<string>();

  constructor(embedded: Readonly<Record<string, string>>, beside: Beside) {
    this.#embedded = embedded;
    this.#beside = beside;
  }

  readonly fetchAll: FetchAll = (signed) => this.#each(signed);

  /** Throws EVIDENCE_INVALID where the object is missing, or hashes to another digest. */
  async get(digest: string): Promise<Uint8Array> {
    this.#used.add(digest);
    const embedded = this.#embedded[digest];
    const bytes =
      embedded === undefined
        ? await this.#beside(digest).catch(() => {
            throw unproven('objects', `${digest} is neither in the file nor beside it`);
          })
        : at('objects', () => unbase64(embedded));
    if (sha256Hex(bytes) !== digest)
      throw unproven('objects', `what is given as ${digest} is not that object`);
    return bytes;
  }

  async *#each(signed: Iterable<SignedBlob>): AsyncGenerator<Uint8Array, void, undefined> {
    for (const { blob } of signed) yield await this.get(blob.digest);
  }

  /** The digests in the file itself. */
  get names(): readonly string[] {
    return Object.keys(this.#embedded);
  }

  /** Throws EVIDENCE_INVALID where the file holds an object that the argument does not use. */
  requireAllUsed(): void {
    const idle = this.names.find((digest) => !this.#used.has(digest));
    if (idle !== undefined) throw unproven('objects', `nothing is proved by ${idle}`);
  }
}

/** Objects as they stand in a file. */
export function embed(objects: Iterable<Uint8Array>): Record<string, string> {
  return Object.fromEntries([...objects].map((bytes) => [sha256Hex(bytes), base64(bytes)]));
}
