import type { Benchmark } from '../harness/benchmark.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { bfvBlocks } from './blocks-bfv.ts';
import { ckksBlocks } from './blocks-ckks.ts';
import { paillierBlocks } from './blocks-paillier.ts';

/** The operations of each scheme, for each parameter set. */
export const blocks: Suite = {
  name: 'blocks',
  about:
    'each scheme and parameter set: encode, encrypt, load, add, partial decryption, combine; no scheme rotates',
  benchmarks: (setting: Setting): Benchmark[] => [
    ...bfvBlocks(setting),
    ...ckksBlocks(setting),
    ...paillierBlocks(setting),
  ],
};
