/**
 * The relinearisation key of K holders (Mouchet et al., Multiparty homomorphic encryption from ring-learning-with-
 * errors, PETS 2021, protocol RelinKeyGen), modulo q·P and in NTT form, for each digit j (one for each prime of q):
 *
 *     round 0   h0_i = −u_i·a_j + P·g_j·s_i + e,     h1_i = s_i·a_j + e',            H0 = Σ h0_i,  H1 = Σ h1_i,
 *     round 1   h_i  = s_i·H0 + (u_i − s_i)·H1 + e'',                                key (Σ h_i, H1),
 *
 * where g_j is 1 modulo q_j and 0 modulo every other prime, u_i is a second ternary secret, for this alone, and all e
 * are centred binomial. With s = Σ s_i, u = Σ u_i and sums e_0, e_1, e_2 of the errors, it is a key for s²:
 *
 *     Σ h_i + H1·s = s·H0 + u·H1 + e_2 = P·g_j·s² + s·e_0 + u·e_1 + e_2.
 *
 * The a_j are SHAKE256 of the task, the parameters and j. Round 0 must be committed to before any of it is opened: who
 * could choose H0 = c and H1 = 0 after the others would read s_i out of their h_i.
 */
import type { Ring } from '../../rlwe/ring.ts';
import { uniformWords } from '../../rlwe/uniform-words.ts';
import type { Words } from '../../rlwe/words.ts';
import type { Binding } from '../../rlwe/threshold/binding.ts';

/** What round 0 says for one digit, by one holder or summed over all. */
export interface FirstShare {
  readonly h0: Words;
  readonly h1: Words;
}

/** One digit of the finished key. */
export type KeyDigit = readonly [Words, Words];

/** a_j, in NTT form. */
export function digitReference(ring: Ring, binding: Binding, digit: number): Words {
  return uniformWords(
    binding.stream('common-reference', Buffer.from(`digit ${digit}`)),
    ring.ringDegree,
    ring.primes,
  );
}

/** P·g_j in NTT form: a constant has the same value at every point. */
export function gadget(ring: Ring, digit: number): Words {
  const words = new BigUint64Array(ring.ringDegree * ring.primes.length);
  const [prime = 1n, special = 0n] = [ring.primes[digit], ring.primes.at(-1)];
  words.fill(special % prime, digit * ring.ringDegree, (digit + 1) * ring.ringDegree);
  return words;
}
