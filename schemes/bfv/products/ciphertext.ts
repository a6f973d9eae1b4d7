/** A ciphertext of a product task: one of SEAL for each plain modulus, one after another. */
import { parseCiphertext, requireLength } from '../../rlwe/validation.ts';
import { ciphertextBytes } from '../../rlwe/wire.ts';
import type { Words } from '../../rlwe/words.ts';
import { ciphertextShape } from '../../rlwe/threshold/levels.ts';
import { lanesOf, type BfvProductParameters } from './parameters.ts';

/** One lane of a checked ciphertext. */
export interface LaneCiphertext {
  /** As SEAL reads it. */
  readonly bytes: Uint8Array;
  readonly c0: Words;
  readonly c1: Words;
}

/** Throws CIPHERTEXT_INVALID naming the check that failed. */
export function parseLanes(
  what: string,
  parameters: BfvProductParameters,
  bytes: Uint8Array,
): LaneCiphertext[] {
  requireLength(what, bytes, parameters.ciphertextBytes);
  const each = ciphertextBytes(parameters.ringDegree, parameters.dataPrimes.length);
  return lanesOf(parameters).map((lane, l) => {
    const part = new Uint8Array(bytes.subarray(l * each, (l + 1) * each));
    const [c0, c1] = parseCiphertext(what, ciphertextShape(lane), part);
    return { bytes: part, c0, c1 };
  });
}
