/**
 * Threshold decryption by the output party (Mouchet et al., PETS 2021, section on collective decryption):
 *
 *     phase = c_0 + Σ_i d_i = Δm + noise,   m = round(t·phase/q),   |phase − Δm| ≤ B_ct + K·B_sm.
 *
 * All of it is public once the shares are there, and exact in integers: no engine is needed, so that a receipt which
 * shows the shares is recomputed in a browser too. The check on the noise finds a share that is wrong, missing or made
 * for another key: then the phase is uniform modulo q, and passes with probability below 2^−N, since the plan keeps the
 * bound under q/4t. It cannot say whose share it was, and it does not find a holder that adds Δ·m′ to its share on
 * purpose to shift the result by m′.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { attributed } from '../attributed.ts';
import { largestMagnitude, liftSum, productOf } from '../rlwe/crt.ts';
import { parseCiphertext } from '../rlwe/validation.ts';
import type { Combiner, SchemeContext } from '../scheme.ts';
import { slotsOf } from './batching.ts';
import { bind } from './binding.ts';
import { ciphertextShape } from './levels.ts';
import { requireSound, type BfvParameters } from './parameters.ts';
import { readShare } from './share-message.ts';

type Context = SchemeContext<BfvParameters>;

/** See `Combiner`. */
export function openBfvCombiner(context: Context): Combiner {
  requireSound(context.parameters);
  return {
    combine(outputs, shares) {
      requireAllShares(context.parameters.holders, shares, outputs.length);
      return outputs.map((output, i) =>
        combineOne(
          context,
          output,
          shares.map((ofHolder) => ofHolder[i] ?? new Uint8Array()),
        ),
      );
    },
  };
}

function combineOne(context: Context, output: Uint8Array, shares: readonly Uint8Array[]): bigint[] {
  const { parameters } = context;
  const shape = ciphertextShape(parameters);
  const binding = bind(context);
  const [c0, c1] = parseCiphertext('the output ciphertext', shape, output);
  const parts = shares.map((bytes, holder) =>
    attributed(holder, () => readShare(binding, parameters, c1, bytes)),
  );
  const phase = liftSum([c0, ...parts], shape);
  const [q, t] = [productOf(shape.primes), BigInt(parameters.plainModulus)];
  const message = phase.map((x) => ((t * x + q / 2n) / q) % t);
  requireSmallNoise(parameters, phase, message);
  return slotsOf(message, t);
}

/** Throws SHARE_INVALID unless every holder has given a share of every output. */
export function requireAllShares(
  holders: number,
  shares: readonly (readonly Uint8Array[])[],
  outputs: number,
): void {
  if (shares.length !== holders) {
    throw new StrongroomError('SHARE_INVALID', `shares of ${shares.length} of ${holders} key holders`);
  }
  shares.forEach(({ length }, holder) => {
    if (length === outputs) return;
    const why = `key holder ${holder + 1} has given ${length} shares of ${outputs} outputs`;
    throw new StrongroomError('SHARE_INVALID', why, { details: { holder } });
  });
}

/** |phase − Δm| ≤ B_ct + K·B_sm, where Δm = round(q·m/t) as SEAL adds it when it encrypts. */
function requireSmallNoise(
  parameters: BfvParameters,
  phase: readonly bigint[],
  message: readonly bigint[],
): void {
  const { noiseBound, smudgingBound, holders } = parameters;
  const [q, t] = [productOf(ciphertextShape(parameters).primes), BigInt(parameters.plainModulus)];
  const noise = phase.map((x, i) => (x - (q * (message[i] ?? 0n) + (t + 1n) / 2n) / t + q) % q);
  if (largestMagnitude(noise, q) <= BigInt(noiseBound) + BigInt(holders) * BigInt(smudgingBound)) return;
  throw new StrongroomError(
    'SHARE_INVALID',
    'the partial decryptions do not combine within the noise of the plan: at least one is wrong, or an input was made with too much noise; the result is void',
  );
}
