/** The short form: every decoder of foreign bytes, some hundred inputs each. `npm run fuzz` is the long one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaseDaemons, type Daemons } from './corpora/daemons.ts';
import { DECODERS } from './decoders/index.ts';
import { complaintAboutCorpus, fuzz } from './harness/campaign.ts';

/** Always the same choices; only the keys behind the corpus are fresh. */
const SEED = 1;

let daemons: Daemons;
// Held for all decoders that talk to daemons, so that they are started once.
beforeAll(async () => {
  daemons = await leaseDaemons();
});
afterAll(() => daemons[Symbol.asyncDispose]());

const SHORT = DECODERS.filter(({ short }) => short > 0);

test.each(SHORT.map((target) => [target.name, target] as const))(
  '%s never crashes, hangs or accepts what it must not',
  async (name, target) => {
    const decoder = await target.open(await target.make());
    try {
      expect(await complaintAboutCorpus(decoder)).toBeUndefined();
      const goOn = (iteration: number): boolean => iteration < target.short;
      const { findings, inputs } = await fuzz(decoder, { target: name, seed: SEED, goOn });
      expect(findings).toEqual([]);
      expect(inputs).toBeGreaterThan(0);
    } finally {
      await decoder.dispose?.();
    }
  },
);

test('no two decoders have one name', () => {
  const names = DECODERS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
