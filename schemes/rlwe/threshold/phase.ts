/**
 * Threshold decryption (Mouchet et al., PETS 2021, section on collective decryption), up to the decoding, which is the
 * scheme's own:
 *
 *     phase = c_0 + Σ_i d_i = message + noise,   |noise| ≤ B_ct + K·B_sm.
 *
 * All of it is public once the shares are there, and exact in integers: no engine is needed, so that a receipt which
 * shows the shares is recomputed in a browser too.
 */
import { StrongroomError } from '../../../proto/errors.ts';
import { attributed } from '../../attributed.ts';
import type { RlweParameters, SchemeContext } from '../../scheme.ts';
import { liftSum } from '../crt.ts';
import { parseCiphertext } from '../validation.ts';
import { bind } from './binding.ts';
import { ciphertextShape } from './levels.ts';
import { readShare } from './share-message.ts';

/** The phases of the output ciphertexts, coefficients in 0 … q − 1. Throws SHARE_INVALID, CIPHERTEXT_INVALID. */
export function phasesOf(
  context: SchemeContext<RlweParameters>,
  outputs: readonly Uint8Array[],
  shares: readonly (readonly Uint8Array[])[],
): bigint[][] {
  requireAllShares(context.parameters.holders, shares, outputs.length);
  return outputs.map((output, i) => {
    const ofOutput = shares.map((ofHolder) => ofHolder[i] ?? new Uint8Array());
    return phaseOf(context, output, ofOutput);
  });
}

function phaseOf(
  context: SchemeContext<RlweParameters>,
  output: Uint8Array,
  shares: readonly Uint8Array[],
): bigint[] {
  const { parameters } = context;
  const shape = ciphertextShape(parameters);
  const binding = bind(context);
  const [c0, c1] = parseCiphertext('the output ciphertext', shape, output);
  const parts = shares.map((bytes, holder) =>
    attributed(holder, () => readShare(binding, parameters, c1, bytes)),
  );
  return liftSum([c0, ...parts], shape);
}

/** B_ct + K·B_sm: what the noise of a phase stays below where everybody kept to the protocol. */
export function noiseLimit({ noiseBound, smudgingBound, holders }: RlweParameters): bigint {
  return BigInt(noiseBound) + BigInt(holders) * BigInt(smudgingBound);
}

/** The refusal of shares that do not add up; nothing says whose share it is. */
export function voidShares(): StrongroomError {
  return new StrongroomError(
    'SHARE_INVALID',
    'the partial decryptions do not combine within the noise of the plan: at least one is wrong, or an input was made with too much noise; the result is void',
  );
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
