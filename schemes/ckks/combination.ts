/**
 * The result of a threshold decryption (`rlwe/threshold/phase.ts`) under CKKS: the phase itself,
 *
 *     phase_i = Δ·v_i + noise_i,   |noise_i| ≤ B = B_ct + K·B_sm,   |v_i| ≤ 1.
 *
 * Nothing in a value tells its noise from it, so every ciphertext ends with GUARD_SLOTS coefficients in which nothing
 * is encoded: there the phase must be within ±B. With a share that is wrong, missing or made for another key the phase
 * is uniform modulo q, and passes with probability below (4B/q)^GUARD_SLOTS. That cannot say whose share it was, and it
 * does not find a holder that adds what it likes to the other coefficients of its share, to shift the result.
 */
import { largestMagnitude, productOf } from '../rlwe/crt.ts';
import { ciphertextShape } from '../rlwe/threshold/levels.ts';
import { noiseLimit, phasesOf, voidShares } from '../rlwe/threshold/phase.ts';
import type { Combiner, SchemeContext } from '../scheme.ts';
import { requireSoundCkks, type CkksParameters } from './parameters.ts';

/** See `Combiner`. The values are Δ·v + noise, as integers. */
export function openCkksCombiner(context: SchemeContext<CkksParameters>): Combiner {
  requireSoundCkks(context.parameters);
  return {
    combine: (outputs, shares) =>
      phasesOf(context, outputs, shares).map((phase) => decode(context.parameters, phase)),
  };
}

function decode(parameters: CkksParameters, phase: readonly bigint[]): bigint[] {
  const q = productOf(ciphertextShape(parameters).primes);
  const [values, guards] = [phase.slice(0, parameters.slots), phase.slice(parameters.slots)];
  const noise = noiseLimit(parameters);
  const largest = (1n << BigInt(parameters.scaleBits)) + noise;
  if (largestMagnitude(guards, q) > noise || largestMagnitude(values, q) > largest) throw voidShares();
  return values.map((x) => (2n * x > q ? x - q : x));
}
