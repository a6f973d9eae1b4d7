/**
 * From the shares of some coefficients to their values. For each coefficient
 *
 *     phase = c_0 + Σ_i d_i mod q,   m = round(t·phase/q) mod t,   |phase − round(q·m/t)| ≤ B_ct + K·B_sm.
 *
 * The check finds a share that is wrong, missing or of another key: then the phase is uniform modulo q and passes with
 * probability 2^−marginBits, at most 2^−40, a coefficient. It cannot say whose share it was.
 */
import { chineseRemainder } from '../../rlwe/crt.ts';
import type { Words } from '../../rlwe/words.ts';
import type { BfvModuli } from '../../rlwe/threshold/levels.ts';
import type { BfvProductParameters } from './parameters.ts';

/** The values in [0, t) of these coefficients; null where one is not within the noise of the plan. */
export function decodeCoefficients(
  parameters: BfvProductParameters,
  lane: BfvModuli,
  c0: Words,
  coefficients: readonly number[],
  shares: readonly Words[],
): bigint[] | null {
  const primes = lane.dataPrimes.map(BigInt);
  const q = primes.reduce((product, prime) => product * prime, 1n);
  const t = BigInt(lane.plainModulus);
  const noise = BigInt(parameters.noiseBound) + BigInt(parameters.holders) * BigInt(parameters.smudgingBound);
  const values: bigint[] = [];
  for (const [i, m] of coefficients.entries()) {
    const residues = primes.map((_, j) =>
      shares.reduce(
        (sum, share) => sum + (share[j * coefficients.length + i] ?? 0n),
        c0[j * lane.ringDegree + m] ?? 0n,
      ),
    );
    const phase = chineseRemainder(residues, primes);
    const value = ((2n * t * phase + q) / (2n * q)) % t;
    if (distance(phase, scaled(value, q, t), q) > noise) return null;
    values.push(value);
  }
  return values;
}

/** round(q·m/t) for m in [0, t), as SEAL adds it when it encrypts. */
export function scaled(m: bigint, q: bigint, t: bigint): bigint {
  return (q * m + (t + 1n) / 2n) / t;
}

/** |a − b| modulo q, the smaller way round. */
function distance(a: bigint, b: bigint, q: bigint): bigint {
  const forwards = (((a - b) % q) + q) % q;
  return forwards > q - forwards ? q - forwards : forwards;
}
