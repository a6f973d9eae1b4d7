/** All that tests write into the temporary folder goes into one of this run, which is removed whatever becomes of them. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

export function setup(): void {
  // Short: the path of a socket may have about a hundred bytes.
  folder = mkdtempSync(join(tmpdir(), 'sr-'));
  // Workers, and the processes that they start, find it there.
  process.env['TMPDIR'] = folder;
}

export function teardown(): void {
  if (folder === undefined) return;
  const left = readdirSync(folder);
  if (left.length > 0) console.warn(`Left in the temporary folder by a test: ${left.join(', ')}`);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
