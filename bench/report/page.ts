/** The results as one page of HTML with plots: SVG in the page, no script, nothing fetched, light and dark. */
import type { BenchmarkResult, CurveResult, Results } from '../harness/results.ts';
import { GOALS } from '../goals.ts';
import { barChart, type Bar } from './bar-chart.ts';
import { escaped } from './escaped.ts';
import { logLogChart } from './log-log-chart.ts';
import { duration, eachOf, si, times } from './quantity.ts';

export function resultsPage(results: Results): string {
  const suites = Map.groupBy(results.benchmarks, ({ suite }) => suite);
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width">' +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<title>Strongroom benchmarks</title><style>${STYLE}</style></head><body>` +
    `<h1>Strongroom benchmarks</h1>${machine(results)}${goals(results)}` +
    [...suites].map(([suite, benchmarks]) => section(suite, benchmarks, results.curves)).join('') +
    '</body></html>\n'
  );
}

const STYLE =
  ':root{color-scheme:light dark;--ink:light-dark(#1b1f24,#e6e6e6);--paper:light-dark(#fff,#15181c);' +
  '--bar:light-dark(#2f6c9e,#6ca9dc);--other:light-dark(#9aa4ae,#66717c);--goal:light-dark(#b3401e,#ff8c66);' +
  '--fine:light-dark(#1d7a3e,#63c587)}' +
  'body{font:14px/1.5 system-ui,sans-serif;max-width:900px;margin:2em auto;padding:0 1em;color:var(--ink);background:var(--paper)}' +
  'svg{max-width:100%;height:auto;display:block}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}' +
  'table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{text-align:left;padding:2px 10px 2px 0;vertical-align:top}' +
  '.bar{fill:var(--bar)}.other{fill:var(--other)}.goal{stroke:var(--goal);fill:var(--goal)}.axis{stroke:var(--other)}' +
  '.fit{stroke:var(--bar);fill:none}.met{color:var(--fine)}.short,.failed{color:var(--goal)}h3{margin-bottom:0}p{margin:.2em 0}';

function machine({ machine: m, scale, seconds, started, peers }: Results): string {
  const others = peers.map(({ name, version, absent }) =>
    absent === undefined ? `${name} ${version ?? ''}` : `${name} takes no part: ${absent}`,
  );
  const facts = [
    `${m.cpu}, ${m.cores} cores, ${si(m.memoryBytes, 'B')} of memory, ${m.system}`,
    `Node ${m.node}, OpenSSL ${m.openssl}, node-seal ${m.nodeSeal}, Strongroom ${m.strongroom}`,
    `${started}: a ${scale} run of ${duration(seconds)}; load ${m.load.before.toFixed(2)} before and ${m.load.after.toFixed(2)} after`,
    ...others,
  ];
  return facts.map((fact) => `<p>${escaped(fact)}</p>`).join('');
}

function goals({ goals: all }: Results): string {
  const rows = all.map(
    ({ goal, wanted, seen, state, note }) =>
      `<tr><td class="${state}">${state}</td><td>${escaped(goal)}</td><td>${escaped(wanted)}</td>` +
      `<td>${escaped(seen)}${note === undefined ? '' : `<br><small>${escaped(note)}</small>`}</td></tr>`,
  );
  return `<h2>Goals</h2><table><tr><th></th><th>what</th><th>wanted</th><th>seen</th></tr>${rows.join('')}</table>`;
}

function section(
  suite: string,
  benchmarks: readonly BenchmarkResult[],
  curves: readonly CurveResult[],
): string {
  const plots = Map.groupBy(
    curves.filter((curve) => curve.suite === suite),
    ({ name }) => name,
  );
  const points = (benchmark: BenchmarkResult): boolean => plots.has(benchmark.curve?.name ?? '');
  return (
    `<h2>${escaped(suite)}</h2>` +
    [...plots].map(([name, of]) => `<h3>${escaped(name)}</h3>${logLogChart(of)}`).join('') +
    benchmarks
      .filter((benchmark) => !points(benchmark))
      .map(bars)
      .join('')
  );
}

function bars(benchmark: BenchmarkResult): string {
  const { suite, name, about, unit, per, reference, contestants, failed } = benchmark;
  const head = `<h3>${escaped(name)}</h3><p>${escaped(about)}</p>`;
  if (failed !== undefined) return `${head}<p class="failed">${escaped(failed)}</p>`;
  const bars: Bar[] = contestants.flatMap(({ name: contestant, ratio, unitsPerSecond }) =>
    ratio === undefined || unitsPerSecond === undefined
      ? []
      : [
          {
            label: contestant,
            value: ratio.median,
            from: ratio.low,
            to: ratio.high,
            text: `${times(ratio.median)} ×, ${si(unitsPerSecond.median, unit)}/s, ${eachOf(unitsPerSecond.median, per)}`,
            main: contestant !== reference,
          },
        ],
  );
  const notes = contestants.flatMap(({ name: contestant, note, absent }) => [
    ...(note === undefined ? [] : [`${contestant}: ${note}`]),
    ...(absent === undefined ? [] : [`${contestant} takes no part: ${absent}`]),
  ]);
  const goal = GOALS.find((other) => other.benchmark === `${suite}/${name}`);
  const line =
    goal !== undefined && 'least' in goal && goal.reference === reference
      ? { value: goal.least, label: `goal ${goal.least} ×` }
      : undefined;
  return `${head}${barChart(name, bars, line)}${notes.map((note) => `<p><small>${escaped(note)}</small></p>`).join('')}`;
}
