/** Tables that are accepted, whatever writes them, and how they are read. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable } from '../../statistics/csv.ts';
import { tableOf } from '../../statistics/domain.ts';
import { readAll, taskOf } from '../fixtures/statistics-tasks.ts';

const COUNT = [{ name: 'n', statistic: 'count' }];
const TABLE = tableOf(
  taskOf(
    {
      group: { type: 'category', values: ['x', 'two\nlines', 'a "b", c', 'é'] },
      amount: { type: 'decimal', places: 2, min: '-10.00', max: '10.00' },
      flag: { type: 'boolean' },
    },
    COUNT,
  ),
);

const RECORDS = [
  [0, 150, 1],
  [3, -1000, 0],
];

const SPELLINGS: Record<string, string> = {
  plain: 'group,amount,flag\nx,1.5,true\né,-10,false\n',
  'no line break at the end': 'group,amount,flag\nx,1.5,true\né,-10,false',
  'a byte-order mark': '\uFEFFgroup,amount,flag\nx,1.5,true\né,-10,false\n',
  'a byte-order mark before a quote': '\uFEFF"group","amount","flag"\nx,1.5,true\né,-10,false\n',
  CRLF: 'group,amount,flag\r\nx,1.5,true\r\né,-10,false\r\n',
  'CRLF in the header only': 'group,amount,flag\r\nx,1.5,true\né,-10,false\n',
  'columns in another order': 'flag,group,amount\n1,x,1.50\n0,é,-10.00\n',
  'everything quoted': '"group","amount","flag"\n"x","1.50","1"\n"é","-10.0","0"\n',
  'leading zeros': 'group,amount,flag\nx,001.5,true\né,-0010.00,false\n',
};

test.each(Object.entries(SPELLINGS))('%s', async (_name, text) => {
  expect(await readAll(TABLE, text)).toEqual(RECORDS);
  expect(await readAll(TABLE, text, 1)).toEqual(RECORDS);
});

test('quoted line breaks, quotes and commas belong to a category', async () => {
  const text = 'group,amount,flag\n"two\nlines",0,1\n"a ""b"", c",-0,0\n';
  const records = await readAll(TABLE, text);
  expect(records).toEqual([
    [1, 0, 1],
    [2, 0, 0],
  ]);
  expect(Object.is(records[1]?.[1], 0)).toBe(true);
});

test('every decimal of the declared range is read exactly', async () => {
  const limit = Number.MAX_SAFE_INTEGER;
  await fc.assert(
    fc.asyncProperty(fc.maxSafeInteger(), fc.integer({ min: 0, max: 15 }), async (scaled, places) => {
      const unit = 10n ** BigInt(places);
      const bound = `${BigInt(limit) / unit}${places === 0 ? '' : `.${String(BigInt(limit) % unit).padStart(places, '0')}`}`;
      const table = tableOf(taskOf({ x: { type: 'decimal', places, min: `-${bound}`, max: bound } }, COUNT));
      const digits = String(Math.abs(scaled)).padStart(places + 1, '0');
      const split = digits.length - places;
      const text = `${scaled < 0 ? '-' : ''}${digits.slice(0, split)}${places === 0 ? '' : `.${digits.slice(split)}`}`;
      expect(await readAll(table, `x\n${text}\n`)).toEqual([[scaled]]);
    }),
    { numRuns: 200 },
  );
});

const ROWS = 1_000_000;

test(`${ROWS} rows stream in constant memory`, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const table = { ...TABLE, 'max-rows': ROWS };
  const piece = Buffer.from('x,1.50,true\né,-9.99,false\n'.repeat(1000));
  async function* source(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield Buffer.from('group,amount,flag\n');
    for (let i = 0; i < ROWS / 2000; i++) yield piece;
  }
  let rows = 0;
  let total = 0;
  let peak = 0;
  collect();
  const before = process.memoryUsage().heapUsed;
  for await (const { record } of readTable(table, source(), 'big.csv')) {
    total += record[1] ?? 0;
    if (++rows % (ROWS / 10) !== 0) continue;
    collect();
    peak = Math.max(peak, process.memoryUsage().heapUsed - before);
  }
  expect(rows).toBe(ROWS);
  expect(total).toBe((ROWS / 2) * (150 - 999));
  expect(peak).toBeLessThan(16 * 1024 * 1024);
});
