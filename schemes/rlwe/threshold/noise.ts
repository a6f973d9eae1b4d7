/**
 * How large the noise of a sum of fresh ciphertexts can be, and how much smudging hides it.
 *
 * Setting: s = Σ_i s_i over K ternary key shares, public-key error e = Σ_i e_i, and encryption as SEAL's, which
 * makes (u·b + e_0, u·a + e_1) modulo q·P, divides by the special prime P with rounding and adds round(q·m/t)
 * (SEAL 4.1, `encrypt_zero_asymmetric`, `multiply_add_plain_with_scaling_variant`). Then for one ciphertext
 *
 *     c_0 + c_1·s = q·m/t + r_m + r_0 + r_1·s + (u·e + e_0 + e_1·s)/P,
 *
 * where each coefficient of r_0 is at most 1/2, and of r_m at most 1/2 + 1/2t. Over R ciphertexts the noise
 * against round(q·Σm/t) is the sum of three parts.
 *
 * 1. Rounding, worst case: R/2 for r_0 and (R + 1)·(1/2 + 1/2t) for r_m, with t > 2N.
 * 2. Key noise, worst case: R·(2·N·21·K + 21)/P.
 * 3. Σ r_1·s, with overwhelming probability. The coefficients of r_1 are c_1 mod P over P, centred: under RLWE
 *    (a is random, u fresh and secret) indistinguishable from independent uniform multiples of 1/P in
 *    [−1/2, 1/2]. Such a variable is sub-Gaussian with variance proxy 1/12: its moment generating function
 *    sinh(x/2)/(P·sinh(x/2P)) ≤ sinh(x/2)/(x/2) ≤ exp(x²/24). So a coefficient, a sum of R·N of them weighted
 *    with ±s_i, exceeds T with probability at most 2·exp(−6·T²/(R·‖s‖²)) (Vershynin, High-Dimensional
 *    Probability, §2.6). And ‖s‖² = Σ s_i², with independent terms in [0, K²] of mean 2K/3, exceeds
 *    2·N·K/3 + K²·√(N·ln(1/δ)/2) with probability at most δ (Hoeffding 1963, theorem 2).
 *
 * With δ = 2^−66 for ‖s‖ and 2^−65 for the union over all N·D decrypted coefficients, the bound fails in a
 * task with probability below 2^−64. Integer arithmetic only, rounded up: every machine computes the same.
 *
 * The bound supposes that keys and ciphertexts are made as the protocol says. A party that does otherwise can
 * make the noise larger; the combination then finds it over the bound and there is no result.
 */
import { ERROR_BOUND } from '../samplers.ts';

/** −log2 of the probability that the noise bound fails somewhere in a task. */
const FAILURE_BITS = 64n;

/** ln 2 < 6932/10000. */
const LN2 = { over: 6932n, under: 10000n };

export interface NoiseModel {
  readonly ringDegree: number;
  readonly specialPrime: bigint;
  readonly holders: number;
  readonly contributors: number;
  readonly decryptions: number;
  readonly statisticalBits: number;
}

type CiphertextModel = Omit<NoiseModel, 'statisticalBits'>;

/** B_ct: |noise| of every coefficient of a sum of at most `contributors` ciphertexts. */
export function ciphertextNoiseBound(model: CiphertextModel): bigint {
  const N = BigInt(model.ringDegree);
  const K = BigInt(model.holders);
  const R = BigInt(model.contributors);
  const rounding = R + 1n + ceilDivide(R + 1n, 4n * N);
  const keyNoise = ceilDivide(R * BigInt(ERROR_BOUND) * (2n * N * K + 1n), model.specialPrime);
  return rounding + keyNoise + roundingTimesKey(N, K, R, BigInt(model.decryptions));
}

/** T of part 3: √(R·‖s‖²·b·ln 2/6), where 2^−b is what one coefficient may fail with. */
export function roundingTimesKey(N: bigint, K: bigint, R: bigint, D: bigint): bigint {
  const tail = ceilSqrt(ceilDivide(N * (FAILURE_BITS + 2n) * LN2.over, 2n * LN2.under));
  const normSquared = ceilDivide(2n * N * K, 3n) + K * K * tail;
  const bits = FAILURE_BITS + 2n + BigInt((N * D).toString(2).length);
  return ceilSqrt(ceilDivide(R * normSquared * bits * LN2.over, 6n * LN2.under));
}

/**
 * B_sm = 2^(λ−1)·N·D·B_ct: noise uniform in ±B_sm hides, within statistical distance 2^−λ over all N·D released
 * coefficients, any noise of at most B_ct (each is at distance B_ct/(2·B_sm + 1); Asharov et al., EUROCRYPT
 * 2012, lemma 1).
 */
export function smudgingBoundFor(model: NoiseModel): bigint {
  const scale = 1n << BigInt(model.statisticalBits - 1);
  return scale * BigInt(model.ringDegree) * BigInt(model.decryptions) * ciphertextNoiseBound(model);
}

/** B_ct + K·B_sm: what |phase − Δm| stays below once K partial decryptions are added. */
export function decryptionNoiseBound(model: NoiseModel): bigint {
  return ciphertextNoiseBound(model) + BigInt(model.holders) * smudgingBoundFor(model);
}

const ceilDivide = (n: bigint, d: bigint): bigint => (n + d - 1n) / d;

/** The smallest integer whose square is at least n, by Newton's method. */
function ceilSqrt(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (let next = (x + n / x) / 2n; next < x; next = (x + n / x) / 2n) x = next;
  return x * x === n ? x : x + 1n;
}
