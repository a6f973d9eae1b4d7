/** Compares the ratios of two runs, which machines and load change little; never the times. */
import * as z from 'zod';
import { StrongroomError } from '../../proto/errors.ts';
import { isOurs } from './benchmark.ts';
import { RESULTS_SCHEMA, type Results } from './results.ts';

/** By how much a ratio may fall before it counts as worse. */
export const TOLERANCE = 0.25;

interface Change {
  readonly benchmark: string;
  readonly contestant: string;
  readonly reference: string;
  readonly before: number;
  readonly after: number;
}

export interface Comparison {
  /** Compared ratios in all. */
  readonly compared: number;
  /** Those that fell by more than the tolerance, worst first. */
  readonly worse: readonly Change[];
  /** Those that rose by as much, best first. */
  readonly better: readonly Change[];
}

const Ratio = z.object({ median: z.number() });
const Old = z.object({
  schema: z.literal(RESULTS_SCHEMA),
  scale: z.string(),
  benchmarks: z.array(
    z.object({
      suite: z.string(),
      name: z.string(),
      reference: z.string(),
      contestants: z.array(z.object({ name: z.string(), ratio: Ratio.optional() })),
    }),
  ),
});
export type OldResults = z.infer<typeof Old>;

/** Reads what an earlier run wrote. Throws USAGE where it is not that. */
export function readResults(text: string, file: string): OldResults {
  try {
    return Old.parse(JSON.parse(text));
  } catch (cause) {
    throw new StrongroomError('USAGE', `${file} holds no results of schema ${RESULTS_SCHEMA}.`, { cause });
  }
}

/**
 * The ratio of each of our contestants to its reference, where both runs have it. Throws USAGE unless both are of the
 * same scale: what takes long to start is slower in short runs.
 */
export function compareResults(
  old: OldResults,
  now: Pick<Results, 'scale' | 'benchmarks'>,
  tolerance = TOLERANCE,
): Comparison {
  if (old.scale !== now.scale) {
    throw new StrongroomError(
      'USAGE',
      `These results are ${now.scale}, the others ${old.scale}; ratios differ by that alone.`,
    );
  }
  const before = ratiosOf(old);
  const changes = [...ratiosOf(now)].flatMap(([key, { after, ...change }]) => {
    const known = before.get(key)?.after;
    return known === undefined ? [] : [{ ...change, before: known, after }];
  });
  const factor = ({ before: b, after }: Change): number => after / b;
  const sorted = changes.toSorted((a, b) => factor(a) - factor(b));
  return {
    compared: changes.length,
    worse: sorted.filter((change) => !(factor(change) >= 1 - tolerance)),
    better: sorted.filter((change) => factor(change) > 1 / (1 - tolerance)).toReversed(),
  };
}

type Seen = Omit<Change, 'before'>;

/** Of results, old or new. */
interface WithRatios {
  readonly benchmarks: readonly {
    readonly suite: string;
    readonly name: string;
    readonly reference: string;
    readonly contestants: readonly {
      readonly name: string;
      readonly ratio?: { readonly median: number } | undefined;
    }[];
  }[];
}

function ratiosOf({ benchmarks }: WithRatios): Map<string, Seen> {
  const ratios = new Map<string, Seen>();
  for (const { suite, name, reference, contestants } of benchmarks) {
    for (const { name: contestant, ratio } of contestants) {
      if (ratio === undefined || contestant === reference || !isOurs(contestant)) continue;
      const benchmark = `${suite}/${name}`;
      ratios.set(JSON.stringify([benchmark, contestant, reference]), {
        benchmark,
        contestant,
        reference,
        after: ratio.median,
      });
    }
  }
  return ratios;
}
