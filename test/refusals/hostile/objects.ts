/** The objects on the disk of an aggregator, for whoever runs it. */
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PackIndex } from '../../../trust/storage/pack-index.ts';

/** Where a blob store keeps an object, also while its process runs. */
function objectPlace(folder: string, digest: string): { file: string; offset: number; size: number } {
  using index = new PackIndex(join(folder, 'packs.db'));
  const packed = index.find(digest);
  if (packed !== undefined) return { ...packed, file: join(folder, 'packs', packed.pack) };
  const file = join(folder, 'objects', digest.slice(0, 2), digest.slice(2, 4), digest);
  return { file, offset: 0, size: statSync(file).size };
}

/** An object as it is on the disk. */
export function objectOf(folder: string, digest: string): Buffer {
  const { file, offset, size } = objectPlace(folder, digest);
  return readFileSync(file).subarray(offset, offset + size);
}

/** Puts other bytes in the place of an object, not more than it has. */
export function replaceObject(folder: string, digest: string, bytes: Uint8Array): void {
  const { file, offset, size } = objectPlace(folder, digest);
  if (bytes.length > size) throw new Error('what is put in the place of an object is larger');
  const open = openSync(file, 'r+');
  writeSync(open, bytes, 0, bytes.length, offset);
  if (offset === 0) ftruncateSync(open, bytes.length);
  closeSync(open);
  if (offset === 0) return;
  using index = new PackIndex(join(folder, 'packs.db'));
  const pack = basename(file);
  index.add(pack, [{ digest, pack, offset, size: bytes.length }], index.packs().get(pack) ?? 0);
}
