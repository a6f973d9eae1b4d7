/** The batches in which linkage works: each has a proof of its own, and a process stays responsive between them. */
import { setImmediate } from 'node:timers/promises';
import { BATCH } from './sizes.ts';

/** [from, to) of each batch of `count` records. */
export async function* batchesOf(count: number): AsyncGenerator<readonly [from: number, to: number]> {
  for (let from = 0; from < count; from += BATCH) {
    yield [from, Math.min(from + BATCH, count)];
    await setImmediate();
  }
}
