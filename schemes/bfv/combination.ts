/**
 * The result of a threshold decryption (`rlwe/threshold/phase.ts`) under BFV:
 *
 *     phase = Δm + noise,   m = round(t·phase/q),   |phase − Δm| ≤ B_ct + K·B_sm.
 *
 * The check on the noise finds a share that is wrong, missing or made for another key: then the phase is uniform
 * modulo q, and passes with probability below 2^−N, since the plan keeps the bound under q/4t. It cannot say whose
 * share it was, and it does not find a holder that adds Δ·m′ to its share on purpose to shift the result by m′.
 */
import { largestMagnitude, productOf } from '../rlwe/crt.ts';
import { ciphertextShape } from '../rlwe/threshold/levels.ts';
import { noiseLimit, phasesOf, voidShares } from '../rlwe/threshold/phase.ts';
import type { Combiner, SchemeContext } from '../scheme.ts';
import { slotsOf } from './batching.ts';
import { requireSoundBfv, type BfvParameters } from './parameters.ts';

/** See `Combiner`. */
export function openBfvCombiner(context: SchemeContext<BfvParameters>): Combiner {
  requireSoundBfv(context.parameters);
  return {
    combine: (outputs, shares) =>
      phasesOf(context, outputs, shares).map((phase) => decode(context.parameters, phase)),
  };
}

function decode(parameters: BfvParameters, phase: readonly bigint[]): bigint[] {
  const [q, t] = [productOf(ciphertextShape(parameters).primes), BigInt(parameters.plainModulus)];
  const message = phase.map((x) => ((t * x + q / 2n) / q) % t);
  requireSmallNoise(parameters, phase, message);
  return slotsOf(message, t);
}

/** |phase − Δm| ≤ B_ct + K·B_sm, where Δm = round(q·m/t) as SEAL adds it when it encrypts. */
function requireSmallNoise(
  parameters: BfvParameters,
  phase: readonly bigint[],
  message: readonly bigint[],
): void {
  const [q, t] = [productOf(ciphertextShape(parameters).primes), BigInt(parameters.plainModulus)];
  const noise = phase.map((x, i) => (x - (q * (message[i] ?? 0n) + (t + 1n) / 2n) / t + q) % q);
  if (largestMagnitude(noise, q) > noiseLimit(parameters)) throw voidShares();
}
