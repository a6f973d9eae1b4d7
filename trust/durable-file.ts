/**
 * Files that are there whole or not at all, even when the machine loses power: write a temporary file beside
 * the target, fsync it, give it its name, fsync the folder.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { hex } from './digest.ts';

const OWNER_ONLY = 0o600;

/**
 * Creates a file, readable by its owner alone. Throws USAGE where it exists: it is never overwritten. Without `flush` a
 * power cut may take it again.
 */
export function createDurably(path: string, bytes: Uint8Array, flush = true): void {
  const temporary = `${path}.${hex(randomBytes(8))}.tmp`;
  const file = openSync(temporary, 'wx', OWNER_ONLY);
  try {
    writeFileSync(file, bytes);
    if (flush) fsyncSync(file);
    // Unlike rename, link fails where the target exists, even when two processes race.
    linkSync(temporary, path);
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause;
    throw new StrongroomError('USAGE', `${path} exists and is not overwritten; choose another folder.`, {
      cause,
    });
  } finally {
    closeSync(file);
    unlinkSync(temporary);
  }
  if (flush) syncFolder(dirname(path));
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
