/** Whether a decoder keeps memory: what is left after a garbage collection, early and late in a campaign. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Growth between the two that is taken for a leak. */
const LIMIT_BYTES = 4 << 20;
/** Fewer say nothing about a trend. */
const MIN_SAMPLES = 12;
/** Of resident memory, which allocators give back late or never. */
const RESIDENT_LIMIT_BYTES = 128 << 20;
/** Held at any instant, garbage included: no input of a megabyte may make a decoder reserve more. */
const PEAK_LIMIT_BYTES = 512 << 20;

interface Sample {
  readonly kept: number;
  readonly resident: number;
}

export class MemoryWatch {
  readonly #residentBytes: () => number;
  readonly #samples: Sample[] = [];
  #peak = 0;

  constructor(residentBytes: () => number = () => process.memoryUsage.rss()) {
    this.#residentBytes = residentBytes;
  }

  /** Cheap: for every few inputs. */
  glance(): void {
    const { heapUsed, external } = process.memoryUsage();
    this.#peak = Math.max(this.#peak, heapUsed + external);
  }

  /** Collects garbage and measures what is left. */
  sample(): void {
    // The bytes of array buffers that a collection has found dead are counted until the next one.
    collectGarbage();
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    this.#samples.push({ kept: heapUsed + external, resident: this.#residentBytes() });
  }

  /** Bytes kept more at the end than after the first quarter, which fills caches. */
  get grown(): number {
    return this.#growth(({ kept }) => kept);
  }

  /** Why the memory is not in order; undefined where it is. */
  complaint(): string | undefined {
    if (this.#samples.length < MIN_SAMPLES) return undefined;
    const resident = this.#growth((sample) => sample.resident);
    if (this.grown > LIMIT_BYTES) return `keeps memory: ${megabytes(this.grown)} more at the end`;
    if (resident > RESIDENT_LIMIT_BYTES)
      return `keeps resident memory: ${megabytes(resident)} more at the end`;
    if (this.#peak > PEAK_LIMIT_BYTES) return `reserves ${megabytes(this.#peak)} for one input`;
    return undefined;
  }

  #growth(of: (sample: Sample) => number): number {
    const values = this.#samples.map(of);
    const quarter = Math.floor(values.length / 4);
    const rest = values.slice(quarter);
    const ends = Math.max(1, Math.floor(rest.length / 3));
    return Math.min(...rest.slice(-ends)) - Math.min(...rest.slice(0, ends));
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

let collect: (() => void) | undefined;

/** A full collection, whatever the flags with which Node was started. */
function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
