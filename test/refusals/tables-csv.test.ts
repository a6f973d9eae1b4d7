/** Tables that do not match the schema: refused with file, row, column and rule, and never a value. */
import { describe, expect, test } from 'vitest';
import { readTable } from '../../statistics/csv.ts';
import { openEncoder } from '../../statistics/encode.ts';
import { planTask } from '../../statistics/plan.ts';
import { tableOf } from '../../statistics/domain.ts';
import { readAll, refusalOf, taskOf } from '../fixtures/statistics-tasks.ts';

const TASK = taskOf(
  {
    group: { type: 'category', values: ['x', 'two\nlines', 'é'] },
    amount: { type: 'decimal', places: 2, min: '-10.00', max: '10.00' },
    flag: { type: 'boolean' },
    size: { type: 'integer', min: 0, max: 100 },
  },
  [{ name: 'n', statistic: 'count' }],
  {},
  5,
);
const TABLE = tableOf(TASK);
const HEADER = 'group,amount,flag,size\n';
const GOOD = `${HEADER}x,1.50,true,3\n`;

interface Expected {
  readonly row: number;
  readonly column?: string | number;
  readonly rule: string;
}

const latin1 = Buffer.concat([Buffer.from(GOOD), Buffer.from('é,1.00,true,1\n', 'latin1')]);

const REFUSED: Record<string, readonly [string | Uint8Array, Expected]> = {
  'an empty file': ['', { row: 1, rule: 'the file is empty' }],
  'only a byte-order mark': ['\uFEFF', { row: 1, rule: 'the file is empty' }],
  'only a header': [HEADER, { row: 2, rule: 'no record' }],
  'a missing column': ['group,amount,flag\nx,1,true\n', { row: 1, column: 'size', rule: 'is missing' }],
  'an extra column': [
    'group,amount,flag,size,name\nx,1,true,1,CANARY\n',
    { row: 1, column: 5, rule: 'is not a column that the task declares' },
  ],
  'no header': ['CANARY,CANARY,CANARY,CANARY\n', { row: 1, column: 'group', rule: 'is missing' }],
  'a duplicate header': [
    'group,amount,flag,size,size\nx,1,true,1,1\n',
    { row: 1, column: 'size', rule: 'is there twice' },
  ],
  'other separators': [
    'group;amount;flag;size\nx;1;true;1\n',
    { row: 1, column: 'group', rule: 'is missing' },
  ],
  'a value above the range': [
    `${GOOD}x,10.01,true,1\n`,
    { row: 3, column: 'amount', rule: '-10.00 to 10.00' },
  ],
  'a value below the range': [
    `${GOOD}x,-10.01,true,1\n`,
    { row: 3, column: 'amount', rule: '-10.00 to 10.00' },
  ],
  'a number of 400 digits': [
    `${GOOD}x,${'9'.repeat(400)},true,1\n`,
    { row: 3, column: 'amount', rule: 'outside the declared range' },
  ],
  'a non-number': [`${GOOD}x,CANARY,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'a decimal comma': [`${GOOD}x,"1,5",true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'an exponent': [`${GOOD}x,1e0,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'a plus sign': [`${GOOD}x,+1,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'a space before a number': [`${GOOD}x, 1,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'a number that ends in a point': [
    `${GOOD}x,1.,true,1\n`,
    { row: 3, column: 'amount', rule: 'must be a number' },
  ],
  'a number that begins with a point': [
    `${GOOD}x,.5,true,1\n`,
    { row: 3, column: 'amount', rule: 'must be a number' },
  ],
  'two points': [`${GOOD}x,1.0.0,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'a lone minus': [`${GOOD}x,-,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  NaN: [`${GOOD}x,NaN,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'digits of another script': [`${GOOD}x,١,true,1\n`, { row: 3, column: 'amount', rule: 'must be a number' }],
  'too many decimals': [
    `${GOOD}x,1.000,true,1\n`,
    { row: 3, column: 'amount', rule: 'more than 2 decimals' },
  ],
  'decimals of an integer': [`${GOOD}x,1,true,1.0\n`, { row: 3, column: 'size', rule: 'whole number' }],
  'an unknown category': [`${GOOD}CANARY,1,true,1\n`, { row: 3, column: 'group', rule: 'must be one of x' }],
  'a category in other case': [`${GOOD}X,1,true,1\n`, { row: 3, column: 'group', rule: 'must be one of x' }],
  'a boolean that is a word': [
    `${GOOD}x,1,CANARY,1\n`,
    { row: 3, column: 'flag', rule: 'true, false, 1 or 0' },
  ],
  'an empty cell': [`${GOOD}x,,true,1\n`, { row: 3, column: 'amount', rule: 'is empty' }],
  'a NUL byte': [`${GOOD}x,1\0,true,1\n`, { row: 3, column: 'amount', rule: 'NUL' }],
  'Latin-1 bytes': [latin1, { row: 3, column: 'group', rule: 'not UTF-8' }],
  'a blank line': [`${GOOD}\n${GOOD.slice(HEADER.length)}`, { row: 3, rule: 'is blank' }],
  'a row that is cut short': [`${GOOD}x,1\n`, { row: 3, rule: 'has 2 fields where the header has 4' }],
  'a row that is too long': [`${GOOD}x,1,true,1,CANARY\n`, { row: 3, rule: 'has 5 fields' }],
  'a quoted line break in a number': [
    `${GOOD}x,"1\n2",true,1\n`,
    { row: 3, column: 'amount', rule: 'must be a number' },
  ],
  'a bad value after a quoted line break': [
    `${GOOD}"two\nlines",1,true,1\nx,CANARY,true,1\n`,
    { row: 4, column: 'amount', rule: 'must be a number' },
  ],
  'a quote that is never closed': [`${GOOD}"CANARY,1,true,1\n`, { row: 3, rule: 'never closed' }],
  'text after a closing quote': [`${GOOD}"x"CANARY,1,true,1\n`, { row: 3, rule: 'closing quote' }],
  'a quote inside a field': [`${GOOD}CAN"ARY,1,true,1\n`, { row: 3, rule: 'inside a field' }],
  'a field of two megabytes': [
    `${GOOD}${'x'.repeat(2 * 1024 * 1024)},1,true,1\n`,
    { row: 3, rule: 'is longer than' },
  ],
  'more rows than declared': [
    `${HEADER}${'x,1,true,1\n'.repeat(6)}`,
    { row: 7, rule: 'one more than the 5 rows' },
  ],
};

describe.each(Object.entries(REFUSED))('%s', (_name, [content, { row, column, rule }]) => {
  test.each([1, 64 * 1024])('in pieces of %i bytes', async (pieceSize) => {
    if (pieceSize === 1 && content.length > 100_000) return;
    const error = await refusalOf('TABLE_INVALID', () => readAll(TABLE, content, pieceSize));
    expect(error.details).toEqual({ file: 'units.csv', row, ...(column === undefined ? {} : { column }) });
    expect(error.message).toContain('units.csv: row');
    expect(error.message).toContain(rule);
    expect(error.message).not.toContain('CANARY');
    expect(error.cause).toBeUndefined();
  });
});

test('several problems are told at once, at most ten of them', async () => {
  const wide = tableOf(taskOf({ a: { type: 'boolean' } }, [{ name: 'n', statistic: 'count' }]));
  const few = await refusalOf('TABLE_INVALID', () => readAll(wide, 'a\nyes\n1\nno\n'));
  expect(few.message.split('\n')).toEqual([
    'units.csv: row 2, column "a": must be true, false, 1 or 0',
    'units.csv: row 4, column "a": must be true, false, 1 or 0',
  ]);
  const many = await refusalOf('TABLE_INVALID', () => readAll(wide, `a\n${'yes\n'.repeat(500)}`));
  expect(many.message.split('\n')).toHaveLength(10);
});

test('an encoder takes no more records than the overflow proof allows', async () => {
  const encoder = openEncoder(TASK, planTask(TASK), 'a');
  for (let i = 0; i < 5; i++) encoder.add([0, 0, 0, 0]);
  await refusalOf('TABLE_INVALID', () => encoder.add([0, 0, 0, 0]));
});

test('an error of the source is not taken for a bad table', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield Buffer.from(GOOD);
    throw new Error('the disk is gone');
  }
  const reading = readTable(TABLE, broken(), 'units.csv');
  await expect(
    (async () => {
      while ((await reading.next()).done !== true);
    })(),
  ).rejects.toThrow('the disk is gone');
});
