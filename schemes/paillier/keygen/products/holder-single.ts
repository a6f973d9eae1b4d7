/** The part of a key holder in the single product (`single.ts`). */
import { StrongroomError } from '../../../../proto/errors.ts';
import type { Xof } from '../../../rlwe/xof.ts';
import { encryptPolynomial, multiplyPolynomial } from './ciphertext.ts';
import { Exchange } from './exchange.ts';
import type { ProductKey } from './key.ts';
import { drawMask, resultLength, toDigits } from './masking.ts';
import type { Setting } from './setting.ts';
import { NOTHING } from './single.ts';
import type { ProductSecret } from './smudging.ts';

/** See `SingleProduct`. */
export interface HolderSingleProduct {
  encrypt(key: ProductKey, value: bigint, stream: Xof): Uint8Array;
  /** sum·factor + Enc(addend), masked so that nothing but the value of the result can be read from the opening. */
  multiplyAdd(key: ProductKey, sum: Uint8Array, factor: bigint, addend: bigint, stream: Xof): Uint8Array;
  partialDecryption(sum: Uint8Array): Uint8Array;
}

export function holderSingleProduct(setting: Setting, secret: ProductSecret): HolderSingleProduct {
  const exchange = new Exchange(setting, 'single');
  const { ringDegree, valueBits, addendBits, maskBits } = setting.plan;
  return {
    encrypt: (key, value, stream) => {
      const digits = digitsOf(value, valueBits);
      return exchange.write('encryption', NOTHING, (t) =>
        encryptPolynomial(setting, key, t, modulo(digits, t, ringDegree), stream),
      );
    },
    multiplyAdd: (key, sum, factor, addend, stream) => {
      const digits = digitsOf(factor, valueBits);
      const offset = digitsOf(addend, addendBits);
      const mask = drawMask(stream, resultLength(setting.plan), maskBits);
      const masked = mask.map((coefficient, i) => coefficient + (offset[i] ?? 0n));
      const ciphertexts = exchange.readSum('encryption', NOTHING, sum);
      return exchange.write('product', NOTHING, (t, k) => {
        const fresh = encryptPolynomial(setting, key, t, modulo(masked, t, ringDegree), stream);
        return multiplyPolynomial(setting, t, ciphertexts(k), modulo(digits, t, ringDegree), fresh);
      });
    },
    partialDecryption: (sum) => exchange.partialDecryption(secret, NOTHING, sum),
  };
}

/** Throws INTERNAL unless |value| < 2^bits. */
function digitsOf(value: bigint, bits: number): bigint[] {
  const limit = 1n << BigInt(bits);
  if (-limit < value && value < limit) return toDigits(value, bits);
  throw new StrongroomError('INTERNAL', `an integer of the single product has more than ${bits} bits`);
}

/** The coefficients modulo t, 0 ≤ · < t, followed by zeros. */
function modulo(coefficients: readonly bigint[], t: bigint, length: number): Float64Array {
  const residues = new Float64Array(length);
  coefficients.forEach((coefficient, i) => (residues[i] = Number(((coefficient % t) + t) % t)));
  return residues;
}
