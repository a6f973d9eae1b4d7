/** One field of a table: from its text to the integer that stands for it, or to what was expected instead. */
import {
  isNumeric,
  labelsOf,
  rangeOf,
  type LabelledColumn,
  type KeyColumn,
  type NumericColumn,
} from './columns.ts';
import { formatDecimal } from './decimal.ts';
import { normaliser } from './normalise.ts';

/**
 * The scaled integer of a number, the index of a category, 0 or 1 of a boolean; a string is the complaint.
 * A complaint never contains the text that it is about.
 */
export type FieldReader = (text: string) => number | string;

export function fieldReader(column: NumericColumn | LabelledColumn): FieldReader {
  return isNumeric(column) ? numberReader(column) : labelReader(column);
}

/** The key of a field in its normal form; a string is the complaint, as with `FieldReader`. */
export function keyReader({ normalise }: KeyColumn): (text: string) => { readonly key: string } | string {
  const normal = normaliser(normalise);
  return (text) => (text === '' ? 'is an empty key' : (unreadable(text) ?? normal(text)));
}

const ZERO = 48;
const POINT = 46;
const MINUS = 45;

/** `-?digits(.digits)?`, read exactly: the range is within ±(2^53 − 1), and any double beyond it stays beyond it. */
function numberReader(column: NumericColumn): FieldReader {
  const range = rangeOf(column);
  if (range === undefined) throw new RangeError('the task has not been validated');
  const { places } = range;
  const [minimum, maximum] = [Number(range.minimum), Number(range.maximum)];
  const between = `${formatDecimal(range.minimum, places)} to ${formatDecimal(range.maximum, places)}`;
  return (text) => {
    const start = text.charCodeAt(0) === MINUS ? 1 : 0;
    let magnitude = 0;
    let point = -1;
    for (let i = start; i < text.length; i++) {
      const digit = text.charCodeAt(i) - ZERO;
      if (digit >= 0 && digit <= 9) magnitude = magnitude * 10 + digit;
      else if (text.charCodeAt(i) === POINT && point < 0 && i > start) point = i;
      else return notANumber(text, places);
    }
    if (text.length === start || point === text.length - 1) return notANumber(text, places);
    const decimals = point < 0 ? 0 : text.length - 1 - point;
    if (decimals > places) {
      return places === 0
        ? 'must be a whole number'
        : `has more than ${places} decimals, and is never rounded`;
    }
    for (let i = decimals; i < places; i++) magnitude *= 10;
    const value = start === 1 ? 0 - magnitude : magnitude;
    return value >= minimum && value <= maximum ? value : `is outside the declared range, ${between}`;
  };
}

function notANumber(text: string, places: number): string {
  const form =
    places === 0 ? 'a whole number such as -12' : `a number such as -12.${'5'.padEnd(places, '0')}`;
  return unreadable(text) ?? `must be ${form}, digits only`;
}

function labelReader(column: LabelledColumn): FieldReader {
  const labels = labelsOf(column);
  const index = new Map(labels.map((label, i) => [label, i]));
  if (column.type === 'boolean') index.set('0', 0).set('1', 1);
  const shown = labels.length > 20 ? `${labels.slice(0, 20).join(', ')}, …` : labels.join(', ');
  const expected = column.type === 'boolean' ? 'must be true, false, 1 or 0' : `must be one of ${shown}`;
  return (text) => index.get(text) ?? unreadable(text) ?? expected;
}

/** What is wrong with a text whatever its column. */
function unreadable(text: string): string | undefined {
  if (text === '') return 'is empty; missing values are not supported in this version';
  if (text.includes('\uFFFD')) return 'holds bytes that are not UTF-8; save the file as UTF-8';
  if (text.includes('\0')) return 'holds a NUL byte';
  return undefined;
}
