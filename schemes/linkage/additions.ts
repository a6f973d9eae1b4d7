/**
 * Sums of many lists of public points, by `addition-code.ts`: neighbours are added in rounds, some thousand additions at
 * the cost of one inversion (Montgomery, Mathematics of Computation 48 (1987), 10.3.1).
 */
import { moduleOf, type Assembled } from '../rlwe/kernel/assembler.ts';
import { inverse } from '../paillier/integers.ts';
import {
  ELEMENT_BYTES,
  enter,
  limbsOf,
  R_BITS,
  runs,
  SLOT_BYTES,
  sums,
  TRIPLE_BYTES,
} from './addition-code.ts';
import { addAll, FIELD, modField, type Point } from './p256.ts';

/** What is used of the platform's WebAssembly. */
interface Platform {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (limits: { readonly initial: number }) => {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Platform };

const FUNCTIONS = { enter, runs, sums } satisfies Readonly<Record<string, Assembled>>;
type Exported = Readonly<Record<keyof typeof FUNCTIONS, (...addresses: readonly number[]) => void>>;

const PAGE = 65536;
const WORD = (1n << 64n) - 1n;
const WORDS = 4;

/** Additions that share an inversion: enough that it costs little, and few enough for the cache of a core. */
const AT_ONCE = 4096;

/** 0, and where things stand; slots of points follow. Nothing stands at address 0. */
const TOTAL = 64;
const TRIPLES = TOTAL + 2 * ELEMENT_BYTES;
const PRODUCTS = TRIPLES + AT_ONCE * TRIPLE_BYTES;
const SLOTS = PRODUCTS + AT_ONCE * ELEMENT_BYTES;

const R = (1n << BigInt(R_BITS)) % FIELD;
const R_INVERSE = inverse(R, FIELD);

/** Where each of some lists begins in `slots`, and where the last ends. */
export interface Lists {
  /** Addresses of points. */
  readonly slots: Int32Array;
  readonly starts: Int32Array;
}

/** Points in the memory of the module, each known by its address; 0 stands for the identity. */
export class Additions {
  readonly #memory = new WebAssembly.Memory({ initial: Math.ceil(SLOTS / PAGE) });
  readonly #call: Exported;
  #top = SLOTS;

  constructor() {
    const compiled = new WebAssembly.Module(moduleOf(FUNCTIONS));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#call = exports as Exported;
  }

  /** Forgets all points. */
  clear(): void {
    this.#top = SLOTS;
  }

  /** The addresses of these points. */
  enter(points: readonly Point[]): Int32Array {
    const first = this.#allocate(points.length);
    const from = this.#reserve(points.length);
    const words = new BigUint64Array(this.#memory.buffer, from, points.length * 2 * WORDS);
    for (const [i, { x, y }] of points.entries()) {
      for (let k = 0; k < WORDS; k++) {
        words[2 * WORDS * i + k] = (x >> BigInt(64 * k)) & WORD;
        words[2 * WORDS * i + WORDS + k] = (y >> BigInt(64 * k)) & WORD;
      }
    }
    if (points.length > 0) this.#call.enter(from, from + words.byteLength, first);
    return Int32Array.from(points, (_, i) => first + i * SLOT_BYTES);
  }

  /** The sum of each list; whoever holds an address that is 0 holds the identity. */
  sum({ slots, starts }: Lists): Int32Array {
    const base = this.#top;
    let [rest, bounds] = [slots, starts];
    for (;;) {
      const halved = new Int32Array(bounds.length);
      const next = new Int32Array(rest.length);
      const triples: number[] = [];
      let at = 0;
      for (let list = 0; list + 1 < bounds.length; list++) {
        const end = bounds[list + 1] ?? 0;
        for (let i = bounds[list] ?? 0; i < end; i += 2) {
          const left = rest[i] ?? 0;
          const right = i + 1 < end ? (rest[i + 1] ?? 0) : 0;
          next[at++] = left === 0 || right === 0 ? left || right : this.#plan(triples, left, right, base);
        }
        halved[list + 1] = at;
      }
      // Lists of one are left as they are, so nothing has changed where no list is longer.
      if (at === rest.length) break;
      const vanished = this.#add(triples);
      rest = next.subarray(0, at);
      if (vanished.size > 0) rest = rest.map((address) => (vanished.has(address) ? 0 : address));
      bounds = halved;
    }
    return Int32Array.from({ length: bounds.length - 1 }, (_, list) => {
      const from = bounds[list] ?? 0;
      return from < (bounds[list + 1] ?? 0) ? (rest[from] ?? 0) : 0;
    });
  }

  /** What a round before has made is the list's own, and is overwritten by the sum. */
  #plan(triples: number[], left: number, right: number, base: number): number {
    const sum = left >= base ? left : this.#allocate(1);
    triples.push(left, right, sum);
    return sum;
  }

  /** The point at an address. */
  point(address: number): Point | undefined {
    if (address === 0) return undefined;
    return { x: this.#element(address), y: this.#element(address + ELEMENT_BYTES) };
  }

  /** Computes the sums, and returns the addresses of those that are the identity. */
  #add(triples: readonly number[]): ReadonlySet<number> {
    const vanished = new Set<number>();
    for (let from = 0; from < triples.length; from += 3 * AT_ONCE) {
      const some = Int32Array.from(triples.slice(from, from + 3 * AT_ONCE));
      if (!this.#addDistinct(some)) this.#addAny(some, vanished);
    }
    return vanished;
  }

  /** False, with nothing done, where the two points of an addition have one x. */
  #addDistinct(triples: Int32Array): boolean {
    new Int32Array(this.#memory.buffer, TRIPLES, triples.length).set(triples);
    const end = TRIPLES + 4 * triples.length;
    this.#write(TOTAL, R);
    this.#call.runs(TRIPLES, end, PRODUCTS, TOTAL);
    const total = this.#read(TOTAL) % FIELD;
    if (total === 0n) return false;
    this.#write(TOTAL, modField(inverse(total, FIELD) * R * R));
    this.#call.sums(TRIPLES, end, PRODUCTS + (triples.length / 3) * ELEMENT_BYTES, TOTAL);
    return true;
  }

  /** With doublings, and sums that vanish: by chance hardly ever, but whoever has made the points may want them. */
  #addAny(triples: Int32Array, vanished: Set<number>): void {
    const every = (offset: number) => triples.filter((_, i) => i % 3 === offset);
    const [left, right] = [every(0), every(1)].map((addresses) =>
      Array.from(addresses, (address) => this.point(address)),
    );
    const sums = addAll(left ?? [], right ?? []);
    every(2).forEach((address, i) => {
      const sum = sums[i];
      if (sum === undefined) {
        vanished.add(address);
        return;
      }
      this.#write(address, modField(sum.x * R));
      this.#write(address + ELEMENT_BYTES, modField(sum.y * R));
    });
  }

  #element(address: number): bigint {
    return (this.#read(address) * R_INVERSE) % FIELD;
  }

  #read(address: number): bigint {
    const limbs = new BigUint64Array(this.#memory.buffer, address, ELEMENT_BYTES / 8);
    return limbs.reduceRight((value, limb) => (value << 29n) + limb, 0n);
  }

  #write(address: number, value: bigint): void {
    new BigUint64Array(this.#memory.buffer, address, ELEMENT_BYTES / 8).set(limbsOf(value));
  }

  /** The address of so many new slots. */
  #allocate(count: number): number {
    const address = this.#reserve(count);
    this.#top = address + count * SLOT_BYTES;
    return address;
  }

  /** Room for so many slots behind all others, not taken. */
  #reserve(count: number): number {
    const missing = this.#top + count * SLOT_BYTES - this.#memory.buffer.byteLength;
    // By a megabyte at least: slots come one by one.
    if (missing > 0) this.#memory.grow(Math.max(16, Math.ceil(missing / PAGE)));
    return this.#top;
  }
}

let instance: Additions | undefined;

/** Those of this thread, without any points. */
export function additions(): Additions {
  instance ??= new Additions();
  instance.clear();
  return instance;
}
