/**
 * Polynomials as a message: 32 bytes of tag, then their words. The tag is a digest of what they are for
 * (protocol, task, parameters), so that one made for anything else does not pass as this one.
 */
import { concat, equalBytes } from '../primitives/bytes.ts';
import { invalid, requireLength, requireResidues } from './validation.ts';
import { bytesOf, wordsOf, type Words } from './words.ts';

export const POLYNOMIAL_TAG_BYTES = 32;

interface RingShape {
  readonly ringDegree: number;
  readonly primes: readonly bigint[];
}

/** Bytes of a message of so many words. */
export const messageBytes = (words: number): number => POLYNOMIAL_TAG_BYTES + 8 * words;

export function writePolynomials(tag: Uint8Array, polynomials: readonly Words[]): Uint8Array {
  return concat(tag, ...polynomials.map(bytesOf));
}

export function writePolynomial(tag: Uint8Array, words: Words): Uint8Array {
  return writePolynomials(tag, [words]);
}

/** Throws CIPHERTEXT_INVALID naming the check: length, tag, or a word that is not below its prime. */
export function readPolynomial(what: string, tag: Uint8Array, bytes: Uint8Array, shape: RingShape): Words {
  const [words] = readPolynomials(what, tag, bytes, shape, 1);
  return words ?? new BigUint64Array();
}

/** The same for a message of `count` polynomials. */
export function readPolynomials(
  what: string,
  tag: Uint8Array,
  bytes: Uint8Array,
  shape: RingShape,
  count: number,
): Words[] {
  const each = shape.ringDegree * shape.primes.length;
  requireLength(what, bytes, POLYNOMIAL_TAG_BYTES + 8 * count * each);
  if (!equalBytes(bytes.subarray(0, POLYNOMIAL_TAG_BYTES), tag)) {
    throw invalid(what, 'tag', 'it was made for another step, task, ciphertext or parameter set');
  }
  return Array.from({ length: count }, (_, i) => {
    const words = wordsOf(bytes, POLYNOMIAL_TAG_BYTES + 8 * i * each, each);
    requireResidues(what, words, shape);
    return words;
  });
}
