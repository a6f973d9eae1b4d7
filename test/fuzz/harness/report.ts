/** The figures of a run, as a table for people and for docs/fuzzing.md. */
import { megabytes } from './memory.ts';

export interface Row {
  readonly target: string;
  readonly inputs: number;
  readonly seconds: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Bytes kept more at the end than after the first quarter. */
  readonly grown: number;
  readonly findings: number;
}

export function printTable(rows: readonly Row[]): void {
  const total = rows.reduce((sum, { inputs }) => sum + inputs, 0);
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const findings = rows.reduce((sum, row) => sum + row.findings, 0);
  const cells = [
    ['decoder', 'inputs', 'a second', 'accepted', 'refused with', 'memory kept', 'findings'],
    ...rows.map((row) => [
      row.target,
      count(row.inputs),
      count(row.inputs / (row.seconds || 1)),
      count(row.accepted),
      codes(row.refused),
      megabytes(Math.max(0, row.grown)),
      String(row.findings),
    ]),
    ['all', count(total), count(total / (seconds || 1)), '', '', '', String(findings)],
  ];
  for (const [i, line] of cells.entries()) {
    console.log(`| ${line.join(' | ')} |`);
    if (i === 0) console.log(`| ${line.map(() => '---').join(' | ')} |`);
  }
}

const count = (n: number): string => Math.round(n).toLocaleString('en-GB');

/** The most frequent first. */
function codes(refused: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(refused).sort(([, a], [, b]) => b - a);
  return sorted.map(([code]) => code).join(', ');
}
