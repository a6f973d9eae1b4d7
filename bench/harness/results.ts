/** What a run of the suite found, as it is written to JSON. */
import type { Per } from './benchmark.ts';
import type { Machine } from './machine.ts';
import { ratioOf, type Spread } from './statistics.ts';

export const RESULTS_SCHEMA = 'strongroom-bench/1';

export interface ContestantResult {
  readonly name: string;
  readonly note?: string;
  readonly peer?: true;
  /** Why it took no part; then nothing else is there. */
  readonly absent?: string;
  /** Where it was given up: a run takes longer than this. */
  readonly moreThanSeconds?: number;
  /** Seconds of each round that counts, in the order of the rounds, which all contestants share. */
  readonly rounds: readonly number[];
  /** Done in a round. */
  readonly units: number;
  readonly seconds?: Spread;
  readonly unitsPerSecond?: Spread;
  /** Its speed as a multiple of that of the reference. */
  readonly ratio?: Spread;
}

export interface BenchmarkResult {
  readonly suite: string;
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly per?: Per;
  readonly reference: string;
  readonly curve?: { readonly name: string; readonly along: string; readonly at: number };
  readonly contestants: readonly ContestantResult[];
  /** Why there are no figures: an answer was wrong, or something broke. */
  readonly failed?: string;
}

/** How the cost of a contestant grows along a curve: seconds ∝ x^slope. */
export interface CurveResult {
  readonly suite: string;
  readonly name: string;
  readonly along: string;
  readonly contestant: string;
  readonly slope: number;
  readonly intercept: number;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Another system on this machine: its version, or why it takes no part. */
export interface PeerResult {
  readonly name: string;
  readonly version?: string;
  readonly absent?: string;
}

export interface GoalResult {
  readonly goal: string;
  readonly wanted: string;
  readonly seen: string;
  readonly state: 'met' | 'short' | 'not measured';
  readonly note?: string;
}

export interface Results {
  readonly schema: typeof RESULTS_SCHEMA;
  readonly started: string;
  readonly seconds: number;
  readonly scale: string;
  readonly machine: Machine;
  readonly peers: readonly PeerResult[];
  readonly benchmarks: readonly BenchmarkResult[];
  readonly curves: readonly CurveResult[];
  readonly goals: readonly GoalResult[];
}

/** Units a second, round by round. */
export function speeds({ rounds, units }: ContestantResult): number[] {
  return rounds.map((seconds) => units / seconds);
}

/** By how much at least one contestant is faster than another that was given up, where both do one unit in a run. */
export function leastRatio(of: ContestantResult, to: ContestantResult): number | undefined {
  if (to.moreThanSeconds === undefined || of.seconds === undefined || of.units !== 1) return undefined;
  return to.moreThanSeconds / of.seconds.median;
}

/** The speed of one contestant as a multiple of that of another. */
export function speedRatio(of: ContestantResult, to: ContestantResult): Spread {
  return ratioOf(speeds(of), speeds(to));
}
