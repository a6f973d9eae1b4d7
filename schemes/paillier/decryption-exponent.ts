/**
 * The secret exponents of the key holders: an additive sharing of a multiple of φ (Damgård and Jurik, PKC 2001,
 * section 4.1, without a dealer). The ceremony opens W = φ·β + N·Σ R_j for secret φ, β and masks R_j; holder 0 takes
 * it off:
 *
 *     d_0 = N·R_0 − W,   d_j = N·R_j,   Σ d_j = −φ·β,   R_j uniform in 0 … K·2^λ·N − 1.
 *
 * With φ < N and β < K·N the quotient (W − θ)/N = ⌊φ·β/N⌋ + Σ R_j hides its first term, below K·N, up to a
 * statistical distance of 2^−λ even from those who know all R_j but one. R_j is expanded from the holder's seed, so a
 * key share is nothing but its seed.
 */
import { bind, type Context } from './binding.ts';
import { bitLength, byteLength, fromBytes, toBytes } from './integers.ts';

/** R_j. Rejection keeps it uniform. */
export function decryptionMask(context: Context, seed: Uint8Array, n: bigint): bigint {
  const { holders, statisticalBits, modulusBits } = context.parameters;
  const bound = (BigInt(holders) * n) << BigInt(statisticalBits);
  const stream = bind(context).stream('decryption-exponent', seed, toBytes(n, byteLength(modulusBits)));
  const bits = bitLength(bound);
  for (;;) {
    const mask = BigInt.asUintN(bits, fromBytes(stream.read(byteLength(bits))));
    if (mask >= bound) continue;
    stream.wipe();
    return mask;
  }
}

/** d_j of `holder`, counted from 0: below 0 for holder 0, above it for the others. */
export function decryptionExponent(
  context: Context,
  seed: Uint8Array,
  holder: number,
  { modulus, opened }: { readonly modulus: bigint; readonly opened: bigint },
): bigint {
  const exponent = modulus * decryptionMask(context, seed, modulus);
  return holder === 0 ? exponent - opened : exponent;
}
