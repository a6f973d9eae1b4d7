/**
 * What the code below needs of its platform, behind the subpath import `#primitives`: `node.ts` on Node, where OpenSSL
 * is fast, and `portable.ts` everywhere else, a browser included. A test holds both against the same vectors.
 */
export interface Primitives {
  /** SHA-256 (FIPS 180-4 §6.2) of the concatenation of the parts: 32 bytes. */
  readonly sha256: (...parts: readonly Uint8Array[]) => Uint8Array;
  /** The first `length` bytes of SHAKE256 (FIPS 202 §6.2) of the concatenation of the parts. */
  readonly shake256: (length: number, ...parts: readonly Uint8Array[]) => Uint8Array;
  /**
   * Whether R = S·B − H(R‖A‖M)·A, byte for byte, with S below the order of B (RFC 8032 §5.1.7 without the cofactor) and
   * neither A nor R of small order, which is what OpenSSL asks. 32 bytes of key, 64 of signature; false for bytes that
   * are no key or no signature.
   */
  readonly verifyEd25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  /** Lower-case hexadecimal. */
  readonly encodeHex: (bytes: Uint8Array) => string;
  /** The bytes, or fewer than half as many as there are characters where one of them is not hexadecimal. */
  readonly decodeHex: (text: string) => Uint8Array;
  /** Standard base64 with padding (RFC 4648 §4). */
  readonly encodeBase64: (bytes: Uint8Array) => string;
  /** Some bytes for every text; only where they are written as this text again do they stand for it. */
  readonly decodeBase64: (text: string) => Uint8Array;
  /**
   * base^exponent mod n for odd n of 512 to 10,000 bits, 0 ≤ base < n and exponent > 0. On Node in constant time for
   * the exponent, as far as OpenSSL promises it; elsewhere for public exponents only.
   */
  readonly modularPower: (base: bigint, exponent: bigint, n: bigint) => bigint;
}
