/**
 * How large the noise of a relinearised sum of T products of fresh ciphertexts can be: a worst case over polynomials
 * whose coefficients are bounded, where only the bounds of part 1 are probabilistic. Norms are ‖·‖∞, and
 * ‖x·y‖ ≤ N·‖x‖·‖y‖ modulo X^N + 1. Our own derivation, after Fan and Vercauteren (eprint 2012/144, section 4) and,
 * for the arithmetic of SEAL 4.1, Bajard et al. (SAC 2016, eprint 2016/510, sections 4.1 to 4.3).
 *
 * 1. Inputs. Over the integers, c_0 + c_1·s = (q/t)·m + v + q·κ, with |m| ≤ t/2, |v| ≤ V as for a sum of one
 *    (`../noise.ts`, over all input ciphertexts of the task), and κ = (c_0 + c_1·s − (q/t)·m − v)/q. SEAL takes the c's
 *    within q·(1/2 + k/2^32) (Montgomery reduction by m̃ = 2^32), k the number of data primes. Under RLWE c_1 is
 *    uniform and independent of s, so c_1/q is sub-Gaussian with the proxy 1/12 of rounding (`../noise.ts`, part 3, the
 *    2^-32 covered by a 256th), and |κ| ≤ Q = T_1 + ⌈T_1/256⌉ + 2.
 *
 * 2. One product. t/q times the product of two phases is, modulo q, (q/t)·m·m' plus
 *
 *        m·v' + m'·v + t·(v·κ' + v'·κ) + (t/q)·v·v',   at most   N·t·V + 2·N·t·V·Q + ⌈N·t·V²/q⌉.
 *
 *    SEAL divides by q in residues and is off by less than k in each of three polynomials (fast floor of Bajard et al.),
 *    which the phase weighs with 1, s and s²: at most k·(1 + N·K + (N·K)²).
 *
 * 3. One relinearisation for the whole sum. Digit j of c_2 is in [0, q_j), the noise of digit j of the key is
 *    s·e_0 + u·e_1 + e_2 (`relinearisation.ts`) with |s|, |u| ≤ K and |e| ≤ 21·K, so at most 21·K·(2·N·K + 1). Dividing by
 *    P rounds two polynomials: at most (1 + N·K)/2 + 1.
 *
 * 4. Against round(q·m/t): 1 more.
 */
import { ERROR_BOUND } from '../../rlwe/samplers.ts';
import { ciphertextNoiseBound, roundingTimesKey } from '../../rlwe/threshold/noise.ts';

export interface ProductNoiseModel {
  readonly ringDegree: number;
  readonly dataPrimes: readonly bigint[];
  readonly specialPrime: bigint;
  readonly plainModulus: bigint;
  readonly holders: number;
  /** T. */
  readonly terms: number;
  /** Input ciphertexts of the task, over which part 1 holds at once. */
  readonly inputs: number;
}

/** B_ct: |noise| of every coefficient of a relinearised sum of at most `terms` products. */
export function productNoiseBound(model: ProductNoiseModel): bigint {
  const [N, K, T] = [model.ringDegree, model.holders, model.terms].map(BigInt) as [bigint, bigint, bigint];
  const { plainModulus: t, dataPrimes, specialPrime } = model;
  const k = BigInt(dataPrimes.length);
  const q = dataPrimes.reduce((product, prime) => product * prime, 1n);
  const V = ciphertextNoiseBound({ ...model, contributors: 1, decryptions: model.inputs });
  const weighted = roundingTimesKey(N, K, 1n, BigInt(model.inputs));
  const Q = weighted + ceilDivide(weighted, 256n) + 2n;
  const product = N * t * V * (1n + 2n * Q) + ceilDivide(N * t * V * V, q);
  const division = k * (1n + N * K + (N * K) ** 2n);
  const digits = dataPrimes.reduce((sum, prime) => sum + prime, 0n);
  const switching = ceilDivide(digits * N * relinearisationNoise(N, K), specialPrime);
  return T * (product + division) + switching + ceilDivide(1n + N * K, 2n) + 2n;
}

/** |s·e_0 + u·e_1 + e_2|. */
export function relinearisationNoise(N: bigint, K: bigint): bigint {
  return BigInt(ERROR_BOUND) * K * (2n * N * K + 1n);
}

const ceilDivide = (n: bigint, d: bigint): bigint => (n + d - 1n) / d;
