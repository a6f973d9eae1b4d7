/** What the machine can do at most: the memory, the hash and the disk beneath everything else. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Work } from '../harness/contestants.ts';

export interface BytesJob {
  readonly bytes: number;
}

/** Every run deals with the same bytes: of a counter. */
function counted(bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let i = 0; i < words.length; i += 1) words[i] = Math.imul(i, 0x9e3779b1);
  return new Uint8Array(words.buffer, 0, bytes);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Memory to memory. */
export function copy({ bytes }: BytesJob): Work {
  const [from, to] = [counted(bytes), new Uint8Array(bytes)];
  return {
    units: bytes,
    run: () => to.set(from),
    answer: () => digestOf(to),
    [Symbol.dispose]: () => undefined,
  };
}

/** SHA-256 by OpenSSL. */
export function hash({ bytes }: BytesJob): Work {
  const from = counted(bytes);
  let digest = '';
  return {
    units: bytes,
    run: () => (digest = digestOf(from)),
    answer: () => digest,
    [Symbol.dispose]: () => undefined,
  };
}

/** Written to a file beside the others of this machine, and flushed to the disk. */
export function store({ bytes }: BytesJob): Work {
  const from = counted(bytes);
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  const path = join(folder, 'file');
  return {
    units: bytes,
    run: async () => {
      await using file = await open(path, 'w');
      await file.writeFile(from);
      await file.sync();
    },
    answer: async () => {
      await using file = await open(path);
      return digestOf(await file.readFile());
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
