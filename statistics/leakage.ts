/** The leakage statement: what each role learns when a task runs as planned, sizes and times included. */
import type { Parameters } from '../schemes/scheme.ts';
import { columnOf, isLabelled, labelsOf } from './columns.ts';
import { intersectionOf, tableOf } from './domain.ts';
import { selectionWords } from './match.ts';
import { binCount, type GroupLayout, type Layout } from './layout.ts';
import { needsProducts } from './product-layout.ts';
import { statisticOf } from './registry.ts';
import { selectionsOf } from './selections.ts';
import type { TaskDocument } from './task.ts';
import { whereWords } from './where.ts';

export interface Leakage {
  /** Everybody in the consortium, since the documents and the log are open to all of them. */
  readonly everybody: readonly string[];
  readonly aggregator: readonly string[];
  readonly keyHolders: readonly string[];
  readonly inputParties: readonly string[];
  readonly outputParty: readonly string[];
}

export function leakageOf(
  task: TaskDocument,
  layout: Layout,
  ciphertexts: number,
  scheme: Parameters['scheme'],
): Leakage {
  const size = ciphertexts === 1 ? 'one ciphertext' : `${ciphertexts} ciphertexts`;
  const linked = intersectionOf(task) === undefined ? undefined : linkageLeaks(task);
  return {
    everybody: [
      'the task document, who approved it and when, and which input parties submitted and when',
      needsProducts(layout)
        ? 'how many ciphertexts each input party submits, which follows from the number of common units'
        : `that each input party submits ${size}, whatever the number of its records`,
      ...(scheme === 'paillier' ? [CANDIDATES] : []),
      ...(linked?.everybody ?? []),
    ],
    aggregator: [...(linked?.matchers ?? []), 'nothing more: it holds ciphertexts and no key'],
    keyHolders: [
      ...(linked?.matchers ?? []),
      `nothing more, unless all ${task.parties.processing.length} of them work together: ` +
        (linked === undefined
          ? 'then they can decrypt every input'
          : 'then they can decrypt every input, and tell for any key that they can guess whose table has it'),
    ],
    inputParties: linked?.inputParties ?? ['nothing about the others’ records; each knows its own'],
    outputParty: [
      ...outputs(task, layout, scheme),
      ...(scheme === 'ckks' ? [NOISE] : []),
      ...subtraction(task),
      ...(linked === undefined ? [origin(layout)] : []),
    ],
  };
}

/** Pseudonyms are for matching, so whoever has the lists learns who has how many units in common with whom. */
function linkageLeaks(task: TaskDocument) {
  const lists = task.parties.input.join(', ');
  return {
    everybody: [
      `how many units each of ${lists} has, how many stand in all of their tables, and how many in any`,
      ...selectionsOf(task).map((selection) => `the number of ${selectionWords(selection)}`),
    ],
    matchers: [
      'one pseudonym for each unit of each input party, and so which of them are one (the match pattern), ' +
        'but no key, as long as one key holder keeps to itself; in no other task does a unit have the same pseudonym',
    ],
    inputParties: [
      'which of its own records are of units that all other input parties have too, and the pseudonyms of the others’ ' +
        'records; nothing about what those records say',
    ],
  };
}

/** They are opened so that everybody can check them, and no key is made of them. */
const CANDIDATES =
  'the candidates for the key that were tried and rejected, which say nothing about any value or about the key';

/** Independent smudging noise of each holder gives no full simulation for ckks: eprint 2025/395. */
const NOISE =
  'with the sums, before its program rounds them, the sum of the noise by which the key holders hide their shares; that ' +
  'it says nothing about a key rests on the size of that noise and on rounding, and is not proven as fully as with bfv';

/** A sum over all parties hides whose records it is made of; a difference between two of them does so less. */
function origin({ groups }: Layout): string {
  return groups.some(({ sides }) => sides.length > 0)
    ? 'nothing about which party a record is from, but for a gap between two: its sign tells who reports more, ' +
        'and in a cell with one record the gap is that record'
    : 'nothing about which party a record is from';
}

/** One sentence for each group of cells: what stands behind the statistics is released with them. */
function outputs(task: TaskDocument, layout: Layout, scheme: Parameters['scheme']): string[] {
  const table = tableOf(task);
  return layout.groups.map((group) => {
    const { by, cells, moments, sides } = group;
    const sums = moments.map(({ factors }) => momentName(factors)).join(', ');
    const dimensions = [...by.map((name) => dimension(name, table)), ...binWords(group)].join(' × ');
    const scope = dimensions === '' ? 'over all records' : `in each of the ${cells} cells by ${dimensions}`;
    const small = dimensions === '' ? '' : '; cells with few records are not suppressed';
    const where = `${whereWords(group.where)}${sidesWords(sides)}`;
    const exact = scheme === 'ckks' ? 'the' : 'the exact';
    return `${exact} ${sums} ${scope}${where}, not only the statistics made of them${small}`;
  });
}

/** What a group is cut by beside labels: `income (20 bins)`. */
const binWords = (group: GroupLayout): string[] =>
  group.bins === null ? [] : [`${group.bins.column} (${binCount(group)} bins)`];

/** Whose records count, and that all but the number of them counts with a sign. */
export function sidesWords(sides: GroupLayout['sides']): string {
  const words = sides.map(
    ({ party, where, sign }) => `${sign < 0 ? 'minus' : 'from'} ${party}${whereWords(where)}`,
  );
  return words.length === 0 ? '' : `, ${words.join(' ')}`;
}

function dimension(name: string, table: ReturnType<typeof tableOf>): string {
  const column = columnOf(table.columns, name);
  return column !== undefined && isLabelled(column) ? `${name} (${labelsOf(column).length})` : name;
}

/** A sum minus one's own part is the sum over the others, and two parties leave only one other. */
function subtraction({ parties }: TaskDocument): string[] {
  if (!parties.input.includes(parties.output)) return [];
  const others = parties.input.length - 1;
  const rest = others === 1 ? 'the one other input party' : `the ${others} other input parties together`;
  return [`as it is an input party too, it can subtract its own part and learn the same sums of ${rest}`];
}

/** `number of records`, `Σ wage`, `Σ wage²`, `Σ wage·hours`. */
export function momentName(factors: readonly string[]): string {
  if (factors.length === 0) return 'number of records';
  const powers = Map.groupBy(factors, (name) => name);
  return `Σ ${[...powers].map(([name, { length }]) => `${name}${superscript(length)}`).join('·')}`;
}

const superscript = (power: number): string =>
  power === 1 ? '' : String(power).replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));

/** What a statistic makes known for each cell, in the words of its file. */
export const statisticLeaks = (task: TaskDocument): string[] => [
  ...new Set(task.statistics.map((spec) => `${spec.name}: ${statisticOf(spec).leaks}`)),
];
