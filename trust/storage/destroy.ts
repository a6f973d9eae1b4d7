/**
 * A folder whose contents nobody is to read again. Files are overwritten before they are removed; a file system with
 * snapshots, and the flash under it, may keep old blocks all the same.
 */
import { open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from './files.ts';

/** What a folder is called from the instant at which it is given up. */
const GONE = '.gone';
const BLOCK = new Uint8Array(64 * 1024);

/**
 * Overwrites and removes a folder of files, durably. A process that dies in here leaves a folder that is not taken
 * for the whole one, and that the next call for the same path removes. Nothing happens where there is neither.
 */
export async function destroyFolder(path: string): Promise<void> {
  const gone = path + GONE;
  if (await isThere(gone)) await overwriteAndRemove(gone);
  if (!(await isThere(path))) return;
  await rename(path, gone);
  await syncFolder(dirname(path));
  await overwriteAndRemove(gone);
  await syncFolder(dirname(path));
}

async function overwriteAndRemove(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await overwriteAndRemove(path);
    else if (entry.isFile()) await overwrite(path);
    await rm(path, { force: true, recursive: true });
  }
  await rmdir(folder);
}

async function overwrite(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    for (let at = 0; at < size; at += BLOCK.length) {
      await file.write(BLOCK, 0, Math.min(BLOCK.length, size - at), at);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
