/** What the suite measures: benchmarks, in which contestants compute the same answer in turns. */
/** `tiny`: everything runs once and is right; `quick`: all within three minutes; `full`: as long as it takes. */
export type Scale = 'tiny' | 'quick' | 'full';

/** What two contestants are compared by: JSON values, or one number. */
export type Answer =
  string | number | boolean | null | readonly Answer[] | { readonly [key: string]: Answer };

interface Measurement {
  readonly seconds: number;
  /** How much was done, in the unit of the benchmark. */
  readonly units: number;
}

/** One of those that compute the same. Its keys and inputs are set up before it is first run. */
export interface Contestant extends AsyncDisposable {
  /** `strongroom`, or what starts so, for what this repository ships. */
  readonly name: string;
  /** In what it differs from what is asked. */
  readonly note?: string | undefined;
  /** True of another system, which says its version in its name. */
  readonly peer?: boolean | undefined;
  run(): Promise<Measurement>;
  /** What the last run came to; asked for after the first and after the last. */
  answer(): Promise<Answer>;
}

/** A contestant that cannot take part on this machine. */
export interface Absent {
  readonly name: string;
  readonly why: string;
  /** Where it was given up: it had not finished one run after so long. */
  readonly moreThanSeconds?: number;
}

/** How often a benchmark is repeated: every contestant once a round, in turns. */
export interface Pace {
  /** Rounds that do not count. */
  readonly warmUp: number;
  readonly leastRounds: number;
  readonly mostRounds: number;
  /** No further round starts after so long, once there are `leastRounds`. */
  readonly seconds: number;
  /** After so long a few rounds are enough, and what has run for so long is warm. */
  readonly patience: number;
}

/** What else people count in than the unit of a benchmark, and how many units one such is. */
export interface Per {
  readonly one: string;
  readonly units: number;
}

export interface Benchmark {
  /** Unique in its suite: what is done, the parameters, threads. */
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly per?: Per;
  /** The contestant to which the others are compared: one that is always there. */
  readonly reference: string;
  /** Largest relative difference between numeric answers; without it answers are equal. */
  readonly within?: number;
  /** Where it is a point of a growth curve: which, along what, and where. */
  readonly curve?: { readonly name: string; readonly along: string; readonly at: number };
  /** Where the pace of the scale does not suit. */
  readonly pace?: Partial<Pace>;
  open(): Promise<readonly (Contestant | Absent)[]>;
}

export function isOurs(name: string): boolean {
  return name === 'strongroom' || name.startsWith('strongroom,');
}
