/**
 * How large an integer is that is there by its residues modulo primes p_0, p_1, …: by its digits in mixed radix (Garner,
 * IRE Trans. Electronic Computers 8, 1959),
 *
 *     x = d_0 + d_1·p_0 + d_2·p_0·p_1 + …,   d_j = ((x − d_0)·p_0^(−1) − d_1)·p_1^(−1) … mod p_j,   0 ≤ d_j < p_j.
 */
import { kernel } from './kernel/kernel.ts';
import type { Factor, Modulus } from './kernel/modulus.ts';
import { productOf } from './crt.ts';
import { power } from './primes.ts';

/** One division on the way to a digit: subtract the digit before, divide by its prime. */
interface Step {
  readonly before: number;
  /** A multiple of p_j above every digit before. */
  readonly multiple: bigint;
  readonly inverse: Factor;
}

export class MixedRadix {
  readonly #ringDegree: number;
  readonly #moduli: readonly Modulus[];
  readonly #product: bigint;
  readonly #steps: readonly (readonly Step[])[];

  constructor(ringDegree: number, moduli: readonly Modulus[]) {
    this.#ringDegree = ringDegree;
    this.#moduli = moduli;
    this.#product = productOf(moduli.map(({ q }) => q));
    this.#steps = moduli.map((modulus, j) =>
      moduli.slice(0, j).map(({ q: before }, i) => ({
        before: i,
        multiple: modulus.q * (before / modulus.q + 1n),
        inverse: modulus.factor(power(before % modulus.q, modulus.q - 2n, modulus.q)),
      })),
    );
  }

  /**
   * Whether |x| ≤ bound for each of the N integers x in (−Q/2, Q/2] whose residues stand prime by prime at an address,
   * which is overwritten; `room` is one for N words.
   */
  within(at: number, room: number, bound: bigint): boolean {
    if (2n * bound + 1n >= this.#product) return true;
    const { call } = kernel();
    const ringDegree = this.#ringDegree;
    const block = 8 * ringDegree;
    this.#moduli.forEach(({ q }, j) => {
      kernel()
        .words(room, ringDegree)
        .fill(bound % q);
      call.add(at + j * block, block, q, room);
      for (const { before, multiple, inverse } of this.#steps[j] ?? []) {
        const digits = at + before * block;
        call.digit(at + j * block, block, q, digits, multiple, inverse.w, inverse.quotient);
      }
    });
    kernel()
      .words(room, this.#moduli.length)
      .set(this.#digitsOf(2n * bound));
    return call.exceeds(at, ringDegree, this.#moduli.length, room) === 0;
  }

  #digitsOf(x: bigint): bigint[] {
    let rest = x;
    return this.#moduli.map(({ q }) => {
      const digit = rest % q;
      rest /= q;
      return digit;
    });
  }
}
