/** The results as text. */
import type { Comparison } from '../harness/compare.ts';
import type { BenchmarkResult, ContestantResult, Results } from '../harness/results.ts';
import { duration, eachOf, si, times } from './quantity.ts';

export function resultsAsText(results: Results): string {
  const suites = Map.groupBy(results.benchmarks, ({ suite }) => suite);
  return [
    machineAsText(results),
    ...results.peers.map(({ name, version, absent }) =>
      absent === undefined ? `peer ${name} ${version ?? ''}` : `peer ${name} takes no part: ${absent}`,
    ),
    ...[...suites].map(([suite, benchmarks]) => `\n${suite}\n${table(benchmarks.flatMap(rowsOf))}`),
    curvesAsText(results),
    goalsAsText(results),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function machineAsText({ machine, scale, seconds }: Results): string {
  const { cpu, cores, node, load } = machine;
  return (
    `${cpu}, ${cores} cores, Node ${node}; ${scale} run of ${duration(seconds)}, ` +
    `load ${load.before.toFixed(2)} before and ${load.after.toFixed(2)} after`
  );
}

const HEAD = ['benchmark', 'contestant', 'rounds', 'one run', 'a second', 'each', 'ratio', 'quartiles'];

function rowsOf(benchmark: BenchmarkResult): string[][] {
  const { name, contestants, failed } = benchmark;
  if (failed !== undefined) return [[name, `FAILED: ${failed}`]];
  return contestants.map((contestant, i) => [i === 0 ? name : '', ...cellsOf(contestant, benchmark)]);
}

function cellsOf(contestant: ContestantResult, { unit, per, reference }: BenchmarkResult): string[] {
  const { name, absent, seconds, unitsPerSecond, ratio, rounds } = contestant;
  if (absent !== undefined) return [name, `takes no part: ${absent}`];
  if (seconds === undefined || unitsPerSecond === undefined || ratio === undefined) return [name];
  return [
    name,
    String(rounds.length),
    duration(seconds.median),
    si(unitsPerSecond.median, unit),
    eachOf(unitsPerSecond.median, per),
    name === reference ? '1 (reference)' : `${times(ratio.median)} ×`,
    name === reference ? '' : `${times(ratio.low)} to ${times(ratio.high)}`,
  ];
}

/** Columns as wide as their widest cell, but for the last cell of a row, which may hang over. */
function table(rows: readonly string[][]): string {
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) =>
    Math.max(...all.map((row) => (column < row.length - 1 || row === HEAD ? (row[column] ?? '').length : 0))),
  );
  return all
    .map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

function curvesAsText({ curves }: Results): string {
  if (curves.length === 0) return '';
  const lines = curves.map(({ suite, name, along, contestant, slope, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    const ends = `${si(first?.x ?? NaN)}: ${duration(first?.y ?? NaN)}, ${si(last?.x ?? NaN)}: ${duration(last?.y ?? NaN)}`;
    return `  ${suite}/${name}, ${contestant}: seconds ∝ ${along}^${slope.toFixed(2)} (${ends})`;
  });
  return `\ngrowth\n${lines.join('\n')}`;
}

function goalsAsText({ goals }: Results): string {
  const lines = goals.map(({ goal, wanted, seen, state, note }) => {
    const why = note === undefined ? '' : `; ${note}`;
    return `  ${state.toUpperCase().padEnd(12)}  ${goal}: wanted ${wanted}, seen ${seen}${why}`;
  });
  return `\ngoals\n${lines.join('\n')}`;
}

export function comparisonAsText({ compared, worse, better }: Comparison, tolerance: number): string {
  const percent = `${(100 * tolerance).toFixed(0)} %`;
  const line = (change: Comparison['worse'][number]): string =>
    `  ${change.benchmark}: ${change.contestant} to ${change.reference} was ${times(change.before)}, ` +
    `is ${times(change.after)} (${((change.after / change.before - 1) * 100).toFixed(0)} %)`;
  return [
    `\n${compared} ratios compared; ${worse.length} worse by more than ${percent}, ${better.length} better`,
    ...(worse.length > 0 ? ['worse:', ...worse.map(line)] : []),
    ...(better.length > 0 ? ['better:', ...better.map(line)] : []),
  ].join('\n');
}
