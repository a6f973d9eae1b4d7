/** Which records a statistic is over: a condition on declared columns, evaluated by each input party on its own. */
import { z } from 'zod';
import {
  BOUND,
  columnOf,
  COLUMN_NAME,
  isKey,
  isLabelled,
  isNumeric,
  labelsOf,
  placesOf,
  rangeOf,
  type Columns,
} from './columns.ts';
import { parseDecimal } from './decimal.ts';
import { strict } from './strict.ts';
import { didYouMean } from './suggest.ts';

const LABEL = z.union([z.string(), z.boolean()]).transform(String);

const CONDITION = z.union(
  [
    LABEL.transform((label) => [label]),
    z.array(LABEL).min(1, 'must name at least one label'),
    strict({ from: BOUND.optional(), to: BOUND.optional() }),
  ],
  {
    error:
      'must be a label, a list of labels, or { from, to } with decimals, either of which may be left out',
  },
);

/** All of them must hold: a category or boolean is one of the labels, a number lies in the range, ends included. */
export const WHERE = z.record(COLUMN_NAME, CONDITION);

export type Where = Readonly<z.infer<typeof WHERE>>;

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong with a condition over these columns. */
export const whereProblems = (where: Where, columns: Columns): Problem[] =>
  Object.entries(where).flatMap(([name, condition]) => {
    const column = columnOf(columns, name);
    if (column === undefined) {
      const message = `there is no column "${name}"${didYouMean(name, Object.keys(columns))}`;
      return [{ path: [name], message }];
    }
    if (isKey(column))
      return [{ path: [name], message: `"${name}" is a key; records are linked by it alone` }];
    if (isNumeric(column)) return rangeProblems(name, condition, columns);
    if (!Array.isArray(condition)) {
      return [{ path: [name], message: `"${name}" is ${column.type}; it needs a label or a list of labels` }];
    }
    const labels = labelsOf(column);
    return condition.flatMap((label, i) => {
      if (!labels.includes(label)) {
        return [
          { path: [name, i], message: `"${name}" has no label "${label}"${didYouMean(label, labels)}` },
        ];
      }
      return condition.indexOf(label) < i ? [{ path: [name, i], message: 'is listed twice' }] : [];
    });
  });

function rangeProblems(name: string, condition: Where[string], columns: Columns): Problem[] {
  const column = columnOf(columns, name);
  if (column === undefined || !isNumeric(column)) return [];
  const problem = (message: string): Problem[] => [{ path: [name], message }];
  if (Array.isArray(condition)) return problem(`"${name}" is ${column.type}; it needs { from, to }`);
  if (condition.from === undefined && condition.to === undefined) return problem('needs from, to, or both');
  const declared = rangeOf(column);
  if (declared === undefined) return [];
  const from =
    condition.from === undefined ? declared.minimum : parseDecimal(condition.from, declared.places);
  const to = condition.to === undefined ? declared.maximum : parseDecimal(condition.to, declared.places);
  if (from === undefined || to === undefined) {
    return problem(`from and to may have ${declared.places} decimals, as the column does`);
  }
  return from > to || from > declared.maximum || to < declared.minimum
    ? problem(`no value from ${column.min} to ${column.max}, the declared range, meets it`)
    : [];
}

/** The test of a record, for the labels' indices and scaled numbers that it holds. */
export function selector(where: Where, columns: Columns): (record: readonly number[]) => boolean {
  const names = Object.keys(columns);
  const tests = Object.entries(where).map(([name, condition]) => ({
    position: names.indexOf(name),
    accepts: acceptor(name, condition, columns),
  }));
  return (record) => tests.every(({ position, accepts }) => accepts(record[position] ?? 0));
}

/** A bound beyond 2^53 is rounded, and still lies beyond every value that a record may hold. */
function acceptor(name: string, condition: Where[string], columns: Columns): (value: number) => boolean {
  const column = columnOf(columns, name);
  if (column === undefined) throw new RangeError('the task has not been validated');
  if (Array.isArray(condition)) {
    const labels = isLabelled(column) ? labelsOf(column) : [];
    const indices = new Set(condition.map((label) => labels.indexOf(label)));
    return (value) => indices.has(value);
  }
  const bound = (text: string | undefined, absent: number): number =>
    text === undefined ? absent : Number(parseDecimal(text, placesOf(columns, name)) ?? absent);
  const from = bound(condition.from, -Infinity);
  const to = bound(condition.to, Infinity);
  return (value) => value >= from && value <= to;
}

/** ` where union is true, age is from 18 to 65`; nothing without conditions. */
export function whereWords(where: Where): string {
  const words = Object.entries(where).map(([name, condition]) => {
    if (Array.isArray(condition)) {
      return `${name} is ${condition.map((label) => label.replaceAll('\n', '⏎')).join(' or ')}`;
    }
    const { from, to } = condition;
    if (from === undefined) return `${name} is at most ${to ?? ''}`;
    return to === undefined ? `${name} is at least ${from}` : `${name} is from ${from} to ${to}`;
  });
  return words.length === 0 ? '' : ` where ${words.join(' and ')}`;
}
