/** Modular exponentiation, the only place where secret exponents are used: `schemes/primitives/openssl-power.ts` says how. */
import { modularPower } from '#primitives';
import { StrongroomError } from '../../proto/errors.ts';
import { bitLength, byteLength, inverse, modulo } from './integers.ts';

/** The shortest modulus that OpenSSL raises to a power. */
export const LEAST_BITS = 512;
const MOST_BITS = 10_000;

/** An odd modulus n. */
export interface Modulus {
  readonly value: bigint;
  /** Bytes of an element. */
  readonly bytes: number;
  /**
   * base^exponent mod n, in time that depends on n and on the length of the exponent in 64-bit words. For an exponent
   * below 0 the base, which must be public then, is inverted: RangeError where it has a factor in common with n.
   */
  power(base: bigint, exponent: bigint): bigint;
}

/** Throws INTERNAL unless n is odd and of 512 to 10,000 bits. */
export function openModulus(n: bigint): Modulus {
  const bits = bitLength(n);
  if (n < 0n || (n & 1n) === 0n || bits < LEAST_BITS || bits > MOST_BITS) {
    throw new StrongroomError('INTERNAL', `a modulus must be odd and of ${LEAST_BITS} to ${MOST_BITS} bits`);
  }
  const power = (base: bigint, exponent: bigint): bigint => {
    if (exponent === 0n) return 1n;
    if (exponent < 0n) return power(inverse(base, n), -exponent);
    return modularPower(modulo(base, n), exponent, n);
  };
  return { value: n, bytes: byteLength(bits), power };
}
