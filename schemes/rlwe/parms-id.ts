import { blake2b } from '@noble/hashes/blake2.js';

/** The scheme's number inside SEAL. */
export type SchemeNumber = 1 | 2;

/**
 * SEAL's name of one level of a parameter set: BLAKE2b-256 over the little-endian 64-bit words
 * [scheme, N, q_0 … q_(k−1), t], with t = 0 for CKKS (SEAL 4.1, `EncryptionParameters::compute_parms_id`).
 */
export function parmsId(
  scheme: SchemeNumber,
  ringDegree: number,
  primes: readonly bigint[],
  plainModulus: bigint,
): Uint8Array {
  const words = BigUint64Array.of(BigInt(scheme), BigInt(ringDegree), ...primes, plainModulus);
  return blake2b(new Uint8Array(words.buffer), { dkLen: 32 });
}
