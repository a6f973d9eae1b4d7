/**
 * The public self-test of the joint key. Each holder publishes the partial decryption of the encryption of
 * zero that the key itself is, (b, a) modulo q·P:
 *
 *     d_i = a·s_i + smudging_i,   so that   b_i + d_i = e_i + smudging_i,   |·| ≤ 21 + B_sm.
 *
 * That is checked holder by holder, which names the one at fault. The sum of the K checks says that
 * (b + Δm, a) + Σ d_i = Δm + noise of at most K·(21 + B_sm), for every m: the K shares together decrypt, within
 * the noise of the plan, whatever known vector is tried, modulo the special prime too.
 *
 * What it reveals: d_i = −b_i + (e_i + smudging_i) with b_i public, and e_i + smudging_i is within 2^−λ of
 * smudging noise alone because |e_i| ≤ 21 is far below B_ct. So d_i can be simulated from b_i.
 *
 * What it shows: faults, damage and garbage. A holder that lies consistently, with b_i random and d_i = −b_i +
 * noise, passes; its later shares then void the result (SHARE_INVALID), and nothing is revealed.
 */
import { StrongroomError } from '../../../proto/errors.ts';
import { readPolynomial } from '../message.ts';
import type { Ring } from '../ring.ts';
import { ERROR_BOUND } from '../samplers.ts';
import type { Words } from '../words.ts';
import type { Binding } from './binding.ts';
import { publicKeyShape } from './levels.ts';
import type { RlweParameters } from '../../scheme.ts';

/** d_i, in coefficient form, out of the message of round 1. Throws CIPHERTEXT_INVALID. */
export function readTestShare(binding: Binding, parameters: RlweParameters, bytes: Uint8Array): Words {
  const shape = publicKeyShape(parameters);
  return readPolynomial('a key test share', binding.tag('key-test-share'), bytes, shape);
}

/** Throws KEY_TEST_FAILED, with the position of the first holder whose d_i does not belong to its b_i. */
export function testJointKey(
  ring: Ring,
  parameters: RlweParameters,
  contributions: readonly Words[],
  shares: readonly Words[],
): void {
  const bound = BigInt(parameters.smudgingBound) + BigInt(ERROR_BOUND);
  contributions.forEach((contribution, holder) => {
    const share = shares[holder];
    const noise = share && ring.add(ring.fromNtt(contribution), share);
    if (noise && ring.isWithin(noise, bound)) return;
    throw new StrongroomError(
      'KEY_TEST_FAILED',
      `the key contribution and the test share of key holder ${holder + 1} do not belong together; it must be replaced or repaired, and the task proposed again`,
      { details: { holder } },
    );
  });
}
