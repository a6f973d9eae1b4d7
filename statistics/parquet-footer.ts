/** The footer of a Parquet file: which columns and row groups it has, with every size bounded. */
import {
  parquetMetadata,
  type AsyncBuffer,
  type ColumnChunk,
  type FileMetaData,
  type SchemaElement,
} from 'hyparquet';
import type { StrongroomError } from '../proto/errors.ts';
import { checkHeader, refusal, type Problem } from './table.ts';
import type { Table } from './task.ts';

/** Random access to a file. */
export type ParquetSource = AsyncBuffer;

/** The bytes of one column in one row group. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly codec: string;
  readonly element: SchemaElement;
}

interface RowGroup {
  readonly rows: number;
  /** In the order of the elements of the file. */
  readonly chunks: readonly Chunk[];
}

interface Footer {
  readonly groups: readonly RowGroup[];
  /** The element of a declared column, and its position. */
  column(name: string): { readonly element: SchemaElement; readonly position: number };
}

const MAGIC = 4;
const TAIL = 8;
const MAX_FOOTER_BYTES = 2 ** 25;
const MAX_CHUNK_BYTES = 2 ** 28;
/** Eight bytes each are in memory at once. */
const MAX_GROUP_VALUES = 2 ** 26;
const MAX_GROUP_ROWS = 2 ** 24;

/** Throws TABLE_INVALID where the file has no readable footer, other columns, more rows than the task allows, or none. */
export async function readFooter(schema: Table, source: ParquetSource, file: string): Promise<Footer> {
  const refuse = (message: string, at: Omit<Problem, 'message'> = {}): StrongroomError =>
    refusal(file, [{ ...at, message }]);
  const { byteLength } = source;
  const tail =
    byteLength < MAGIC + TAIL ? undefined : new DataView(await source.slice(byteLength - TAIL, byteLength));
  if (tail?.getUint32(4, true) === 0x45524150)
    throw refuse('is an encrypted Parquet file, which is not supported');
  if (tail?.getUint32(4, true) !== 0x31524150) {
    throw refuse('is not a Parquet file, or is cut off: it does not end in PAR1');
  }
  const length = tail.getUint32(0, true);
  const start = byteLength - TAIL - length;
  if (start < MAGIC) throw refuse('is damaged or cut off: its footer is longer than the file');
  if (length > MAX_FOOTER_BYTES) throw refuse(`has a footer of more than ${MAX_FOOTER_BYTES} bytes`);
  const metadata = parseFooter(await source.slice(start, byteLength));
  if (metadata === undefined) throw refuse('is damaged: its footer cannot be read');
  const elements = flatElements(metadata);
  if (elements === undefined) {
    throw refuse('has nested or repeated columns; write one column for each column of the task');
  }
  const names = elements.map(({ name }) => name);
  checkHeader(schema, names, file, {});
  const groups = metadata.row_groups.map((group, index) => {
    const at = { rowGroup: index + 1 };
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0 || group.columns.length !== elements.length) {
      throw refuse('is damaged: its footer contradicts itself', at);
    }
    if (rows > MAX_GROUP_ROWS || rows * elements.length > MAX_GROUP_VALUES) {
      throw refuse(
        `has ${rows} rows of ${elements.length} columns; a row group may have ${MAX_GROUP_ROWS} rows and ${MAX_GROUP_VALUES} ` +
          'values, so write smaller ones',
        at,
      );
    }
    const chunks = group.columns.map((column, i) => {
      const element = elements[i];
      if (element === undefined) throw new RangeError('lengths were compared');
      const chunk = chunkOf(column, element, start);
      if (typeof chunk === 'string') throw refuse(chunk, { ...at, column: element.name });
      return chunk;
    });
    return { rows, chunks };
  });
  const total = groups.reduce((sum, { rows }) => sum + rows, 0);
  if (BigInt(total) !== metadata.num_rows) throw refuse('is damaged: its footer contradicts itself');
  if (total === 0) throw refuse('has no record');
  if (total > schema['max-rows']) {
    throw refuse(`has ${total} rows, more than the ${schema['max-rows']} that the task allows`);
  }
  return {
    groups,
    column(name) {
      const position = names.indexOf(name);
      const element = elements[position];
      if (element === undefined) throw new RangeError('the header was checked');
      return { element, position };
    },
  };
}

/** Without the parser's own message and without a cause, since both may quote the data. */
function parseFooter(bytes: ArrayBuffer): FileMetaData | undefined {
  try {
    const metadata = parquetMetadata(bytes, { geoparquet: false });
    return typeof metadata.num_rows === 'bigint' ? metadata : undefined;
  } catch {
    return undefined;
  }
}

/** The columns of a flat schema: a root, and one element with a type for each of its children. */
function flatElements({ schema: [root, ...elements] }: FileMetaData): SchemaElement[] | undefined {
  if (root?.num_children !== elements.length) return undefined;
  const flat = elements.every(
    ({ type, num_children: children, repetition_type: repetition, name }) =>
      type !== undefined &&
      (children ?? 0) === 0 &&
      (repetition === 'REQUIRED' || repetition === 'OPTIONAL') &&
      typeof name === 'string',
  );
  return flat ? elements : undefined;
}

/** Where a column chunk stands in the file; a string is what is wrong with it. */
function chunkOf(
  { meta_data: meta, file_path: elsewhere, crypto_metadata: crypto }: ColumnChunk,
  element: SchemaElement,
  footer: number,
): Chunk | string {
  if (crypto !== undefined) return 'is encrypted, which is not supported';
  if (elsewhere !== undefined) return 'is kept in another file, which is not supported';
  if (meta === undefined || meta.type !== element.type) return DAMAGED;
  if (meta.path_in_schema.length !== 1 || meta.path_in_schema[0] !== element.name) return DAMAGED;
  const [data, dictionary, size] = [
    meta.data_page_offset,
    meta.dictionary_page_offset,
    meta.total_compressed_size,
  ];
  if (typeof data !== 'bigint' || typeof size !== 'bigint') return DAMAGED;
  // Some writers say 0 for no dictionary.
  const first = typeof dictionary === 'bigint' && dictionary > 0n && dictionary < data ? dictionary : data;
  if (first < BigInt(MAGIC) || size < 0n || first + size > BigInt(footer)) return DAMAGED;
  if (size > BigInt(MAX_CHUNK_BYTES))
    return `has more than ${MAX_CHUNK_BYTES} bytes in it; write smaller row groups`;
  return { start: Number(first), end: Number(first + size), codec: meta.codec, element };
}

const DAMAGED = 'is damaged: the footer contradicts itself';
