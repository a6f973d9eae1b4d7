/** The folder of a controller's evidence: one file for each violation, with large objects in a folder beside it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fetchOne, type FetchAll, type SignedBlob } from '../../trust/evaluation.ts';
import { evidenceText, type Evidence } from '../../trust/evidence.ts';
import { embed } from '../../trust/evidence/objects.ts';
import { OBJECTS_BESIDE } from '../evidence-file.ts';
import { makeFolder, writeFileAtomic } from '../../trust/storage/files.ts';
import type { Draft } from './compose.ts';

/** As many bytes of objects stand in the file itself. */
const EMBEDDED_BYTES = 32 * 1024 * 1024;

export class EvidenceFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The evidence with its objects in it, where they are not too many. */
  async complete({ evidence, objects }: Draft, fetchAll: FetchAll): Promise<Evidence> {
    if (sizeOf(objects) > EMBEDDED_BYTES || !('objects' in evidence)) return evidence;
    const embedded = await Array.fromAsync(fetchAll(objects));
    return { ...evidence, objects: embed(embedded) };
  }

  /** Writes evidence under a name that says what it is about; again, where it is there. Returns the path of the file. */
  async write(
    name: string,
    evidence: Evidence,
    objects: Draft['objects'],
    fetchAll: FetchAll,
  ): Promise<string> {
    await makeFolder(this.#path);
    const file = join(this.#path, `${name}.json`);
    if (sizeOf(objects) > EMBEDDED_BYTES) {
      const folder = file + OBJECTS_BESIDE;
      await makeFolder(folder);
      for (const { party, blob } of objects) {
        const path = join(folder, blob.digest);
        if (!existsSync(path)) await writeFileAtomic(path, await fetchOne(fetchAll, party, blob));
      }
    }
    await writeFileAtomic(file, evidenceText(evidence));
    return file;
  }
}

function sizeOf(objects: readonly SignedBlob[]): number {
  return objects.reduce((total, { blob }) => total + blob.size, 0);
}
