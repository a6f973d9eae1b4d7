/** What a physical value of a Parquet column stands for in a table: the declared type decides, nothing is cast. */
import type { SchemaElement } from 'hyparquet';
import { isKey, isNumeric, rangeOf, type Column, type NumericColumn } from './columns.ts';
import { formatDecimal } from './decimal.ts';
import { fieldReader, keyReader } from './field.ts';

/** The scaled integer of a number, the index of a label, the normal form of a key, or a complaint without the value. */
export type Cell = number | string | { readonly key: string };

/** What a page holds: hyparquet's physical values. */
export type Physical = number | bigint | boolean | Uint8Array;

export type CellReader = (value: Physical) => Cell;

/** How the values of an element are read as those of a declared column; a string is why they cannot be. */
export function parquetCells(column: Column, element: SchemaElement): CellReader | string {
  if (isKey(column)) return keyCells(keyReader(column), element);
  if (isNumeric(column)) return numberCells(column, element);
  const read = fieldReader(column);
  if (column.type === 'category') {
    return isText(element)
      ? (value) => read(textOf(value))
      : needs(element, 'a category', 'BYTE_ARRAY (STRING)');
  }
  return element.type === 'BOOLEAN'
    ? (value) => Number(value === true || value === 1)
    : needs(element, 'a boolean', 'BOOLEAN');
}

function keyCells(read: (text: string) => Cell, element: SchemaElement): CellReader | string {
  if (isText(element)) return (value) => read(textOf(value));
  const integer = integerOf(element);
  return integer === undefined
    ? needs(element, 'a key', 'BYTE_ARRAY (STRING), INT32 or INT64')
    : (value) => read(String(integer(value)));
}

/** 10^15 is the largest scale of a column, and its range ends at 2^53. */
const MOST_DECIMAL_BYTES = 16;

function numberCells(column: NumericColumn, element: SchemaElement): CellReader | string {
  const range = rangeOf(column);
  if (range === undefined) throw new RangeError('the task has not been validated');
  const { minimum, maximum, places } = range;
  const outside = `is outside the declared range, ${formatDecimal(minimum, places)} to ${formatDecimal(maximum, places)}`;
  const within = (scaled: bigint): Cell =>
    scaled >= minimum && scaled <= maximum ? Number(scaled) : outside;
  const integer = integerOf(element);
  if (integer !== undefined) {
    const unit = 10n ** BigInt(places);
    const [low, high] = [Number(minimum), Number(maximum)];
    if (places > 0) return (value) => within(BigInt(integer(value)) * unit);
    return (value) => {
      const x = Number(integer(value));
      // A double is exact within ±2^53, and what lies beyond stays beyond the range.
      return x >= low && x <= high ? (x === 0 ? 0 : x) : outside;
    };
  }
  if (column.type === 'integer') return needs(element, 'an integer', 'INT32 or INT64');
  const scale = decimalScale(element);
  if (scale !== undefined) return decimalCells(element, scale, places, within);
  if (element.type === 'DOUBLE' && element.logical_type === undefined) return doubleCells(column);
  return needs(element, 'a decimal', 'DECIMAL, INT32, INT64 or DOUBLE');
}

function decimalCells(
  element: SchemaElement,
  scale: number,
  places: number,
  within: (scaled: bigint) => Cell,
): CellReader | string {
  if (scale > places)
    return `is DECIMAL with ${scale} decimals where the task declares ${places}, and is never rounded`;
  const unit = 10n ** BigInt(places - scale);
  if (element.type === 'INT32' || element.type === 'INT64') {
    return (value) => within(BigInt(value as number | bigint) * unit);
  }
  return (value) => {
    const bytes = value as Uint8Array;
    return bytes.length >= 1 && bytes.length <= MOST_DECIMAL_BYTES
      ? within(signed(bytes) * unit)
      : `must be a DECIMAL of 1 to ${MOST_DECIMAL_BYTES} bytes`;
  };
}

/** Two's complement, the most significant byte first. */
function signed(bytes: Uint8Array): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/**
 * A double stands for the decimal of the declared places that it is the nearest double to. Where there is none, it has
 * more places than that: 0.1 + 0.2 has 17.
 */
function doubleCells(column: NumericColumn): CellReader {
  const read = fieldReader(column);
  const places = column.type === 'decimal' ? column.places : 0;
  return (value) => {
    const x = value as number;
    if (!Number.isFinite(x)) return 'is not a number, or is infinite';
    const text = Math.abs(x) < 1e21 ? x.toFixed(places) : `${x < 0 ? '-' : ''}${'9'.repeat(22)}`;
    const cell = read(text);
    if (typeof cell === 'string' || Number(text) === x) return cell;
    return `has more than ${places} decimals, and is never rounded`;
  };
}

/** Reads a whole number; undefined for an element that holds anything else, dates and times too. */
function integerOf({ type, logical_type: logical, converted_type: converted }: SchemaElement) {
  if (type !== 'INT32' && type !== 'INT64') return undefined;
  const plain = logical === undefined || logical.type === 'INTEGER';
  const old = converted === undefined || /^U?INT_(8|16|32|64)$/.test(converted);
  if (!plain || !old) return undefined;
  const unsigned = converted?.startsWith('UINT_') === true || (logical !== undefined && !logical.isSigned);
  return (value: Physical): number | bigint => {
    if (!unsigned) return value as number | bigint;
    return typeof value === 'bigint' ? BigInt.asUintN(64, value) : (value as number) >>> 0;
  };
}

function decimalScale({ logical_type: logical, converted_type: converted, type, scale }: SchemaElement) {
  if (type === undefined || !['INT32', 'INT64', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'].includes(type))
    return undefined;
  const stated =
    logical?.type === 'DECIMAL' ? logical.scale : converted === 'DECIMAL' ? (scale ?? 0) : undefined;
  return stated !== undefined && Number.isInteger(stated) && stated >= 0 ? stated : undefined;
}

function isText({ type, logical_type: logical, converted_type: converted }: SchemaElement): boolean {
  if (type !== 'BYTE_ARRAY') return false;
  if (logical !== undefined) return logical.type === 'STRING' || logical.type === 'ENUM';
  return converted === 'UTF8' || converted === 'ENUM';
}

/** What is not UTF-8 comes out as U+FFFD, as in CSV, which no declared label contains. */
const textOf = (value: Physical): string => {
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
};

function needs(element: SchemaElement, declared: string, physical: string): string {
  const { type, logical_type: logical, converted_type: converted } = element;
  const annotation = logical?.type ?? converted;
  const is = `${type ?? 'a group'}${annotation === undefined ? '' : ` (${annotation})`}`;
  return `is ${is}; ${declared} of the task is read from ${physical}`;
}
