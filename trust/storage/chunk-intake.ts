/** The chunks of an upload on their way into a file. */
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { StrongroomError } from '../../proto/errors.ts';

/** An upload: what it will be, where it goes on, and who writes. Writers never touch each other's partial uploads. */
export interface Upload {
  /** SHA-256 of the whole object. */
  readonly digest: string;
  /** Bytes of the whole object. */
  readonly size: number;
  /** Where the chunks go on: at most what `received` says. What is stored behind it is written again. */
  readonly offset: number;
  /** Name of the writing party. */
  readonly writer: string;
}

/** Appends the chunks to the file and the hash until `size` bytes are there. */
export async function fill(
  file: FileHandle,
  hash: Hash,
  { digest, size, offset }: Upload,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  let received = offset;
  for await (const chunk of chunks) {
    received += chunk.length;
    if (received > size)
      throw new StrongroomError('QUOTA_EXCEEDED', `${digest} has more than the ${size} bytes declared.`);
    hash.update(chunk);
    await file.appendFile(chunk);
  }
  if (received < size) {
    throw new StrongroomError(
      'UNREACHABLE',
      `The upload of ${digest} ended after ${received} of ${size} bytes.`,
    );
  }
}

/** Passes the chunks on, and throws as soon as the signal says stop, even while the next chunk is awaited. */
export async function* interruptible(
  chunks: AsyncIterable<Uint8Array>,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stopped = new Promise<never>((_resolve, reject) => {
    stop.addEventListener('abort', () =>
      reject(new StrongroomError('UNREACHABLE', 'Another upload of the same object has taken over.')),
    );
  });
  // Whoever waits below hears of it; nobody may be waiting.
  stopped.catch(() => undefined);
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), stopped]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a source that hangs in `next` would hang here too.
    void iterator.return?.();
  }
}
