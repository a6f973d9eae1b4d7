import type { Benchmark } from '../harness/benchmark.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { here, inThreads } from '../harness/contestants.ts';
import { copy, hash, store, type BytesJob } from '../work/limits.ts';

const MODULE = new URL('../work/limits.ts', import.meta.url).href;
const BYTES = { tiny: 1 << 20, quick: 32 << 20, full: 128 << 20 };

/** What bounds everything else, measured in the same run. */
export const limits: Suite = {
  name: 'limits',
  about: 'the machine: memory, SHA-256, a flushed file; what the other figures are held against',
  benchmarks: ({ scale, threads }: Setting): Benchmark[] => {
    const job: BytesJob = { bytes: BYTES[scale] };
    const all = (open: string) =>
      inThreads(
        `${open}, all threads`,
        Array.from({ length: threads }, () => ({ module: MODULE, open, args: job })),
        ([first = null]) => first,
      );
    return [
      {
        name: 'bytes a second',
        about: `${job.bytes >> 20} MiB: copied in memory, hashed with SHA-256, written to a file and flushed`,
        unit: 'B',
        reference: 'copy',
        open: () =>
          Promise.all([
            here('copy', () => copy(job)),
            all('copy'),
            here('hash', () => hash(job)),
            all('hash'),
            here('store', () => store(job)),
          ]),
      },
    ];
  },
};
