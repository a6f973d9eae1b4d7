/** Arithmetic on public integers of any size. Its time depends on the values: nothing secret comes here. */

import { decodeHex, encodeHex } from '#primitives';

/** The greatest common divisor of |a| and |b|. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The representative of a in 0 … n − 1. */
export function modulo(a: bigint, n: bigint): bigint {
  const rest = a % n;
  return rest < 0n ? rest + n : rest;
}

/** The representative of a in −n/2 … n/2, for odd n. */
export function centred(a: bigint, n: bigint): bigint {
  const rest = modulo(a, n);
  return 2n * rest > n ? rest - n : rest;
}

/** a^(−1) mod n, by the extended Euclidean algorithm. Throws RangeError where a and n have a common factor. */
export function inverse(a: bigint, n: bigint): bigint {
  let [r0, r1] = [n, modulo(a, n)];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  if (r0 !== 1n) throw new RangeError('not invertible');
  return modulo(t0, n);
}

/** The Jacobi symbol (a/n) for odd n > 0 (Cohen, A course in computational algebraic number theory, 1.4.10). */
export function jacobi(a: bigint, n: bigint): -1 | 0 | 1 {
  let [x, y] = [modulo(a, n), n];
  let sign: -1 | 1 = 1;
  while (x !== 0n) {
    for (; (x & 1n) === 0n; x >>= 1n) if ((y & 7n) === 3n || (y & 7n) === 5n) sign = -sign as -1 | 1;
    [x, y] = [y, x];
    if ((x & 3n) === 3n && (y & 3n) === 3n) sign = -sign as -1 | 1;
    x %= y;
  }
  return y === 1n ? sign : 0;
}

/** The number of bits of |a|; 0 for 0. */
export function bitLength(a: bigint): number {
  if (a === 0n) return 0;
  const hex = (a < 0n ? -a : a).toString(16);
  return 4 * hex.length - Math.clz32(parseInt(hex.charAt(0), 16)) + 28;
}

/** The least number of bytes that hold integers of so many bits. */
export function byteLength(bits: number): number {
  return Math.ceil(bits / 8);
}

/** Big-endian, in exactly `width` bytes. Throws RangeError where the integer is negative or does not fit. */
export function toBytes(a: bigint, width: number): Uint8Array {
  const hex = a.toString(16);
  if (a < 0n || hex.length > 2 * width) throw new RangeError(`an integer does not fit ${width} bytes`);
  return decodeHex(hex.padStart(2 * width, '0'));
}

/** The integer that big-endian bytes stand for; 0 for none. */
export function fromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt(`0x${encodeHex(bytes)}`);
}

/** ⌊ᵏ√a⌋ for a ≥ 0 by Newton's method from above (Cohen, 1.7.1, for any k). */
export function integerRoot(a: bigint, k: number): bigint {
  if (a < 2n) return a;
  const [degree, less] = [BigInt(k), BigInt(k - 1)];
  let root = 1n << BigInt(Math.ceil(bitLength(a) / k));
  for (;;) {
    const next = (less * root + a / root ** less) / degree;
    if (next >= root) return root;
    root = next;
  }
}
