/**
 * The ring arithmetic of this project in WebAssembly: one instance and one memory for each thread, assembled from
 * source when it is first asked for (`assembler.ts`). What is not in use is zero: memory is overwritten when it is
 * given back, so secrets do not outlive the work on them.
 */
import { moduleOf, type Assembled } from './assembler.ts';
import { forward, inverse } from './transform.ts';
import {
  add,
  check,
  fold,
  multiply,
  multiplyPrepared,
  prepare,
  reduce,
  scale,
  subtract,
  unfold,
} from './vectors.ts';
import { addMessage, divideSpecial, place, roundings, roundSpecial } from './encryption.ts';
import { centredBinomial, lift, ternary, uniform } from './sampling.ts';
import { addMultiple, digit, exceeds, interval } from './wide.ts';

/** What is used of the platform's WebAssembly. */
interface Platform {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (limits: { readonly initial: number }) => Memory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Platform };

type Exported = (...values: readonly (number | bigint)[]) => number;

const FUNCTIONS = {
  forward,
  inverse,
  check,
  fold,
  unfold,
  reduce,
  add,
  subtract,
  multiply,
  prepare,
  scale,
  multiplyPrepared,
  lift,
  uniform,
  ternary,
  centredBinomial,
  roundSpecial,
  divideSpecial,
  place,
  roundings,
  addMessage,
  interval,
  addMultiple,
  digit,
  exceeds,
} satisfies Readonly<Record<string, Assembled>>;

const PAGE = 65536;
/** Nothing is at address 0, and every block is aligned to a line of the cache. */
const LINE = 64;

export class Kernel {
  /** Each is documented where it is assembled; integers of 64 bits are bigints. */
  readonly call: Readonly<Record<keyof typeof FUNCTIONS, Exported>>;
  readonly #memory: Memory = new WebAssembly.Memory({ initial: 16 });
  readonly #free = new Map<number, number[]>();
  #top = LINE;

  constructor() {
    const compiled = new WebAssembly.Module(moduleOf(FUNCTIONS));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.call = exports as typeof this.call;
  }

  /** The address of a block of zeros. */
  allocate(bytes: number): number {
    const size = Math.ceil(bytes / LINE) * LINE;
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) return reused;
    const address = this.#top;
    this.#top += size;
    const missing = this.#top - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** Overwrites a block of `allocate` with zeros and gives it back. */
  release(address: number, bytes: number): void {
    const size = Math.ceil(bytes / LINE) * LINE;
    this.bytes(address, size).fill(0);
    this.#free.set(size, [...(this.#free.get(size) ?? []), address]);
  }

  /** A view, which holds until the next `allocate`. */
  bytes(address: number, count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, address, count);
  }

  /** The same as signed 64-bit integers. */
  integers(address: number, count: number): BigInt64Array<ArrayBuffer> {
    return new BigInt64Array(this.#memory.buffer, address, count);
  }

  /** The same as words. */
  words(address: number, count: number): BigUint64Array<ArrayBuffer> {
    return new BigUint64Array(this.#memory.buffer, address, count);
  }
}

let instance: Kernel | undefined;

/** The kernel of this thread. */
export function kernel(): Kernel {
  instance ??= new Kernel();
  return instance;
}
