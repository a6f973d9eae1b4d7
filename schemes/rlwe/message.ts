/**
 * A polynomial as a message: 32 bytes of tag, then its words. The tag is a digest of what the polynomial is
 * for (protocol, task, parameters), so that one made for anything else does not pass as this one.
 */
import { invalid, requireLength, requireResidues } from './validation.ts';
import { bytesOf, wordsOf, type Words } from './words.ts';

export const POLYNOMIAL_TAG_BYTES = 32;

export function writePolynomial(tag: Uint8Array, words: Words): Uint8Array {
  return new Uint8Array(Buffer.concat([tag, bytesOf(words)]));
}

/** Throws CIPHERTEXT_INVALID naming the check: length, tag, or a word that is not below its prime. */
export function readPolynomial(
  what: string,
  tag: Uint8Array,
  bytes: Uint8Array,
  shape: { readonly ringDegree: number; readonly primes: readonly bigint[] },
): Words {
  const count = shape.ringDegree * shape.primes.length;
  requireLength(what, bytes, POLYNOMIAL_TAG_BYTES + 8 * count);
  if (Buffer.compare(bytes.subarray(0, POLYNOMIAL_TAG_BYTES), tag) !== 0) {
    throw invalid(what, 'tag', 'it was made for another step, task, ciphertext or parameter set');
  }
  const words = wordsOf(bytes, POLYNOMIAL_TAG_BYTES, count);
  requireResidues(what, words, shape);
  return words;
}
