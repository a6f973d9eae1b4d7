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
 *
 * It is expanded from N and the digest of Enc(φ) as well, which the joint key carries. A holder whose memory is put
 * back, and to which another Enc(φ + δ) is shown for the same N, would with the same R_j and β open W + δ·β: the
 * difference is β, and φ = θ/β. With fresh R_j and β the two have nothing in common but φ.
 */
import { bind, type Context } from './binding.ts';
import { bitLength, byteLength, fromBytes, toBytes } from './integers.ts';
import type { Transcript } from './joint-key.ts';

/** R_j. Rejection keeps it uniform. */
export function decryptionMask(context: Context, seed: Uint8Array, { modulus, totient }: Transcript): bigint {
  const { holders, statisticalBits, modulusBits } = context.parameters;
  const bound = (BigInt(holders) * modulus) << BigInt(statisticalBits);
  const n = toBytes(modulus, byteLength(modulusBits));
  const stream = bind(context).stream('decryption-exponent', seed, n, totient);
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
  key: Transcript & { readonly opened: bigint },
): bigint {
  const exponent = key.modulus * decryptionMask(context, seed, key);
  return holder === 0 ? exponent - key.opened : exponent;
}
