/** Integers modulo T = ∏ t_k out of their residues (Chinese remainder theorem). */
import { power } from '../../../rlwe/primes.ts';

/** Primes whose residues are combined first, so that most products are of short integers. */
const GROUP = 6;

interface Group {
  /** T over the product G of the primes of the group. */
  readonly outside: bigint;
  /** k, and G/t_k. */
  readonly members: readonly { readonly k: number; readonly inside: bigint }[];
}

/** x = Σ_k (x·unit_k mod t_k)·(T/t_k) mod T, with unit_k = (T/t_k)^(−1) mod t_k. */
export class ChineseRemainder {
  /** T. */
  readonly product: bigint;
  /** unit_k. */
  readonly units: readonly bigint[];
  readonly #groups: readonly Group[];

  constructor(primes: readonly bigint[]) {
    const product = primes.reduce((all, prime) => all * prime, 1n);
    this.product = product;
    this.units = primes.map((prime) => power((product / prime) % prime, prime - 2n, prime));
    this.#groups = Array.from({ length: Math.ceil(primes.length / GROUP) }, (_, g) => {
      const own = primes.slice(GROUP * g, GROUP * (g + 1));
      const all = own.reduce((a, prime) => a * prime, 1n);
      const members = own.map((prime, i) => ({ k: GROUP * g + i, inside: all / prime }));
      return { outside: product / all, members };
    });
  }

  /** x, 0 ≤ x < T, where scaled[k][i] = x_i·unit_k mod t_k. */
  combine(scaled: readonly Float64Array[]): bigint[] {
    return Array.from({ length: scaled[0]?.length ?? 0 }, (_, i) => {
      let sum = 0n;
      for (const { outside, members } of this.#groups) {
        let part = 0n;
        for (const { k, inside } of members) part += inside * BigInt(scaled[k]?.[i] ?? 0);
        sum += outside * part;
      }
      return sum % this.product;
    });
  }
}
