/** Parquet tables that do not match the schema, are damaged, or are made to exhaust whoever reads them. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTableFile } from '../../clients/table-file.ts';
import { tableOf } from '../../statistics/domain.ts';
import type { Table } from '../../statistics/task.ts';
import { refusalOf, taskOf } from '../fixtures/statistics-tasks.ts';
import {
  dataPage,
  forgedParquet,
  parquetBytes,
  readParquetBytes,
  type Element,
  type ForgedPage,
} from '../fixtures/parquet.ts';

const COUNT = [{ name: 'n', statistic: 'count' }];
const TABLE = tableOf(
  taskOf(
    {
      group: { type: 'category', values: ['x', 'y'] },
      amount: { type: 'decimal', places: 2, min: '-10.00', max: '10.00' },
      size: { type: 'integer', min: 0, max: 100 },
      flag: { type: 'boolean' },
    },
    COUNT,
    {},
    5,
  ),
);

interface Column {
  readonly data: readonly unknown[];
  readonly type: string;
}

const GOOD: Record<string, Column> = {
  group: { data: ['x', 'y', 'x'], type: 'STRING' },
  amount: { data: [1.5, -10, 0], type: 'DOUBLE' },
  size: { data: [1, 2, 3], type: 'INT32' },
  flag: { data: [true, false, true], type: 'BOOLEAN' },
};

const fileOf = (columns: Record<string, Column>, rowGroupSize = 2): Uint8Array =>
  parquetBytes({
    columnData: Object.entries(columns).map(
      ([name, { data, type }]) => ({ name, data, type, nullable: true }) as never,
    ),
    rowGroupSize,
  });

const changed = (changes: Record<string, Column>): Uint8Array => fileOf({ ...GOOD, ...changes });

test('the file that the others are changes of is accepted', async () => {
  expect(await readParquetBytes(TABLE, fileOf(GOOD))).toHaveLength(3);
});

const { flag: _flag, ...WITHOUT_FLAG } = GOOD;
const REFUSED: Record<string, readonly [bytes: Uint8Array, place: object, says: string]> = {
  'a null': [
    changed({ size: { data: [1, 2, null], type: 'INT32' } }),
    { row: 3, rowGroup: 2, column: 'size' },
    'is null; missing values are not supported',
  ],
  'a value outside the range': [
    changed({ size: { data: [1, 101, 3], type: 'INT32' } }),
    { row: 2, rowGroup: 1, column: 'size' },
    'is outside the declared range, 0 to 100',
  ],
  'an undeclared label': [
    changed({ group: { data: ['x', 'CANARY', 'x'], type: 'STRING' } }),
    { row: 2, rowGroup: 1, column: 'group' },
    'must be one of x, y',
  ],
  'a double with more decimals': [
    changed({ amount: { data: [0.1 + 0.2, 0, 0], type: 'DOUBLE' } }),
    { row: 1, rowGroup: 1, column: 'amount' },
    'has more than 2 decimals, and is never rounded',
  ],
  'a double that is no number': [
    changed({ amount: { data: [NaN, 0, Infinity], type: 'DOUBLE' } }),
    { row: 1, rowGroup: 1, column: 'amount' },
    'is not a number, or is infinite',
  ],
  'a double beyond all ranges': [
    changed({ amount: { data: [1e300, 0, 0], type: 'DOUBLE' } }),
    { row: 1, rowGroup: 1, column: 'amount' },
    'is outside the declared range',
  ],
  'a text for a number': [
    changed({ size: { data: ['1', '2', '3'], type: 'STRING' } }),
    { column: 'size' },
    'is BYTE_ARRAY (UTF8); an integer of the task is read from INT32 or INT64',
  ],
  'a double for an integer': [
    changed({ size: { data: [1, 2, 3], type: 'DOUBLE' } }),
    { column: 'size' },
    'is DOUBLE; an integer',
  ],
  'a float for a decimal': [
    changed({ amount: { data: [1.5, 2, 3], type: 'FLOAT' } }),
    { column: 'amount' },
    'is FLOAT; a decimal of the task is read from DECIMAL, INT32, INT64 or DOUBLE',
  ],
  'a time for an integer': [
    changed({ size: { data: [new Date(0), new Date(1), new Date(2)], type: 'TIMESTAMP' } }),
    { column: 'size' },
    'is INT64 (TIMESTAMP',
  ],
  'a number for a category': [
    changed({ group: { data: [1, 2, 1], type: 'INT32' } }),
    { column: 'group' },
    'is INT32; a category of the task is read from BYTE_ARRAY (STRING)',
  ],
  'bytes for a category': [
    changed({ group: { data: ['x', 'y', 'x'].map((label) => Buffer.from(label)), type: 'BYTE_ARRAY' } }),
    { column: 'group' },
    'is BYTE_ARRAY; a category',
  ],
  'a number for a boolean': [
    changed({ flag: { data: [1, 0, 1], type: 'INT32' } }),
    { column: 'flag' },
    'is INT32; a boolean of the task is read from BOOLEAN',
  ],
  'a column too few': [fileOf(WITHOUT_FLAG), { column: 'flag' }, 'is missing'],
  'a column too many': [
    changed({ CANARY: { data: [1, 2, 3], type: 'INT32' } }),
    { column: 5 },
    'is not a column that the task declares; those are group, amount, size, flag',
  ],
  'more rows than declared': [
    fileOf(
      Object.fromEntries(
        Object.entries(GOOD).map(([name, { data, type }]) => [name, { data: [...data, ...data], type }]),
      ),
    ),
    {},
    'has 6 rows, more than the 5 that the task allows',
  ],
  'no rows': [
    fileOf(Object.fromEntries(Object.entries(GOOD).map(([name, { type }]) => [name, { data: [], type }]))),
    {},
    'has no record',
  ],
  'an empty file': [new Uint8Array(), {}, 'is not a Parquet file, or is cut off'],
  'a text file': [Buffer.from('group,amount\nx,1\n'), {}, 'is not a Parquet file, or is cut off'],
};

test.each(Object.entries(REFUSED))('%s', async (_name, [bytes, place, says]) => {
  const error = await refusalOf('TABLE_INVALID', () => readParquetBytes(TABLE, bytes));
  expect(error.details).toEqual({ file: 'units.parquet', ...place });
  expect(error.message).toContain(says);
  expect(error.message).not.toContain('CANARY');
  expect(error.cause).toBeUndefined();
});

test('several problems are told at once, by row, at most ten of them', async () => {
  const table = { ...TABLE, 'max-rows': 100 };
  const fill = <T>(value: T) => Array.from({ length: 50 }, () => value);
  const bytes = fileOf(
    {
      group: { data: fill('x'), type: 'STRING' },
      amount: { data: fill(99.5), type: 'DOUBLE' },
      size: { data: fill(-1), type: 'INT32' },
      flag: { data: fill(true), type: 'BOOLEAN' },
    },
    50,
  );
  const { message } = await refusalOf('TABLE_INVALID', () => readParquetBytes(table, bytes));
  const lines = message.split('\n');
  expect(lines).toHaveLength(10);
  expect(lines.slice(0, 3)).toEqual([
    'units.parquet: row 1 (row group 1), column "amount": is outside the declared range, -10.00 to 10.00',
    'units.parquet: row 1 (row group 1), column "size": is outside the declared range, 0 to 100',
    'units.parquet: row 2 (row group 1), column "amount": is outside the declared range, -10.00 to 10.00',
  ]);
});

test('a file that is cut off anywhere', async () => {
  const bytes = fileOf(GOOD);
  for (let length = 0; length < bytes.length; length += 7) {
    await refusalOf('TABLE_INVALID', () => readParquetBytes(TABLE, bytes.subarray(0, length)));
  }
});

test('a file that is not there', async () => {
  const rows = readTableFile(TABLE, '/nowhere/units.parquet');
  await refusalOf('NOT_FOUND', () => rows.next());
});

const ONE = tableOf(taskOf({ x: { type: 'integer', min: 0, max: 100 } }, COUNT, {}, 1_000_000_000));
const LABELS = tableOf(taskOf({ x: { type: 'category', values: ['a', 'b'] } }, COUNT, {}, 1_000_000_000));
const INTEGER: Element = { name: 'x', type: 'INT32', repetition_type: 'REQUIRED' };
const OPTIONAL: Element = { ...INTEGER, repetition_type: 'OPTIONAL' };
const TEXT: Element = { ...INTEGER, type: 'BYTE_ARRAY', converted_type: 'UTF8' };

const page = (body: Uint8Array, header: ForgedPage['header']): ForgedPage => ({ body, header });
const HUGE = 2 ** 31 - 1;
/** A run of 2^28 zeros in six bytes, and the width before it. */
const LONG_RUN = Uint8Array.of(1, 0x80, 0x80, 0x80, 0x80, 0x02, 0);
const dictionary = (entries: number, body: Uint8Array): ForgedPage =>
  page(body, {
    type: 'DICTIONARY_PAGE',
    dictionary_page_header: { num_values: entries, encoding: 'PLAIN' },
  });
const LABEL_A = Uint8Array.of(1, 0, 0, 0, 97);
const bomb = (codec: 'GZIP' | 'ZSTD', size: number, stated: number): Uint8Array => {
  const body = (codec === 'GZIP' ? gzipSync : zstdCompressSync)(new Uint8Array(size));
  return forgedParquet({
    element: INTEGER,
    rows: 4,
    codec,
    pages: [page(body, { ...dataPage(4), uncompressed_page_size: stated })],
  });
};

describe('made to exhaust', () => {
  const HOSTILE: Record<string, readonly [bytes: Uint8Array, says: string, table?: Table]> = {
    'as many rows as a number holds': [
      forgedParquet({ element: INTEGER, rows: HUGE, pages: [] }),
      'rows of 1 columns; a row group may have',
    ],
    'a billion rows in small groups': [
      forgedParquet({
        element: INTEGER,
        rows: 2 ** 24,
        pages: [],
        footer: (metadata) => ({
          ...metadata,
          num_rows: BigInt(2 ** 24) * 100n,
          row_groups: Array.from({ length: 100 }, () => metadata.row_groups).flat(),
        }),
      }),
      'more than the 1000000000 that the task allows',
    ],
    'rows that are not there': [
      forgedParquet({ element: INTEGER, rows: 2 ** 24, pages: [page(new Uint8Array(4), dataPage(1))] }),
      'has fewer than 16777216 values',
    ],
    'another number of rows in all than in its groups': [
      forgedParquet({
        element: INTEGER,
        rows: 1,
        pages: [page(new Uint8Array(4), dataPage(1))],
        footer: (metadata) => ({ ...metadata, num_rows: 7n }),
      }),
      'its footer contradicts itself',
    ],
    'a page of two gigabytes': [
      forgedParquet({
        element: INTEGER,
        rows: 1,
        codec: 'ZSTD',
        pages: [page(new Uint8Array(40), { ...dataPage(1), uncompressed_page_size: HUGE })],
      }),
      'has a page of more than 67108864 bytes',
    ],
    'a page that is longer than its chunk': [
      forgedParquet({
        element: INTEGER,
        rows: 1,
        pages: [page(new Uint8Array(4), { ...dataPage(1), compressed_page_size: HUGE })],
      }),
      'cut off in the middle of a page',
    ],
    'a page with a negative length': [
      forgedParquet({
        element: INTEGER,
        rows: 1,
        pages: [page(new Uint8Array(4), { ...dataPage(1), compressed_page_size: -1 })],
      }),
      'cut off in the middle of a page',
    ],
    'more values than its row group': [
      forgedParquet({ element: INTEGER, rows: 1, pages: [page(new Uint8Array(8), dataPage(2))] }),
      'a page has more values than its row group has rows',
    ],
    'a gzip bomb': [bomb('GZIP', 2 ** 28, 16), 'a page of it cannot be decoded'],
    'a zstd bomb': [bomb('ZSTD', 2 ** 28, 16), 'a page of it cannot be decoded'],
    'a bomb in many pages': [
      forgedParquet({
        element: INTEGER,
        rows: 100,
        codec: 'ZSTD',
        pages: new Array<ForgedPage>(100).fill(
          page(zstdCompressSync(new Uint8Array(2 ** 26)), {
            ...dataPage(1),
            uncompressed_page_size: 2 ** 26,
          }),
        ),
      }),
      'has more than 536870912 bytes when it is decompressed',
    ],
    'a run that is longer than its page, of levels': [
      forgedParquet({
        element: OPTIONAL,
        rows: 4,
        pages: [page(Uint8Array.of(7, 0, 0, 0, ...LONG_RUN.subarray(1), 1, 0), dataPage(4))],
      }),
      'a run of a page has no such length',
    ],
    'a run that is longer than its page, of indices': [
      forgedParquet({
        element: TEXT,
        rows: 4,
        pages: [dictionary(1, LABEL_A), page(LONG_RUN, dataPage(4, 'RLE_DICTIONARY'))],
      }),
      'a run of a page has no such length',
      LABELS,
    ],
    'an index beyond the dictionary': [
      forgedParquet({
        element: TEXT,
        rows: 4,
        pages: [dictionary(1, LABEL_A), page(Uint8Array.of(8, 8, 9), dataPage(4, 'RLE_DICTIONARY'))],
      }),
      'a value is not in the dictionary',
      LABELS,
    ],
    'a dictionary that is not there': [
      forgedParquet({
        element: TEXT,
        rows: 4,
        pages: [page(Uint8Array.of(8, 8, 0), dataPage(4, 'RLE_DICTIONARY'))],
      }),
      'refers to a dictionary that is not there',
      LABELS,
    ],
    'a dictionary of two billion entries': [
      forgedParquet({ element: TEXT, rows: 4, pages: [dictionary(HUGE, LABEL_A)] }),
      'its dictionary has more entries than bytes',
      LABELS,
    ],
    'a text that is longer than its page': [
      forgedParquet({
        element: TEXT,
        rows: 1,
        pages: [page(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 97), dataPage(1))],
      }),
      'a page of it cannot be decoded',
      LABELS,
    ],
    'texts by the prefix of the one before': [
      forgedParquet({
        element: TEXT,
        rows: 1,
        pages: [page(new Uint8Array(64), dataPage(1, 'DELTA_BYTE_ARRAY'))],
      }),
      'in the encoding DELTA_BYTE_ARRAY, which is not supported',
      LABELS,
    ],
    'blocks of no miniblocks': [
      forgedParquet({
        element: INTEGER,
        rows: 1000,
        pages: [page(new Uint8Array(64), dataPage(1000, 'DELTA_BINARY_PACKED'))],
      }),
      'a page of it cannot be decoded',
    ],
    'a wrong checksum': [
      forgedParquet({
        element: INTEGER,
        rows: 1,
        pages: [page(new Uint8Array(4), { ...dataPage(1), crc: 7 })],
      }),
      'the checksum of a page is wrong',
    ],
    'a footer that is longer than the file': [
      Uint8Array.of(...Buffer.from('PAR1'), 0xff, 0xff, 0xff, 0x7f, ...Buffer.from('PAR1')),
      'its footer is longer than the file',
    ],
    'another file': [
      forgedParquet({
        element: INTEGER,
        rows: 1,
        pages: [page(new Uint8Array(4), dataPage(1))],
        footer: (metadata) => {
          for (const group of metadata.row_groups)
            for (const column of group.columns) column.file_path = '/etc/passwd';
          return metadata;
        },
      }),
      'is kept in another file',
    ],
  };

  test.each(Object.entries(HOSTILE))('%s', async (_name, [bytes, says, table = ONE]) => {
    const before = process.memoryUsage().arrayBuffers;
    const started = process.cpuUsage();
    const error = await refusalOf('TABLE_INVALID', () => readParquetBytes(table, bytes));
    expect(error.message).toContain(says);
    expect(process.cpuUsage(started).user).toBeLessThan(3_000_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28);
  });
});
