/**
 * One relation for everything that a key holder has said in the key ceremony. Every polynomial v of holder i is
 * A·s_i + B·u_i + error, with public A and B:
 *
 *     b:  (−a, 0),      h0_j:  (P·g_j, −a_j),      h1_j:  (a_j, 0),      h_j:  (H0_j − H1_j, H1_j).
 *
 * With scalars ρ out of [1, 2^16], drawn by SHAKE256 from the messages themselves once all are opened, the holder
 * publishes d_i = Σρ·A·s_i + Σρ·B·u_i + smudging, and everybody checks
 *
 *     |Σρ·v − d_i| ≤ 21·Σρ + B_test,   B_test = 2^λ·N·21·(1 + 3k)·2^16.
 *
 * What it reveals: d_i = Σρ·v − Σρ·error + smudging, with v public and the errors hidden within 2^−(λ+1) by the smudging. What
 * it shows: faults, damage and garbage, and whose. Who lies consistently passes; the test product then finds it. Our own.
 */
import { littleEndian } from '../../primitives/bytes.ts';
import { StrongroomError } from '../../../proto/errors.ts';
import type { Ring } from '../../rlwe/ring.ts';
import { ERROR_BOUND } from '../../rlwe/samplers.ts';
import type { Words } from '../../rlwe/words.ts';
import type { Xof } from '../../rlwe/xof.ts';
import { TEST_SCALAR_BITS, type BfvProductParameters } from './parameters.ts';

/** What stands before s_i and before u_i; null where nothing does. */
interface Coefficients {
  readonly ofShare: Words;
  readonly ofEphemeral: Words | null;
}

/** Σρ·A, Σρ·B and, for each holder, Σρ·v: all in NTT form. */
export class KeyRelation {
  readonly #ring: Ring;
  #ofShare: Words;
  #ofEphemeral: Words;
  readonly #values: Words[];
  #scalars = 0n;

  constructor(ring: Ring, holders: number) {
    const zero = (): Words => new BigUint64Array(ring.ringDegree * ring.primes.length);
    this.#ring = ring;
    this.#ofShare = zero();
    this.#ofEphemeral = zero();
    this.#values = Array.from({ length: holders }, zero);
  }

  /** Weighs one polynomial of each holder with the next scalar of the challenge. */
  weigh(challenge: Xof, values: readonly Words[], { ofShare, ofEphemeral }: Coefficients): void {
    const scalar = 1n + littleEndian(challenge.read(TEST_SCALAR_BITS / 8));
    const constant = new BigUint64Array(this.#ofShare.length).fill(scalar);
    this.#scalars += scalar;
    this.#ofShare = this.#ring.multiplyAdd(ofShare, constant, this.#ofShare);
    if (ofEphemeral) this.#ofEphemeral = this.#ring.multiplyAdd(ofEphemeral, constant, this.#ofEphemeral);
    values.forEach((value, holder) => {
      const sum = this.#values[holder];
      if (sum) this.#values[holder] = this.#ring.multiplyAdd(value, constant, sum);
    });
  }

  /** Σρ·A and Σρ·B. */
  get coefficients(): { readonly ofShare: Words; readonly ofEphemeral: Words } {
    return { ofShare: this.#ofShare, ofEphemeral: this.#ofEphemeral };
  }

  /** Throws KEY_TEST_FAILED, with the position of the first holder whose d_i does not belong to what it has said. */
  check(parameters: BfvProductParameters, shares: readonly Words[]): void {
    const bound = BigInt(parameters.testSmudgingBound) + BigInt(ERROR_BOUND) * this.#scalars;
    this.#values.forEach((value, holder) => {
      const share = shares[holder];
      const noise = share && this.#ring.subtract(this.#ring.fromNtt(value), share);
      if (noise && this.#ring.isWithin(noise, bound)) return;
      throw new StrongroomError(
        'KEY_TEST_FAILED',
        `the contributions and the test share of key holder ${holder + 1} do not belong together; it must be replaced or repaired, and the task proposed again`,
        { details: { holder } },
      );
    });
  }
}
