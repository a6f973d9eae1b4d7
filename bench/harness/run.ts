/** Runs suites one after another, and puts together what they found. */
import { GOALS, judgeGoals } from '../goals.ts';
import type { Benchmark } from './benchmark.ts';
import type { Setting, Suite } from './suite.ts';
import { describeMachine, loadNow, type Machine } from './machine.ts';
import { measure } from './measure.ts';
import { Peer } from './peer.ts';
import {
  RESULTS_SCHEMA,
  type BenchmarkResult,
  type CurveResult,
  type PeerResult,
  type Results,
} from './results.ts';
import { fitPower } from './statistics.ts';

export interface RunOptions {
  readonly setting: Setting;
  /** Only benchmarks whose name contains this. */
  readonly only?: string | undefined;
  readonly onProgress?: (line: string) => void;
  /** Told after each benchmark what has been found so far: a long run that is broken off has not been for nothing. */
  readonly onResults?: (soFar: Results) => void;
}

export async function runSuites(suites: readonly Suite[], options: RunOptions): Promise<Results> {
  const { setting, only, onProgress = () => undefined, onResults = () => undefined } = options;
  const started = new Date();
  const machine = describeMachine();
  const benchmarks: BenchmarkResult[] = [];
  const soFar = () => resultsOf(setting, started, machine, benchmarks);
  const planned = suites.map((suite) => {
    const all = suite.benchmarks(setting);
    return { suite, chosen: all.filter(({ name }) => only === undefined || name.includes(only)) };
  });
  const count = planned.reduce((sum, { chosen }) => sum + chosen.length, 0);
  for (const { suite, chosen } of planned) {
    try {
      for (const benchmark of chosen) {
        const place = `${benchmarks.length + 1} of ${count}, ${suite.name}: ${benchmark.name}`;
        benchmarks.push(
          await runBenchmark(suite, benchmark, setting, (line) => onProgress(`${place}${line}`)),
        );
        onResults(await soFar());
      }
    } finally {
      await suite.close?.();
    }
  }
  return soFar();
}

async function resultsOf(
  setting: Setting,
  started: Date,
  machine: Machine,
  benchmarks: readonly BenchmarkResult[],
): Promise<Results> {
  return {
    schema: RESULTS_SCHEMA,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    scale: setting.scale,
    machine: { ...machine, load: { ...machine.load, after: loadNow() } },
    peers: await peersOf(setting),
    benchmarks: [...benchmarks],
    curves: curvesOf(benchmarks),
    goals: judgeGoals(benchmarks, GOALS),
  };
}

async function runBenchmark(
  suite: Suite,
  benchmark: Benchmark,
  { scale }: Setting,
  onProgress: (line: string) => void,
): Promise<BenchmarkResult> {
  onProgress('');
  const started = performance.now();
  const result = await measure(suite.name, benchmark, scale, (round) =>
    onProgress(round < 0 ? ', warm-up' : `, round ${round + 1}`),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  onProgress(`: ${result.failed === undefined ? 'done' : 'FAILED'} in ${seconds} s\n`);
  return result;
}

async function peersOf({ peers }: Setting): Promise<PeerResult[]> {
  return (await peers.started()).map((peer) =>
    peer instanceof Peer ? { name: peer.name, version: peer.version } : { name: peer.name, absent: peer.why },
  );
}

/** The points of each curve and contestant, and the slope through them. */
function curvesOf(benchmarks: readonly BenchmarkResult[]): CurveResult[] {
  const curves = new Map<
    string,
    Omit<CurveResult, 'slope' | 'intercept' | 'points'> & { points: { x: number; y: number }[] }
  >();
  for (const { suite, curve, contestants } of benchmarks) {
    if (curve === undefined) continue;
    for (const { name: contestant, seconds } of contestants) {
      if (seconds === undefined) continue;
      const key = JSON.stringify([suite, curve.name, contestant]);
      const known = curves.get(key) ?? {
        suite,
        name: curve.name,
        along: curve.along,
        contestant,
        points: [],
      };
      known.points.push({ x: curve.at, y: seconds.median });
      curves.set(key, known);
    }
  }
  return [...curves.values()]
    .filter(({ points }) => points.length > 1)
    .map((curve) => ({ ...curve, ...fitPower(curve.points) }));
}
