/** Changes to texts of lines and words: YAML, CSV, notes. */
import type { Mutation } from './bytes.ts';
import type { Random } from './random.ts';

/** Characters and words that readers of text take for something. */
const TOKENS = [
  ...['\0', '\r', '\n', '\t', ' ', '\u00a0', '\u2028', '\ufeff', '\ufffd', '\u202e', '\u001b[2J', '\u0085'],
  ...[
    'e\u0301',
    '\u00e9',
    '\u212b',
    '\ud83d\ude00',
    '\u0660',
    '"',
    "'",
    '\\',
    ',',
    ';',
    ':',
    ': ',
    '#',
    '- ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '{}',
    '[]',
    '&a ',
    '*a',
    '!!binary ',
    '!<x> ',
    '<<: ',
    '? ',
    '| ',
    '> ',
    '---\n',
    '...\n',
  ],
  ...[
    '%YAML 1.1\n',
    '~',
    'null',
    'true',
    'no',
    '.inf',
    '.nan',
    '0o17',
    '0x1F',
    '1_000',
    '2024-01-01',
    '__proto__',
  ],
  ...[
    '=1+1',
    '""',
    '"',
    '-0',
    '+1',
    '01',
    '1.',
    '.5',
    '1e3',
    '1e400',
    '9007199254740993',
    '-9223372036854775809',
  ],
];

const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '00',
  '1e9',
  '2147483648',
  '4294967296',
  '9007199254740992',
  '0.1',
  '99',
];

type Edit = (text: string, random: Random, other: string) => string;

const insert: Edit = (text, random) => {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(TOKENS) + text.slice(at);
};

const number: Edit = (text, random) =>
  replaceMatch(text, /\d+(?:\.\d+)?/g, random, () => random.pick(NUMBERS));

const nudge: Edit = (text, random) =>
  replaceMatch(text, /\d+/g, random, (digits) => String(BigInt(digits) + BigInt(random.below(3) - 1)));

const word: Edit = (text, random, other) => {
  const words = other.match(/[\p{L}\d_-]+/gu) ?? ['x'];
  return replaceMatch(text, /[\p{L}\d_-]+/gu, random, () => random.pick(words));
};

const dropWord: Edit = (text, random) => replaceMatch(text, /[^\s,:]+/g, random, () => '');

const lines =
  (change: (rows: string[], random: Random, other: readonly string[]) => void): Edit =>
  (text, random, other) => {
    const rows = text.split('\n');
    change(rows, random, other.split('\n'));
    return rows.join('\n');
  };

const EDITS: readonly Edit[] = [
  insert,
  insert,
  number,
  nudge,
  word,
  dropWord,
  lines((rows, random) => rows.splice(random.below(rows.length), 1 + random.small(3))),
  lines((rows, random) => rows.splice(random.below(rows.length), 0, random.pick(rows))),
  lines((rows, random, other) => rows.splice(random.below(rows.length), 0, random.pick(other))),
  lines((rows, random) => {
    const [i, j] = [random.below(rows.length), random.below(rows.length)];
    [rows[i], rows[j]] = [rows[j] ?? '', rows[i] ?? ''];
  }),
  lines((rows, random) => {
    const i = random.below(rows.length);
    rows[i] = random.oneIn(2) ? `  ${rows[i] ?? ''}` : (rows[i] ?? '').replace(/^ {1,2}/, '');
  }),
  lines((rows, random) => {
    const i = random.below(rows.length);
    rows[i] = `${rows[i] ?? ''}\r`;
  }),
  (text, random, other) => text.slice(0, random.below(text.length)) + other.slice(random.below(other.length)),
];

/** One change to a UTF-8 text. */
export const mutateText: Mutation = (bytes, random, corpus) => {
  const other = Buffer.from(random.pick(corpus)).toString('utf8');
  return utf8(random.pick(EDITS)(Buffer.from(bytes).toString('utf8'), random, other));
};

/** Makes the text long or deep: one of its lines, or an opening bracket, thousands of times. */
export const swellText: Mutation = (bytes, random) => {
  const rows = Buffer.from(bytes).toString('utf8').split('\n');
  const at = random.below(rows.length);
  const count = 1 + random.small(20_000);
  const row = rows[at] ?? '';
  const filling = random.pick([
    () => Array.from({ length: count }, () => row),
    () => Array.from({ length: count }, (_, i) => row.replace(/[\p{L}\d]+/u, (name) => `${name}${i}`)),
    () => [row + random.pick(['[', '{a: ', '- ', '? ', '"', 'x', '- - ', '[[', '\t']).repeat(count)],
  ]);
  rows.splice(at, 1, ...filling());
  return utf8(rows.join('\n').slice(0, 1 << 20));
};

function replaceMatch(
  text: string,
  form: RegExp,
  random: Random,
  replacement: (found: string) => string,
): string {
  const matches = [...text.matchAll(form)];
  if (matches.length === 0) return text;
  const match = random.pick(matches);
  return text.slice(0, match.index) + replacement(match[0]) + text.slice(match.index + match[0].length);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
