/** Folders for decoders that read files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch extends Disposable {
  readonly path: (name: string) => string;
}

export function scratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-fuzz-'));
  return {
    path: (name) => join(folder, name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
