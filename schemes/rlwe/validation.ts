/**
 * Checks on bytes made by somebody else, before the engine sees them. The SEAL inside the engine (4.1.2) lacks
 * the later hardening of its loaders, so only bytes of the one canonical form reach it: no compression, no
 * seeded form, no other level, no word that is not a residue.
 */
import { equalBytes } from '../primitives/bytes.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { CIPHERTEXT_FIELDS, ciphertextHead, readPolynomial } from './wire.ts';
import type { CiphertextShape } from './wire.ts';
import { firstOutOfRange, isZero, type Words } from './words.ts';

/** The refusal of `what` by one named check. */
export function invalid(what: string, check: string, why: string): StrongroomError {
  return new StrongroomError('CIPHERTEXT_INVALID', `${what} is not valid: ${check}: ${why}`, {
    details: { check },
  });
}

/**
 * The two polynomials of a ciphertext or public key of exactly this shape. Checks, in this order: length,
 * every field in front of the words, c1 ≠ 0 (else it hides nothing), every word below its prime.
 * Throws CIPHERTEXT_INVALID naming the first check that failed.
 */
export function parseCiphertext(what: string, shape: CiphertextShape, bytes: Uint8Array): [Words, Words] {
  requireCiphertextHead(what, ciphertextHead(shape), 16 * shape.ringDegree * shape.primes.length, bytes);
  const first = readPolynomial(shape, bytes, 0);
  const second = readPolynomial(shape, bytes, 1);
  if (isZero(second)) throw invalid(what, 'transparent', 'its second polynomial is zero');
  requireResidues(what, first, shape);
  requireResidues(what, second, shape);
  return [first, second];
}

/** Throws unless there are so many bytes of words after the head, and each of its fields is as expected. */
export function requireCiphertextHead(
  what: string,
  head: Uint8Array,
  wordBytes: number,
  bytes: Uint8Array,
): void {
  requireLength(what, bytes, head.length + wordBytes);
  for (const [field, from, to] of CIPHERTEXT_FIELDS) {
    const same = equalBytes(bytes.subarray(from, to), head.subarray(from, to));
    if (!same) throw invalid(what, field, 'differs from what the parameters of the task fix');
  }
}

/** Throws unless there are exactly `expected` bytes. */
export function requireLength(what: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) {
    throw invalid(what, 'length', `${bytes.length} bytes where ${expected} are expected`);
  }
}

/** Throws unless every word is below its prime. */
export function requireResidues(
  what: string,
  words: Words,
  shape: Pick<CiphertextShape, 'ringDegree' | 'primes'>,
): void {
  const index = firstOutOfRange(words, shape.ringDegree, shape.primes);
  if (index >= 0) throw invalid(what, 'word range', `word ${index} is not below its prime`);
}
