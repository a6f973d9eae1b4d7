/** The batches in which linkage works: each has a proof of its own, and can be computed by itself. */
import { BATCH } from './sizes.ts';

/** [from, to) of each batch of `count` records. */
export function* batchesOf(count: number): Generator<readonly [from: number, to: number]> {
  for (let from = 0; from < count; from += BATCH) yield [from, Math.min(from + BATCH, count)];
}
