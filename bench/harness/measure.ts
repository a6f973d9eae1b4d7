/** Runs a benchmark: its contestants in turns, round after round, each round with the same answer from all. */
import { isDeepStrictEqual } from 'node:util';
import { StrongroomError } from '../../proto/errors.ts';
import type { Absent, Answer, Benchmark, Contestant, Pace, Scale } from './benchmark.ts';
import { speedRatio, speeds, type BenchmarkResult, type ContestantResult } from './results.ts';
import { spreadOf } from './statistics.ts';

const PACES: Readonly<Record<Scale, Pace>> = {
  tiny: { warmUp: 0, leastRounds: 1, mostRounds: 1, seconds: 0, patience: 0 },
  quick: { warmUp: 1, leastRounds: 3, mostRounds: 30, seconds: 0.6, patience: 5 },
  full: { warmUp: 2, leastRounds: 7, mostRounds: 200, seconds: 8, patience: 30 },
};
/** Rounds that are enough where each takes long: a median needs three. */
const ENOUGH = 3;

interface Entrant {
  readonly contestant: Contestant;
  readonly rounds: number[];
  units: number;
  /** Why it has dropped out. */
  absent?: string;
}

/** What failed is told in the result; nothing is thrown. */
export async function measure(
  suite: string,
  benchmark: Benchmark,
  scale: Scale,
  onRound: (round: number) => void = () => undefined,
): Promise<BenchmarkResult> {
  const { name, about, unit, per, reference, curve } = benchmark;
  const told = { suite, name, about, unit, ...(per && { per }), reference, ...(curve && { curve }) };
  const opened: (Contestant | Absent)[] = [];
  try {
    opened.push(...(await benchmark.open()));
    const entrants = opened.flatMap((entry) =>
      'run' in entry ? [{ contestant: entry, rounds: [], units: 0 } satisfies Entrant] : [],
    );
    const pace = { ...PACES[scale], ...(scale === 'tiny' ? {} : benchmark.pace) };
    await runRounds(benchmark, entrants, pace, onRound);
    const absent = opened.flatMap((entry) => ('run' in entry ? [] : [absentee(entry)]));
    return { ...told, contestants: [...summed(entrants, reference), ...absent] };
  } catch (error) {
    return { ...told, contestants: [], failed: messageOf(error) };
  } finally {
    for (const entry of opened) if ('run' in entry) await entry[Symbol.asyncDispose]();
  }
}

function absentee({ name, why, moreThanSeconds }: Absent): ContestantResult {
  return {
    name,
    absent: why,
    rounds: [],
    units: 0,
    ...(moreThanSeconds !== undefined && { moreThanSeconds }),
  };
}

async function runRounds(
  benchmark: Benchmark,
  entrants: readonly Entrant[],
  pace: Pace,
  onRound: (round: number) => void,
): Promise<void> {
  let started = performance.now();
  const lasted = (seconds: number): boolean => performance.now() - started > seconds * 1000;
  const run = async (round: number): Promise<void> => {
    await runRound(benchmark, entrants, round);
    if (round === -pace.warmUp) await compareAnswers(benchmark, entrants);
    onRound(round);
  };
  for (let round = -pace.warmUp; round < 0; round += 1) {
    await run(round);
    if (lasted(pace.patience)) break;
  }
  started = performance.now();
  for (let round = 0; round < pace.mostRounds; round += 1) {
    if (round >= pace.leastRounds && lasted(pace.seconds)) break;
    if (round >= ENOUGH && lasted(pace.patience)) break;
    await run(round);
  }
  await compareAnswers(benchmark, entrants);
}

/** Each once, beginning with another one each time, since what runs first in a round may find the caches cold. */
async function runRound(benchmark: Benchmark, entrants: readonly Entrant[], round: number): Promise<void> {
  const all = present(entrants);
  const first = ((round % all.length) + all.length) % all.length;
  for (const entrant of [...all.slice(first), ...all.slice(0, first)]) {
    await orDrop(benchmark, entrant, async () => {
      const { seconds, units } = await entrant.contestant.run();
      if (round >= 0) entrant.rounds.push(seconds);
      entrant.units = units;
    });
  }
}

/** Throws INTERNAL where two that take part give different answers. */
async function compareAnswers(benchmark: Benchmark, entrants: readonly Entrant[]): Promise<void> {
  let expected: { readonly by: string; readonly answer: Answer } | undefined;
  for (const entrant of present(entrants)) {
    const { contestant } = entrant;
    const answer = await orDrop(benchmark, entrant, () => contestant.answer());
    if (answer === undefined) continue;
    expected ??= { by: contestant.name, answer };
    if (agree(answer, expected.answer, benchmark.within)) continue;
    throw new StrongroomError(
      'INTERNAL',
      `Different answers: ${contestant.name} gives ${show(answer)}, ${expected.by} ${show(expected.answer)}.`,
    );
  }
}

function present(entrants: readonly Entrant[]): Entrant[] {
  return entrants.filter(({ absent }) => absent === undefined);
}

/** Another system that breaks takes no part any more; where one of this process does, the benchmark has failed. */
async function orDrop<T>(
  { reference }: Benchmark,
  entrant: Entrant,
  act: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (entrant.contestant.peer !== true || entrant.contestant.name === reference) throw error;
    entrant.absent = messageOf(error);
    entrant.rounds.length = 0;
    return undefined;
  }
}

function agree(a: Answer, b: Answer, within: number | undefined): boolean {
  if (within === undefined || typeof a !== 'number' || typeof b !== 'number') return isDeepStrictEqual(a, b);
  return Math.abs(a - b) <= within * Math.max(Math.abs(a), Math.abs(b));
}

function summed(entrants: readonly Entrant[], reference: string): ContestantResult[] {
  const results = entrants.map(({ contestant: { name, note, peer }, rounds, units, absent }) => ({
    name,
    ...(note !== undefined && { note }),
    ...(peer === true && { peer }),
    ...(absent !== undefined && { absent }),
    rounds,
    units,
  }));
  const to = results.find(({ name }) => name === reference);
  if (to === undefined) throw new StrongroomError('INTERNAL', `The reference ${reference} took no part.`);
  return results.map((result) =>
    result.absent === undefined
      ? {
          ...result,
          seconds: spreadOf(result.rounds),
          unitsPerSecond: spreadOf(speeds(result)),
          ratio: speedRatio(result, to),
        }
      : result,
  );
}

function show(answer: Answer): string {
  return JSON.stringify(answer).slice(0, 120);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `${typeof error} was thrown`;
}
