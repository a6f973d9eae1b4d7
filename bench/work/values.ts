/** The values that every contestant computes on, ours and others (`bench/peers/README.md`), and what is compared. */
import type { Per } from '../harness/benchmark.ts';

/** v(c, i) = ((7919·i + 104729·c) mod 65537) − 32768. */
export function valueOf(ciphertext: number, slot: number): bigint {
  return BigInt(((7919 * slot + 104729 * ciphertext) % 65537) - 32768);
}

/** The values of a full ciphertext. */
export function fullVector(ciphertext: number, slots: number): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from({ length: slots }, (_, slot) => valueOf(ciphertext, slot));
}

/** Σ (i + 1)·w(i). */
export function checksum(vector: Iterable<bigint>): string {
  let sum = 0n;
  let weight = 1n;
  for (const value of vector) sum += weight++ * value;
  return String(sum);
}

/** Of what is counted in values, a ciphertext with so many slots; of what is counted in ciphertexts, a value of one. */
export function perSlots(unit: string, slots: number): Per {
  return unit === 'values' ? { one: 'ciphertext', units: slots } : { one: 'value', units: 1 / slots };
}

/** Of checksums of parts, that of their sum: checksums are linear. */
export function addedUp(answers: readonly unknown[]): string {
  return String(answers.reduce((sum: bigint, answer) => sum + BigInt(String(answer)), 0n));
}
