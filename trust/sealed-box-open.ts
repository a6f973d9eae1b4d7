/** The receiver's half of sealed boxes: RFC 9180 §6.1. The aggregator must not import this file. */
import { StrongroomError } from '../proto/errors.ts';
import { SEALING_SUITE } from './card.ts';
import { equalBytes } from './digest.ts';
import { suite, SUITE_ID } from './sealed-box.ts';

/**
 * Opens a box made by `sealTo` for this private key, with the same `info` and `aad`.
 * Throws CIPHERTEXT_INVALID where the suite is another, a byte was altered, or the context differs.
 */
export async function openSealed(
  privateKey: Uint8Array,
  box: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array> {
  const body = SUITE_ID.length + suite.KEM.Nenc;
  if (box.length < body + suite.AEAD.Nt || !equalBytes(box.subarray(0, SUITE_ID.length), SUITE_ID)) {
    throw new StrongroomError('CIPHERTEXT_INVALID', `Not a sealed box of the suite ${SEALING_SUITE}.`);
  }
  try {
    const key = await suite.DeserializePrivateKey(privateKey, false);
    return await suite.Open(key, box.subarray(SUITE_ID.length, body), box.subarray(body), { info, aad });
  } catch (cause) {
    throw new StrongroomError(
      'CIPHERTEXT_INVALID',
      'A sealed box does not open: altered, or for another key or context.',
      {
        cause,
      },
    );
  }
}
