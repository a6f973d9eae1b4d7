/** A party's table in a file: CSV, or Parquet where the name ends in `.parquet`. */
import { createReadStream, existsSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { StrongroomError } from '../proto/errors.ts';
import { readTable } from '../statistics/csv.ts';
import { readParquet } from '../statistics/parquet.ts';
import type { TableRow } from '../statistics/table.ts';
import type { Table } from '../statistics/task.ts';

/**
 * The records of a file, checked against the schema, as a stream: of CSV in constant memory, of Parquet in that of its
 * largest row group. Throws NOT_FOUND, and TABLE_INVALID with the place of what is wrong.
 */
export async function* readTableFile(schema: Table, file: string): AsyncGenerator<TableRow, void, undefined> {
  if (!isParquet(file)) {
    yield* readTable(schema, openFile(file), file);
    return;
  }
  requireFile(file);
  await using handle = await open(file);
  yield* readParquet(schema, await sourceOf(handle), file);
}

/** Its bytes as they are. Throws NOT_FOUND. */
export function openFile(file: string): AsyncIterable<Uint8Array> {
  requireFile(file);
  return createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
}

function requireFile(file: string): void {
  if (!existsSync(file)) {
    throw new StrongroomError('NOT_FOUND', `There is no file ${file}.`, { details: { file } });
  }
}

const isParquet = (file: string): boolean => file.toLowerCase().endsWith('.parquet');

async function sourceOf(handle: FileHandle) {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      const bytes = new Uint8Array(end - start);
      let read = 0;
      while (read < bytes.length) {
        const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
        if (bytesRead === 0) throw new StrongroomError('INTERNAL', 'A table got shorter while it was read.');
        read += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
