/** A result as a table for the terminal: cells as rows, statistics as columns. */
import { agrees } from './agreement.ts';
import type { Result, ResultRow, StatisticResult } from './result.ts';

const EMPTY = '–';
const TOTAL = 'all';

/**
 * One table for each list of `by` columns, with the plaintext answer beside every statistic where `plain` is
 * given, and a last line that says whether the two are equal, or as close as their error bounds. Undefined values are shown as a
 * dash, and where the cell alone does not tell why, the reason stands below.
 */
export function renderResult(result: Result, plain?: Result): string {
  const answers = new Map(plain?.statistics.map((statistic) => [statistic.name, statistic]));
  const tables = [...Map.groupBy(result.statistics, ({ by }) => JSON.stringify(by)).values()].map(
    (statistics) => renderTable(statistics, answers),
  );
  const reasons = reasonsOf(result);
  if (reasons.length > 0) tables.push(reasons.join('\n'));
  if (plain !== undefined) tables.push(verdict(result, answers));
  return `${tables.join('\n\n')}\n`;
}

/** Why values are not defined, each reason told once for its statistic. */
function reasonsOf({ statistics }: Result): string[] {
  const lines = statistics.flatMap(({ name, rows }) =>
    rows.flatMap(({ reason }) => (reason === undefined ? [] : [`${EMPTY} in ${name}: ${reason}`])),
  );
  return [...new Set(lines)];
}

type Answers = ReadonlyMap<string, StatisticResult>;

function renderTable(statistics: readonly StatisticResult[], answers: Answers): string {
  const by = statistics[0]?.by ?? [];
  const columns = statistics.flatMap((statistic) => {
    const plain = answers.get(statistic.name);
    const unit = statistic.unit === '1' ? '' : ` [${statistic.unit}]`;
    return [
      { title: `${statistic.name}${unit}`, values: valuesOf(statistic) },
      ...(plain === undefined ? [] : [{ title: 'in the clear', values: valuesOf(plain) }]),
    ];
  });
  const rows = rowsOf(statistics).map(({ key, labels }) => [
    ...labels,
    ...columns.map(({ values }) => (values.has(key) ? (values.get(key) ?? EMPTY) : '')),
  ]);
  return align([[...by, ...columns.map(({ title }) => title)], ...rows], by.length);
}

const keyOf = (by: readonly string[], cell: Readonly<Record<string, string>>): string =>
  JSON.stringify(by.map((name) => cell[name] ?? null));

const valuesOf = ({ by, rows }: StatisticResult): Map<string, string | null> =>
  new Map(rows.map((row) => [keyOf(by, row.cell), shown(row)]));

/** `14.93 ±1.3e-7` where the value was computed up to an error. */
const shown = ({ value, errorBound = '0' }: ResultRow): string | null =>
  value === null || errorBound === '0' ? value : `${value} ±${errorBound}`;

/** The rows of the statistic that has the most of them: those with totals contain those without. */
function rowsOf(statistics: readonly StatisticResult[]): { key: string; labels: string[] }[] {
  const [longest] = statistics.toSorted((a, b) => b.rows.length - a.rows.length);
  if (longest === undefined) return [];
  return longest.rows.map(({ cell }) => ({
    key: keyOf(longest.by, cell),
    labels: longest.by.map((name) => (cell[name] ?? TOTAL).replaceAll('\n', '⏎')),
  }));
}

/** Labels to the left, numbers to the right. */
function align(rows: readonly (readonly string[])[], labels: number): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, i) => (i < labels ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].join('\n');
}

function verdict(result: Result, answers: Answers): string {
  const cells = result.statistics.flatMap((statistic) => {
    const plain = answers.get(statistic.name);
    const expected = plain === undefined ? new Map<string, string | null>() : valuesOf(plain);
    return statistic.rows.map((row) => ({ row, expected: expected.get(keyOf(statistic.by, row.cell)) }));
  });
  const wrong = cells.filter(({ row, expected }) => !agrees(row, expected)).length;
  const close = cells.filter(({ row, expected }) => row.value !== expected).length;
  if (wrong > 0) return `${wrong} of ${cells.length} values DIFFER from the plaintext computation.`;
  return close === 0
    ? `All ${cells.length} values equal the plaintext computation to the last declared digit.`
    : `All ${cells.length} values are those of the plaintext computation, ${close} of them within their error bounds.`;
}
