/** The bytes of a Parquet page, decompressed to the size that it states and no further. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressLz4Raw } from 'hyparquet-compressors';
import { snappyUncompress } from 'hyparquet/src/snappy.js';

/** What is wrong with a column chunk, in words without a value of it. */
export class Damaged extends Error {}

/** The page, in memory of its own, so that nothing read from it can reach beyond it. */
export function decompress(bytes: Uint8Array, size: number, codec: string): Uint8Array {
  if (size === 0) return new Uint8Array();
  const limit = { maxOutputLength: size };
  switch (codec) {
    case 'UNCOMPRESSED':
      return exactly(bytes, size);
    case 'SNAPPY': {
      const page = new Uint8Array(size);
      snappyUncompress(bytes, page);
      return page;
    }
    // hyparquet-compressors lets these three grow as the input says; Node's stop at the size that was checked.
    case 'GZIP':
      return exactly(gunzipSync(bytes, limit), size);
    case 'ZSTD':
      return exactly(zstdDecompressSync(bytes, limit), size);
    case 'BROTLI':
      return exactly(brotliDecompressSync(bytes, limit), size);
    case 'LZ4_RAW':
      if (lz4Length(bytes) !== size) throw new Damaged('is damaged: a page has another length than it says');
      return decompressLz4Raw(bytes, size);
    default:
      throw new Damaged(
        'is compressed by a codec that is not supported; write it as ZSTD, SNAPPY, GZIP, LZ4_RAW or BROTLI',
      );
  }
}

/** What an LZ4 block decompresses to, by its tokens (lz4_Block_format.md); hyparquet-compressors does not tell. */
function lz4Length(block: Uint8Array): number {
  let [at, length] = [0, 0];
  const counted = (nibble: number): number => {
    let [count, byte] = [nibble, nibble === 15 ? 255 : 0];
    while (byte === 255) count += byte = block[at++] ?? 0;
    return count;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = counted(token >> 4);
    length += literals;
    at += literals;
    if (at >= block.length) break;
    at += 2;
    length += counted(token & 15) + 4;
  }
  return at === block.length ? length : -1;
}

/** A copy of bytes that must be so many. */
export function exactly(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new Damaged('is damaged: a page has another length than it says');
  return new Uint8Array(bytes);
}
