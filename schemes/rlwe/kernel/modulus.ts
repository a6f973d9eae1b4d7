/** What the kernel knows of one prime: constants for reduction, and the tables of its transforms. */
import { power } from '../primes.ts';
import { reversed, smallestRoot } from '../roots.ts';
import { kernel, type Kernel } from './kernel.ts';

/** Bytes of a factor and its quotient. */
const FACTOR_BYTES = 16;
/** Tables of primes that nobody uses any more are kept for the next task: 6 MB at N = 8192. */
const IDLE_KEPT = 24;
const LARGEST = 1n << 60n;

/** A prime q ≡ 1 (mod 2N) below 2^60, in the kernel of this thread. */
export class Modulus {
  readonly kernel: Kernel;
  readonly ringDegree: number;
  readonly q: bigint;
  /** n, the bits of q. */
  readonly bits: bigint;
  /** ⌊2^(63+n)/q⌋. */
  readonly ratio: bigint;
  /** 1/N, by which `inverse` is too large. */
  readonly unscale: Factor;
  readonly forwardTable: number;
  readonly inverseTable: number;

  constructor(ringDegree: number, q: bigint) {
    if (q >= LARGEST) throw new RangeError('the words of the kernel are residues below 2^60');
    this.kernel = kernel();
    this.ringDegree = ringDegree;
    this.q = q;
    this.bits = BigInt(q.toString(2).length);
    this.ratio = (1n << (63n + this.bits)) / q;
    this.unscale = this.factor(power(BigInt(ringDegree), q - 2n, q));
    const root = smallestRoot(2 * ringDegree, q);
    this.forwardTable = this.#powersOf(root);
    this.inverseTable = this.#powersOf(power(root, q - 2n, q));
  }

  /** w < q and ⌊w·2^64/q⌋. */
  factor(w: bigint): Factor {
    return { w, quotient: (w << 64n) / this.q };
  }

  release(): void {
    for (const table of [this.forwardTable, this.inverseTable]) {
      this.kernel.release(table, this.ringDegree * FACTOR_BYTES);
    }
  }

  /** A table of the powers of a root, in the order in which the transforms use them. */
  #powersOf(root: bigint): number {
    const bytes = 8 * this.ringDegree;
    const table = this.kernel.allocate(2 * bytes);
    const powers = this.kernel.allocate(bytes);
    const words = this.kernel.words(powers, this.ringDegree);
    const bits = Math.log2(this.ringDegree);
    let next = 1n;
    for (let i = 0; i < this.ringDegree; i += 1) {
      words[reversed(i, bits)] = next;
      next = (next * root) % this.q;
    }
    this.kernel.call.prepare(table, powers, bytes, this.q, this.bits, this.ratio);
    this.kernel.release(powers, bytes);
    return table;
  }
}

/** A constant factor and its quotient (`modular.ts`). */
export interface Factor {
  readonly w: bigint;
  readonly quotient: bigint;
}

interface Entry {
  readonly modulus: Modulus;
  users: number;
}

const entries = new Map<string, Entry>();

/** Moduli in use; disposing of them gives them back. */
export interface ModuliLease extends Disposable {
  readonly moduli: readonly Modulus[];
}

/** The primes of a ring of this degree, with tables made now where the thread has none yet. */
export function leaseModuli(ringDegree: number, primes: readonly bigint[]): ModuliLease {
  const held = primes.map((q) => {
    const key = `${ringDegree},${q}`;
    const entry = entries.get(key) ?? { modulus: new Modulus(ringDegree, q), users: 0 };
    entry.users += 1;
    // The last leased is the last in the map.
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  });
  let open = true;
  return {
    moduli: held.map(({ modulus }) => modulus),
    [Symbol.dispose]: () => {
      if (!open) return;
      open = false;
      for (const entry of held) entry.users -= 1;
      evictIdle();
    },
  };
}

function evictIdle(): void {
  const idle = [...entries].filter(([, { users }]) => users === 0);
  for (const [key, { modulus }] of idle.slice(0, Math.max(0, idle.length - IDLE_KEPT))) {
    entries.delete(key);
    modulus.release();
  }
}
