/** Tables as CSV and Parquet: the records of real people, which no message may repeat. */
import { isDeepStrictEqual } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isLabelled, isNumeric, labelsOf, rangeOf } from '../../../statistics/columns.ts';
import { readTable } from '../../../statistics/csv.ts';
import { formatDecimal } from '../../../statistics/decimal.ts';
import { readParquet } from '../../../statistics/parquet.ts';
import type { TableRecord } from '../../../statistics/table.ts';
import { validateTask, type Table } from '../../../statistics/task.ts';
import { parquetBytes, sourceOf } from '../../fixtures/parquet.ts';
import { taskValue } from '../corpora/tasks.ts';
import type { Mutation } from '../harness/bytes.ts';
import { target } from '../harness/decoder.ts';
import { mutateText, swellText, utf8 } from '../harness/text.ts';

/** Values that stand in no message by chance. */
const SECRETS = ['31415.92', '27182.81', '16180.33', '14142.13'];
const TEXTS = [
  `pay,age,sex,works\n${SECRETS[0] ?? ''},31,f,true\n${SECRETS[1] ?? ''},45,m,0\n${SECRETS[2] ?? ''},0,x,1\n`,
  `\ufeff"works","sex","age","pay"\r\n"true","f","120","${SECRETS[3] ?? ''}"\r\nfalse,m,18,0\r\n`,
  `sex,pay,works,age\nf,1,true,1\nm,2.5,false,2\n`,
];

export const tableTarget = target({
  name: 'csv-table',
  short: 60,
  make: () => TEXTS.map(utf8),
  open: (corpus) => {
    const schema = validateTask(taskValue()).tables['people'];
    if (schema === undefined) throw new Error('the task has no table');
    return {
      corpus,
      mutations: [mutateText, mutateText, mutateText, swellText],
      decode: async (bytes) => {
        const records = await recordsOf(schema, bytes);
        return { records, again: await recordsOf(schema, utf8(csvOf(schema, records))) };
      },
      objection: ({ records, again }) => {
        if (!isDeepStrictEqual(records, again)) return 'records that do not survive being written and read';
        return records.every((record) => inSchema(schema, record))
          ? undefined
          : 'a record outside the schema';
      },
      codes: ['TABLE_INVALID'],
      secrets: SECRETS,
      limitMs: 1_500,
    };
  },
});

async function recordsOf(schema: Table, bytes: Uint8Array): Promise<TableRecord[]> {
  const records: TableRecord[] = [];
  for await (const { record } of readTable(schema, pieces(bytes), 'people.csv')) records.push(record);
  return records;
}

/** In pieces that depend on the bytes alone. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  const size = 1 + (bytes.length % 97) * 61;
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

function csvOf({ columns }: Table, records: readonly TableRecord[]): string {
  const kinds = Object.entries(columns);
  const rows = records.map((record) =>
    kinds.map(([, column], i) => {
      const value = record[i] ?? 0;
      if (isLabelled(column)) return labelsOf(column)[value] ?? '';
      if (!isNumeric(column)) return '';
      return formatDecimal(BigInt(value), column.type === 'decimal' ? column.places : 0);
    }),
  );
  return [kinds.map(([name]) => name), ...rows].map((row) => `${row.join()}\n`).join('');
}

function inSchema({ columns }: Table, record: TableRecord): boolean {
  return Object.values(columns).every((column, i) => {
    const value = record[i] ?? NaN;
    if (!Number.isSafeInteger(value)) return false;
    if (isLabelled(column)) return value >= 0 && value < labelsOf(column).length;
    if (!isNumeric(column)) return value === 0;
    const range = rangeOf(column);
    return range !== undefined && BigInt(value) >= range.minimum && BigInt(value) <= range.maximum;
  });
}

/** The same records as Parquet: row groups, pages and levels of several forms, whose sizes are all there to be lied about. */
export const parquetTarget = target({
  name: 'parquet-table',
  short: 60,
  make: () => parquetTexts(),
  open: (corpus) => {
    const schema = validateTask(taskValue()).tables['people'];
    if (schema === undefined) throw new Error('the task has no table');
    return {
      corpus,
      // Half of what a file says stands in its footer.
      mutations: [mutateFooter, mutateFooter, mutateFooter],
      decode: async (bytes) => {
        const records: TableRecord[] = [];
        for await (const { record } of readParquet(schema, sourceOf(bytes), 'people.parquet'))
          records.push(record);
        return { records, again: await recordsOf(schema, utf8(csvOf(schema, records))) };
      },
      objection: ({ records, again }) => {
        if (!isDeepStrictEqual(records, again))
          return 'records that do not survive being written as CSV and read';
        return records.every((record) => inSchema(schema, record))
          ? undefined
          : 'a record outside the schema';
      },
      codes: ['TABLE_INVALID'],
      secrets: SECRETS,
      limitMs: 3_000,
    };
  },
});

function parquetTexts(): Uint8Array[] {
  const columnData = [
    { name: 'works', type: 'BOOLEAN', data: [true, false, true, true, false, true] },
    { name: 'sex', type: 'STRING', data: ['f', 'm', 'x', 'f', 'm', 'm'] },
    { name: 'age', type: 'INT32', data: [31, 45, 0, 120, 18, 45] },
    { name: 'pay', type: 'DOUBLE', data: [...SECRETS.map(Number), 1, 2.5] },
  ] as const;
  const write = (options: object, nullable: boolean) =>
    parquetBytes({
      columnData: columnData.map((column) => ({ ...column, nullable }) as never),
      compressors: { GZIP: gzipSync, ZSTD: zstdCompressSync },
      ...options,
    });
  return [
    write({ codec: 'UNCOMPRESSED', rowGroupSize: 4 }, false),
    write({ codec: 'UNCOMPRESSED', pageSize: 8 }, true),
    write({ codec: 'SNAPPY' }, true),
    write({ codec: 'ZSTD', rowGroupSize: 3 }, true),
    write({ codec: 'GZIP' }, false),
  ];
}

const mutateFooter: Mutation = (bytes, random) => {
  const copy = bytes.slice();
  const at = Math.max(0, copy.length - 1 - random.below(Math.min(copy.length, 600)));
  copy[at] = random.oneIn(2) ? random.below(256) : (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
};
