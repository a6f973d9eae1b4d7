/** Parquet tables that are accepted: the same records as from CSV, whatever the codec, the encoding and the types. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTableFile } from '../../clients/table-file.ts';
import { prepare } from '../../examples/flights/prepare.ts';
import { tableOf } from '../../statistics/domain.ts';
import { parseTask } from '../../statistics/task.ts';
import { computePlainly, computeSecurely, readAll, taskOf } from '../fixtures/statistics-tasks.ts';
import { parquetBytes, readParquetBytes, type Element } from '../fixtures/parquet.ts';

const COUNT = [{ name: 'n', statistic: 'count' }];
const LABELS = ['x', 'two\nlines', 'a "b", c', 'é'];
const TABLE = tableOf(
  taskOf(
    {
      group: { type: 'category', values: LABELS },
      amount: { type: 'decimal', places: 2, min: '-10.00', max: '10.00' },
      size: { type: 'integer', min: '-9007199254740991', max: '9007199254740991' },
      flag: { type: 'boolean' },
    },
    COUNT,
  ),
);

const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI'] as const;
const COMPRESSORS = { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync };

const records = fc.array(
  fc.tuple(
    fc.nat({ max: 3 }),
    fc.integer({ min: -1000, max: 1000 }),
    fc.maxSafeInteger(),
    fc.nat({ max: 1 }),
  ),
  { minLength: 1, maxLength: 300 },
);

test('random records in every codec, many row groups and pages, nullable or not: what CSV gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.constantFrom(...CODECS),
      fc.boolean(),
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 16, max: 4096 }),
      async (rows, codec, nullable, rowGroupSize, pageSize) => {
        const bytes = parquetBytes({
          columnData: [
            { name: 'flag', type: 'BOOLEAN', data: rows.map((row) => row[3] === 1), nullable },
            { name: 'size', type: 'INT64', data: rows.map((row) => BigInt(row[2])), nullable },
            { name: 'group', type: 'STRING', data: rows.map((row) => LABELS[row[0]] ?? ''), nullable },
            { name: 'amount', type: 'DOUBLE', data: rows.map((row) => row[1] / 100), nullable },
          ],
          codec,
          compressors: COMPRESSORS,
          rowGroupSize,
          pageSize,
        });
        const quoted = (label: string | undefined) => `"${(label ?? '').replaceAll('"', '""')}"`;
        const lines = rows.map(
          ([group, amount, size, flag]) =>
            `${flag},${size},${quoted(LABELS[group])},${(amount / 100).toFixed(2)}\n`,
        );
        const read = await readParquetBytes(TABLE, bytes);
        expect(read.map(({ record }) => record)).toEqual(
          await readAll(TABLE, `flag,size,group,amount\n${lines.join('')}`),
        );
        expect(read.map(({ row }) => row)).toEqual(rows.map((_, i) => i + 1));
      },
    ),
    { numRuns: 60 },
  );
});

/** A table of one column, and a file of one element. */
const reads = async (
  column: object,
  element: Element,
  data: unknown[],
  encoding?: 'DELTA_BINARY_PACKED' | 'BYTE_STREAM_SPLIT' | 'DELTA_LENGTH_BYTE_ARRAY',
) => {
  const table = tableOf(taskOf({ x: column }, COUNT));
  const bytes = parquetBytes({
    schema: [{ name: 'root', num_children: 1 }, element],
    columnData: [{ name: 'x', data: data as never, ...(encoding === undefined ? {} : { encoding }) }],
  });
  return (await readParquetBytes(table, bytes)).map(({ record }) => record[0]);
};

const required = (element: Omit<Element, 'name' | 'repetition_type'>): Element => ({
  name: 'x',
  repetition_type: 'REQUIRED',
  ...element,
});

describe('types', () => {
  const decimal = { type: 'decimal', places: 3, min: '-1000000', max: '1000000' };
  const integer = { type: 'integer', min: '-10', max: '5000000000' };

  test.each([
    ['INT32', { type: 'INT32' }, [-3, 0, 7], [-3000, 0, 7000]],
    ['INT64', { type: 'INT64' }, [-3n, 0n, 7n], [-3000, 0, 7000]],
    ['DOUBLE', { type: 'DOUBLE' }, [-0.1, 0, 0.3, 999999.999], [-100, 0, 300, 999999999]],
    [
      'DECIMAL in INT32',
      { type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9 },
      [-1.25, 0, 7],
      [-1250, 0, 7000],
    ],
    [
      'DECIMAL in bytes',
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 5, converted_type: 'DECIMAL', scale: 2, precision: 10 },
      [-1.25, 0, 7],
      [-1250, 0, 7000],
    ],
  ] as const)('a decimal from %s', async (_name, element, data, scaled) => {
    expect(await reads(decimal, required(element), [...data])).toEqual(scaled);
  });

  test.each([
    ['signed', { type: 'INT64' }, [-10n, 5000000000n], [-10, 5000000000]],
    ['unsigned', { type: 'INT32', converted_type: 'UINT_32' }, [4294967295, 1], [4294967295, 1]],
    ['small', { type: 'INT32', converted_type: 'INT_8' }, [-9, 9], [-9, 9]],
  ] as const)('an integer from a %s one', async (_name, element, data, values) => {
    expect(await reads(integer, required(element), [...data])).toEqual(values);
  });

  test.each(['DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT'] as const)('encoded as %s', async (encoding) => {
    const data = Array.from({ length: 500 }, (_, i) => (i * 7919) % 1000);
    expect(await reads(integer, required({ type: 'INT32' }), data, encoding)).toEqual(data);
  });

  test('texts with their lengths before them', async () => {
    const column = { type: 'category', values: ['a', 'bcd', 'é'] };
    const element = required({ type: 'BYTE_ARRAY', converted_type: 'UTF8' });
    expect(await reads(column, element, ['é', 'bcd', 'a'], 'DELTA_LENGTH_BYTE_ARRAY')).toEqual([2, 1, 0]);
  });
});

test('keys are read from texts and whole numbers, and normalised', async () => {
  const table = {
    columns: {
      id: { type: 'key' as const, normalise: [{ 'pad-left': '4 with 0' }] },
      x: { type: 'integer' as const, min: '0', max: '9', unit: '1' },
    },
    'max-rows': 3,
  };
  const file = (data: string[] | number[]) =>
    parquetBytes({
      columnData: [
        { name: 'id', data, type: typeof data[0] === 'string' ? 'STRING' : 'INT32' },
        { name: 'x', data: [1, 2, 3], type: 'INT32' },
      ],
    });
  const keys = async (bytes: Uint8Array) =>
    (await readParquetBytes(table as never, bytes)).map((row) => row.keys);
  expect(await keys(file(['7', '0012', '31']))).toEqual([['0007'], ['0012'], ['0031']]);
  expect(await keys(file([7, 12, 31]))).toEqual([['0007'], ['0012'], ['0031']]);
});

test('300,000 rows stream in the memory of one row group', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const rows = 300_000;
  const table = { ...TABLE, 'max-rows': rows };
  const bytes = parquetBytes({
    columnData: [
      { name: 'group', type: 'STRING', data: Array.from({ length: rows }, (_, i) => LABELS[i % 4] ?? '') },
      {
        name: 'amount',
        type: 'DOUBLE',
        data: Array.from({ length: rows }, (_, i) => ((i % 2000) - 1000) / 100),
      },
      { name: 'size', type: 'INT64', data: Array.from({ length: rows }, (_, i) => BigInt(i)) },
      { name: 'flag', type: 'BOOLEAN', data: Array.from({ length: rows }, (_, i) => i % 2 === 0) },
    ],
    rowGroupSize: 10_000,
  });
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-parquet-'));
  const file = join(folder, 'big.parquet');
  try {
    writeFileSync(file, bytes);
    let [seen, total, peak] = [0, 0, 0];
    collect();
    const before = process.memoryUsage();
    for await (const { record } of readTableFile(table, file)) {
      total += record[2] ?? 0;
      if (++seen % 30_000 !== 0) continue;
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      peak = Math.max(peak, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers);
    }
    expect(seen).toBe(rows);
    expect(total).toBe((rows * (rows - 1)) / 2);
    expect(peak).toBeLessThan(16 * 1024 * 1024);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('the flights', () => {
  test('the first 30,000, split by region: secure equals the definition', async () => {
    const text = readFileSync(new URL('../../examples/flights/task.yaml', import.meta.url), 'utf8');
    const task = parseTask(text, 'task.yaml');
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-flights-'));
    try {
      const files = await prepare(folder, 30_000);
      const parties: (readonly number[])[][] = [];
      for (const party of task.parties.input) {
        const own: (readonly number[])[] = [];
        for await (const { record } of readTableFile(tableOf(task), files.get(party) ?? '')) own.push(record);
        parties.push(own);
      }
      const result = computeSecurely(task, parties);
      expect(result.statistics[0]?.rows.at(-1)).toEqual({ cell: {}, value: '30000' });
      expect(result).toEqual(computePlainly(task, parties));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
