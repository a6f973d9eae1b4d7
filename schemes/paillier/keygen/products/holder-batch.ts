/** The part of a key holder in a batch of products (`batch.ts`). */
import { StrongroomError } from '../../../../proto/errors.ts';
import type { Xof } from '../../../rlwe/xof.ts';
import { batchNumber, fromSlots } from './batch.ts';
import { encryptPolynomial, multiplyPolynomial } from './ciphertext.ts';
import { Exchange } from './exchange.ts';
import type { ProductKey } from './key.ts';
import type { ProductPlan } from './plan.ts';
import type { Setting } from './setting.ts';
import type { ProductSecret } from './smudging.ts';

/** See `BatchProducts`. Arrays hold `slots` integers, 0 ≤ · < 2^|N|. A stream must never serve anything else. */
export interface HolderBatchProducts {
  /** Enc(values). */
  encrypt(key: ProductKey, batch: number, values: readonly bigint[], stream: Xof): Uint8Array;
  /** sum·factors + Enc(0). */
  multiply(
    key: ProductKey,
    batch: number,
    sum: Uint8Array,
    factors: readonly bigint[],
    stream: Xof,
  ): Uint8Array;
  /** For one sum there is only one partial decryption: its noise comes from the seed and the sum. */
  partialDecryption(batch: number, sum: Uint8Array): Uint8Array;
}

export function holderBatchProducts(setting: Setting, secret: ProductSecret): HolderBatchProducts {
  const exchange = new Exchange(setting, 'batch');
  const { plan } = setting;
  return {
    encrypt: (key, batch, values, stream) => {
      requireBatch(plan, values);
      return exchange.write('encryption', batchNumber(batch), (t) => {
        const polynomial = fromSlots(setting, t, residues(values, t));
        return encryptPolynomial(setting, key, t, polynomial, stream);
      });
    },
    multiply: (key, batch, sum, factors, stream) => {
      requireBatch(plan, factors);
      const ciphertexts = exchange.readSum('encryption', batchNumber(batch), sum);
      return exchange.write('product', batchNumber(batch), (t, k) => {
        const factor = fromSlots(setting, t, residues(factors, t));
        const zero = encryptPolynomial(setting, key, t, new Float64Array(plan.ringDegree), stream);
        return multiplyPolynomial(setting, t, ciphertexts(k), factor, zero);
      });
    },
    partialDecryption: (batch, sum) => exchange.partialDecryption(secret, batchNumber(batch), sum),
  };
}

function residues(values: readonly bigint[], t: bigint): Float64Array {
  return Float64Array.from(values, (value) => Number(value % t));
}

/** Throws INTERNAL unless there are N integers, 0 ≤ · < 2^|N|. */
function requireBatch({ ringDegree, modulusBits }: ProductPlan, values: readonly bigint[]): void {
  const limit = 1n << BigInt(modulusBits);
  if (values.length === ringDegree && values.every((value) => value >= 0n && value < limit)) return;
  throw new StrongroomError(
    'INTERNAL',
    `a batch takes ${ringDegree} integers of at most ${modulusBits} bits`,
  );
}
