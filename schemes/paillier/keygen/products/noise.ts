/**
 * How large the noise of the joint multiplication can be, and how much smudging hides it.
 *
 * Setting: plaintext primes t < 2^τ; s = Σ_i s_i, e = Σ_i e_i over K ternary key shares and K centred binomial key
 * errors, public key (b, a) with b + a·s = e. An encryption is c = t·(b·u + e_0, a·u + e_1) + (m, 0), so that
 *
 *     c_0 + c_1·s = m + t·z,   z = u·e + e_0 + e_1·s.
 *
 * 1. Z = Σ_i z_i over K encryptions, with overwhelming probability. A uniform ternary variable is sub-Gaussian with
 *    variance proxy 2/3 (compare the series of (1 + 2·cosh x)/3 and exp(x²/3)), a centred binomial one with 21/2.
 *    So ‖s‖² ≤ (2K/3)·Q and ‖e‖² ≤ (21K/2)·Q, Q = N + 2·√(N·x) + 2x, each except with probability e^−x (Hsu,
 *    Kakade and Zhang, A tail inequality for quadratic forms of subgaussian random vectors, 2012, theorem 1).
 *    Given s and e, a coefficient of Z is sub-Gaussian with proxy
 *        P = K·(2/3·‖e‖² + 21/2 + 21/2·‖s‖²) ≤ K·(14·K·Q + 21/2),
 *    and exceeds T = √(2·P·ln(2/δ)) with probability at most δ (Vershynin, High-Dimensional Probability, §2.5).
 * 2. The product, worst case given 1. |Σ m_i| ≤ K·t and |Σ y_j| ≤ K·t/2, so that
 *        |phase(Enc(x))·y| ≤ N·(K·t + t·T)·K·t/2,
 *    and the K fresh encryptions, of zero or of an addend, contribute at most K·t + t·T.
 * 3. The result r = x·y modulo t has |r| ≤ t/2 and the phase is r + t·w, |w| ≤ B: part 2 over t, plus 1/2.
 *
 * Probabilities: 2^−66 for each norm and 2^−65 for the union over all coefficients: the bound fails in a ceremony
 * with probability below 2^−64. It supposes that messages are made as the protocol says; a holder that does
 * otherwise can exceed it, which the replay of the ceremony then finds.
 */
/** −log2 of the probability that the noise bound fails somewhere in a ceremony. */
const FAILURE_BITS = 64;
const ERROR_VARIANCE = 10.5;

export interface NoiseModel {
  readonly ringDegree: number;
  readonly holders: number;
  /** τ: every plaintext prime is below 2^τ. */
  readonly plainBits: number;
  /** Polynomials that are decrypted in the ceremony, the self-test of the key included. */
  readonly decryptions: number;
  readonly statisticalBits: number;
}

/** T: |Σ of K fresh z| in every coefficient. */
export function freshNoiseBound({ ringDegree: N, holders: K, decryptions: D }: NoiseModel): number {
  const x = (FAILURE_BITS + 2) * Math.LN2;
  const Q = N + 2 * Math.sqrt(N * x) + 2 * x;
  const proxy = K * (14 * K * Q + ERROR_VARIANCE);
  // Two sums of fresh encryptions stand behind each decryption, and 2/δ doubles once more.
  const bits = FAILURE_BITS + 1 + (4 * N * D).toString(2).length;
  return Math.ceil(Math.sqrt(2 * proxy * bits * Math.LN2)) + 1;
}

/** B, of part 3: |w| of every coefficient that is decrypted. */
export function productNoiseBound(model: NoiseModel): bigint {
  const T = BigInt(freshNoiseBound(model));
  const K = BigInt(model.holders);
  const product = (BigInt(model.ringDegree) * K * (K + T)) << BigInt(model.plainBits - 1);
  return product + K + T + 1n;
}

/**
 * g: a holder adds t·(noise uniform in [−2^g, 2^g)) to a partial decryption. With 2^(g+1) ≥ 2^λ·N·D·B all D
 * decryptions together are within 2^−λ of ones that depend on the results alone: a shift by w changes the
 * noise of one coefficient by |w|/2^(g+1) (Asharov et al., EUROCRYPT 2012, lemma 1).
 */
export function smudgingBits(model: NoiseModel): number {
  const shifts = BigInt(model.ringDegree * model.decryptions) * productNoiseBound(model);
  return model.statisticalBits + (shifts - 1n).toString(2).length - 1;
}

/** B + K·2^g + 1: |w| once K partial decryptions are added, with half a t of r besides. */
export function openedNoiseBound(model: NoiseModel): bigint {
  return productNoiseBound(model) + (BigInt(model.holders) << BigInt(smudgingBits(model))) + 1n;
}
