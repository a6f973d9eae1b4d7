/**
 * The pages of a Parquet column chunk, one at a time.
 *
 * hyparquet decodes; what it takes from the file on trust is checked here before: how large a page gets, how many values
 * it has, that the runs of a level or an index end where they should, and that an index is one of the dictionary.
 */
import { crc32 } from 'node:zlib';
import type { PageHeader, ParquetType } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { deltaBinaryUnpack, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { StrongroomError } from '../proto/errors.ts';
import type { Cell, CellReader, Physical } from './parquet-cells.ts';
import { Damaged, decompress, exactly } from './parquet-compression.ts';
import type { Chunk } from './parquet-footer.ts';
import { refusal, type Problem } from './table.ts';

const MAX_PAGE_BYTES = 2 ** 26;
/** All pages of a chunk together, once they are decompressed. */
const MAX_CHUNK_BYTES = 2 ** 29;
/** 2^24 entries; hyparquet unpacks no wider index. */
const MAX_INDEX_BITS = 24;

interface Page {
  readonly length: number;
  at(index: number): Cell;
}

type Place = Omit<Problem, 'message'> & { readonly file: string };

interface Reader {
  readonly view: DataView;
  offset: number;
}

const NULL = 'is null; missing values are not supported in this version';

/**
 * The pages of a chunk, which has exactly `rows` values. Throws TABLE_INVALID, naming row group and column, where it has
 * another number of them, is damaged, needs what is not supported, or gets larger than it may when it is decompressed.
 */
export function* readChunk(
  bytes: Uint8Array,
  chunk: Chunk,
  rows: number,
  cells: CellReader,
  { file, ...at }: Place,
): Generator<Page, void, undefined> {
  try {
    yield* pagesOf(bytes, chunk, rows, cells);
  } catch (error) {
    if (error instanceof StrongroomError) throw error;
    // The libraries' own messages and causes may quote the data.
    const message = error instanceof Damaged ? error.message : 'is damaged: a page of it cannot be decoded';
    throw refusal(file, [{ ...at, message }]);
  }
}

function* pagesOf(bytes: Uint8Array, chunk: Chunk, rows: number, cells: CellReader): Generator<Page> {
  const reader = readerOf(bytes);
  let dictionary: Cell[] | undefined;
  let [values, total] = [0, 0];
  while (values < rows) {
    if (reader.offset >= bytes.length)
      throw new Damaged(`is damaged or cut off: it has fewer than ${rows} values`);
    const header = parquetHeader(reader);
    const body = bodyOf(bytes, reader, header);
    total += header.uncompressed_page_size;
    if (total > MAX_CHUNK_BYTES) {
      throw new Damaged(
        `has more than ${MAX_CHUNK_BYTES} bytes when it is decompressed; write smaller row groups`,
      );
    }
    if (header.type === 'DICTIONARY_PAGE') {
      if (dictionary !== undefined || values > 0)
        throw new Damaged('is damaged: a dictionary stands among its pages');
      dictionary = Array.from(readDictionary(header, body, chunk), cells);
    } else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') {
      const page = readDataPage(header, body, chunk, rows - values, dictionary, cells);
      values += page.length;
      yield page;
    }
  }
}

/** The bytes of a page as they stand in the file, and the reader after them. */
function bodyOf(bytes: Uint8Array, reader: Reader, header: PageHeader): Uint8Array {
  const { compressed_page_size: size, uncompressed_page_size: grown, crc } = header;
  if (!isCount(size, bytes.length - reader.offset))
    throw new Damaged('is damaged or cut off in the middle of a page');
  if (!isCount(grown, MAX_PAGE_BYTES)) {
    throw new Damaged(`has a page of more than ${MAX_PAGE_BYTES} bytes; write smaller pages`);
  }
  const body = bytes.subarray(reader.offset, reader.offset + size);
  if (crc !== undefined && crc32(body) !== crc >>> 0)
    throw new Damaged('is damaged: the checksum of a page is wrong');
  reader.offset += size;
  return body;
}

function readDictionary(
  { dictionary_page_header: head, uncompressed_page_size: size }: PageHeader,
  body: Uint8Array,
  chunk: Chunk,
): ArrayLike<Physical> {
  const count = head?.num_values;
  if (!isCount(count, size)) throw new Damaged('is damaged: its dictionary has more entries than bytes');
  const page = decompress(body, size, chunk.codec);
  return readPlainExactly(readerOf(page), chunk, count);
}

/** Levels and values, in whichever of the two forms. */
function readDataPage(
  header: PageHeader,
  body: Uint8Array,
  chunk: Chunk,
  most: number,
  dictionary: readonly Cell[] | undefined,
  cells: CellReader,
): Page {
  const { data_page_header: first, data_page_header_v2: second, uncompressed_page_size: size } = header;
  const count = (first ?? second)?.num_values;
  if (!isCount(count, most))
    throw new Damaged('is damaged: a page has more values than its row group has rows');
  const optional = chunk.element.repetition_type === 'OPTIONAL';
  if (second !== undefined) {
    const { definition_levels_byte_length: levels, repetition_levels_byte_length: repetitions } = second;
    if (repetitions !== 0 || !isCount(levels, Math.min(body.length, size)))
      throw new Damaged('is damaged in its levels');
    const present = optional ? readLevels(readerOf(body), count, levels) : undefined;
    const values = body.subarray(levels);
    const page =
      second.is_compressed === false
        ? exactly(values, size - levels)
        : decompress(values, size - levels, chunk.codec);
    return pageOf(readerOf(page), second.encoding, chunk, count, present, dictionary, cells);
  }
  if (first === undefined) throw new Damaged('is damaged: a page has no header');
  const reader = readerOf(decompress(body, size, chunk.codec));
  if (optional && first.definition_level_encoding !== 'RLE')
    throw unsupported(first.definition_level_encoding);
  const present = optional ? readLevels(reader, count, undefined) : undefined;
  return pageOf(reader, first.encoding, chunk, count, present, dictionary, cells);
}

/** 1 where there is a value and 0 where it is null. V1 states the length in the page, V2 in the header. */
function readLevels(reader: Reader, count: number, length: number | undefined): Uint8Array {
  const present = new Uint8Array(count);
  const stated = length ?? reader.view.getUint32(reader.offset, true);
  const start = reader.offset + (length === undefined ? 4 : 0);
  requireRuns(reader.view, start, start + stated, 1, count);
  readRleBitPackedHybrid(reader, 1, present, length);
  return present;
}

function pageOf(
  reader: Reader,
  encoding: string,
  chunk: Chunk,
  count: number,
  present: Uint8Array | undefined,
  dictionary: readonly Cell[] | undefined,
  cells: CellReader,
): Page {
  const there = present?.reduce((sum, level) => sum + level, 0) ?? count;
  const value = valueReader(reader, encoding, chunk, there, dictionary, cells);
  if (there === count) return { length: count, at: value };
  const position = new Uint32Array(count);
  let next = 0;
  for (let i = 0; i < count; i++) {
    position[i] = next;
    next += present?.[i] ?? 0;
  }
  return { length: count, at: (i) => (present?.[i] === 1 ? value(position[i] ?? 0) : NULL) };
}

/** The cell of the i-th value that is there. */
function valueReader(
  reader: Reader,
  encoding: string,
  chunk: Chunk,
  count: number,
  dictionary: readonly Cell[] | undefined,
  cells: CellReader,
): (index: number) => Cell {
  if (encoding !== 'PLAIN_DICTIONARY' && encoding !== 'RLE_DICTIONARY') {
    const values = readEncoded(reader, encoding, chunk, count);
    if (values.length !== count) throw new Damaged('is damaged: a page has fewer values than it says');
    return (i) => cells(values[i] ?? 0);
  }
  if (count === 0) return () => NULL;
  if (dictionary === undefined)
    throw new Damaged('is damaged: a page refers to a dictionary that is not there');
  const indices = readIndices(reader, count);
  if (indices.some((index) => index >= dictionary.length))
    throw new Damaged('is damaged: a value is not in the dictionary');
  return (i) => dictionary[indices[i] ?? 0] ?? NULL;
}

function readIndices(reader: Reader, count: number): Uint32Array {
  const width = reader.view.getUint8(reader.offset++);
  if (width > MAX_INDEX_BITS)
    throw new Damaged(`has a dictionary of more than ${2 ** MAX_INDEX_BITS} entries`);
  const indices = new Uint32Array(count);
  if (width === 0) return indices;
  const { view, offset } = reader;
  requireRuns(view, offset, view.byteLength, width, count);
  readRleBitPackedHybrid(reader, width, indices, view.byteLength - offset);
  return indices;
}

function readEncoded(reader: Reader, encoding: string, chunk: Chunk, count: number): ArrayLike<Physical> {
  const { type } = chunk.element;
  if (encoding === 'PLAIN') return readPlainExactly(reader, chunk, count);
  if (encoding === 'RLE' && type === 'BOOLEAN') {
    const bits = new Uint8Array(count);
    const length = reader.view.getUint32(reader.offset, true);
    requireRuns(reader.view, reader.offset + 4, reader.offset + 4 + length, 1, count);
    readRleBitPackedHybrid(reader, 1, bits);
    return bits;
  }
  if (encoding === 'BYTE_STREAM_SPLIT' && type !== undefined) {
    requireBytes(reader, count * widthOf(chunk));
    return byteStreamSplit(reader, count, type, chunk.element.type_length) as ArrayLike<Physical>;
  }
  if (encoding === 'DELTA_BINARY_PACKED' && (type === 'INT32' || type === 'INT64')) {
    const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
    if (count > 0) deltaBinaryUnpack(reader, count, values);
    return values;
  }
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && type === 'BYTE_ARRAY') {
    const values = new Array<Uint8Array>(count);
    if (count > 0) deltaLengthByteArray(reader, count, values);
    return values;
  }
  throw unsupported(encoding);
}

/** DELTA_BYTE_ARRAY is left out on purpose: with it a page of a few kilobytes can stand for gigabytes of text. */
const unsupported = (encoding: string | undefined): Damaged =>
  new Damaged(
    `has values in the encoding ${/^[A-Z_]+$/.test(encoding ?? '') ? (encoding ?? '') : 'of a later format'}, which is not ` +
      'supported; write it as PLAIN, with a dictionary or as DELTA_BINARY_PACKED',
  );

const WIDTHS: Partial<Record<ParquetType, number>> = {
  INT32: 4,
  FLOAT: 4,
  INT64: 8,
  DOUBLE: 8,
  INT96: 12,
  BYTE_ARRAY: 4,
};

/** Bytes of a PLAIN value, the least of them for a text, which stands after its length. */
function widthOf({ element: { type, type_length: length } }: Chunk): number {
  if (type === undefined) throw new Damaged('is damaged: it has no type');
  if (type === 'BOOLEAN') return 1 / 8;
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? length : WIDTHS[type];
  if (!isCount(width, MAX_PAGE_BYTES) || width === 0)
    throw new Damaged('is damaged: its values have no length');
  return width;
}

function readPlainExactly(reader: Reader, chunk: Chunk, count: number): ArrayLike<Physical> {
  const { type, type_length: length } = chunk.element;
  requireBytes(reader, count * widthOf(chunk));
  if (type === undefined || type === 'INT96') throw unsupported('INT96');
  return readPlain(reader, type, count, length) as ArrayLike<Physical>;
}

function requireBytes({ view, offset }: Reader, needed: number): void {
  if (needed > view.byteLength - offset)
    throw new Damaged('is damaged: a page has fewer values than it says');
}

/** Throws unless the runs between two offsets hold `count` values, and none more than what fills its last group of eight. */
function requireRuns(view: DataView, start: number, end: number, width: number, count: number): void {
  const reader = { view, offset: start };
  const bytes = (width + 7) >> 3;
  let seen = 0;
  if (end > view.byteLength) throw new Damaged('is damaged: the runs of a page end after it');
  while (seen < count) {
    if (reader.offset >= end) throw new Damaged('is damaged: a page has fewer values than it says');
    const header = readVarInt(reader);
    const groups = header >>> 1;
    const values = (header & 1) === 1 ? groups * 8 : groups;
    if (values === 0 || values > count - seen + 7)
      throw new Damaged('is damaged: a run of a page has no such length');
    seen += values;
    reader.offset += (header & 1) === 1 ? groups * width : bytes;
  }
}

const readerOf = (bytes: Uint8Array): Reader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
