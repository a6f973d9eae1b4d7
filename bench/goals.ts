/** What the suite is to show: least ratios of one contestant to another in the same run. */
import {
  leastRatio,
  speedRatio,
  type BenchmarkResult,
  type ContestantResult,
  type GoalResult,
} from './harness/results.ts';

/** Stands for whichever of the other systems is fastest. */
const FASTEST_PEER = 'the fastest peer';

interface RatioGoal {
  readonly goal: string;
  /** `suite/name` of the benchmark. */
  readonly benchmark: string;
  readonly contestant: string;
  /** To which contestant the ratio is: one by name, or the fastest peer. */
  readonly reference: string;
  /** Least speed, as a multiple of that of the reference. */
  readonly least: number;
  /** Where no peer is there: what is compared with instead, which the report says. */
  readonly otherwise?: string;
}

interface TimeGoal {
  readonly goal: string;
  readonly benchmark: string;
  readonly contestant: string;
  readonly mostSeconds: number;
}

export type Goal = RatioGoal | TimeGoal;

const OURS = 'strongroom';

export const GOALS: readonly Goal[] = [
  {
    goal: 'provider: encode and encrypt, values a second on all cores',
    benchmark: 'blocks/bfv/encrypt, 8192 × 3, all threads',
    contestant: OURS,
    reference: FASTEST_PEER,
    otherwise: 'node-seal',
    least: 1,
  },
  {
    goal: 'aggregator: ingest to durable and verified, bytes a second',
    benchmark: 'aggregator/ingest',
    contestant: OURS,
    reference: 'raw gRPC stream',
    least: 0.8,
  },
  {
    goal: 'aggregator: load, validate, add',
    benchmark: 'aggregator/load, validate and add',
    contestant: OURS,
    reference: 'node-seal',
    least: 1,
  },
  {
    goal: 'key holder: verify and re-evaluate',
    benchmark: 'key-holder/verify and re-evaluate',
    contestant: OURS,
    reference: 'aggregator',
    least: 1,
  },
  {
    goal: 'joint BFV key, K = 3, computation only',
    benchmark: 'ceremonies/bfv joint key, K = 3',
    // What Lattigo computes. Beside it, without a goal, the benchmark has the ceremony with its checks and its test.
    contestant: 'strongroom, contributions alone',
    reference: 'lattigo',
    least: 0.5,
  },
  {
    goal: 'Paillier key generation at 2048 bits, K = 3',
    benchmark: 'ceremonies/paillier key 2048, K = 3',
    contestant: OURS,
    reference: 'distributed-keygen',
    least: 10,
  },
  {
    goal: 'Paillier encryption for each packed value',
    benchmark: 'blocks/paillier/encrypt, 2048, 1 thread',
    contestant: OURS,
    reference: 'python-paillier',
    least: 20,
  },
  {
    goal: 'two registers of 100,000 rows linked and regressed, no process above 1 GB',
    benchmark: 'linkage/linked regression, 100000 rows',
    contestant: OURS,
    mostSeconds: 300,
  },
  {
    goal: '100 small tasks at once on 2 cores: none fails',
    benchmark: 'tasks/at once',
    contestant: 'strongroom, 100 at once',
    mostSeconds: 120,
  },
];

/** How each goal stands in these results. */
export function judgeGoals(
  benchmarks: readonly BenchmarkResult[],
  goals: readonly Goal[] = GOALS,
): GoalResult[] {
  return goals.map((goal) => {
    const matching = benchmarks.filter(
      (benchmark) => `${benchmark.suite}/${benchmark.name}` === goal.benchmark,
    );
    const judged = matching.map((benchmark) => judge(goal, benchmark));
    return judged[0] ?? unmeasured(goal, `${goal.benchmark} was not run`);
  });
}

function judge(goal: Goal, benchmark: BenchmarkResult): GoalResult {
  if (benchmark.failed !== undefined) return { ...unmeasured(goal, benchmark.failed), state: 'short' };
  const ours = benchmark.contestants.find(({ name }) => name === goal.contestant);
  if (ours?.seconds === undefined) return unmeasured(goal, `${goal.contestant} took no part`);
  if ('mostSeconds' in goal) {
    const seen = ours.seconds.median;
    return {
      goal: goal.goal,
      wanted: wanted(goal),
      seen: `${seen.toFixed(1)} s`,
      state: seen <= goal.mostSeconds ? 'met' : 'short',
    };
  }
  const usual = referenceOf(goal.reference, benchmark);
  const reference =
    usual ?? (goal.otherwise === undefined ? undefined : referenceOf(goal.otherwise, benchmark));
  if (reference === undefined) {
    return atLeast(goal, ours, benchmark) ?? unmeasured(goal, absence(goal.reference, benchmark));
  }
  const { low, median, high } = speedRatio(ours, reference);
  return {
    goal: goal.goal,
    wanted: wanted(goal),
    seen: `${median.toFixed(2)} × ${reference.name} (${low.toFixed(2)} to ${high.toFixed(2)})`,
    state: median >= goal.least ? 'met' : 'short',
    ...(usual === undefined && { note: `no peer took part; compared with ${reference.name}` }),
  };
}

/** Met where the reference was given up only after ours could have been done often enough. */
function atLeast(
  goal: RatioGoal,
  ours: ContestantResult,
  benchmark: BenchmarkResult,
): GoalResult | undefined {
  const slow = benchmark.contestants.find(({ name }) => isNamed(name, goal.reference));
  if (slow === undefined) return undefined;
  const ratio = leastRatio(ours, slow);
  if (ratio === undefined || ratio < goal.least) return undefined;
  return {
    goal: goal.goal,
    wanted: wanted(goal),
    seen: `more than ${ratio.toFixed(1)} × ${slow.name}`,
    state: 'met',
    note: slow.absent ?? '',
  };
}

function wanted(goal: Goal): string {
  return 'least' in goal ? `${goal.least} × ${goal.reference}` : `${goal.mostSeconds} s at most`;
}

function unmeasured(goal: Goal, note: string): GoalResult {
  return { goal: goal.goal, wanted: wanted(goal), seen: '–', state: 'not measured', note };
}

/** Peers carry their version behind their name. */
function isNamed(name: string, reference: string): boolean {
  return name === reference || name.startsWith(`${reference} `);
}

function referenceOf(reference: string, { contestants }: BenchmarkResult): ContestantResult | undefined {
  const present = contestants.filter(({ seconds }) => seconds !== undefined);
  if (reference !== FASTEST_PEER) {
    return present.find(({ name }) => isNamed(name, reference));
  }
  const speed = ({ unitsPerSecond }: ContestantResult): number => unitsPerSecond?.median ?? 0;
  return present.filter(({ peer }) => peer).toSorted((a, b) => speed(b) - speed(a))[0];
}

function absence(reference: string, { contestants }: BenchmarkResult): string {
  const there = contestants.find(({ name }) => isNamed(name, reference));
  return there?.absent ?? `${reference} took no part`;
}
