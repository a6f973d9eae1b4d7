import type { Benchmark, Scale } from './benchmark.ts';
import type { Peers } from './peer.ts';

/** What a suite needs to know to say what it measures. */
export interface Setting {
  readonly scale: Scale;
  /** Threads that "all threads" stands for. */
  readonly threads: number;
  readonly peers: Peers;
}

export interface Suite {
  readonly name: string;
  readonly about: string;
  /** Makes nothing yet. They are opened one after another, so that one may rest on what an earlier one made. */
  benchmarks(setting: Setting): readonly Benchmark[];
  /** Gives back what the benchmarks shared. */
  close?(): Promise<void>;
}
