/**
 * The last round: vk_j = v^(d_j) mod N² of each holder, and the public self-test of the whole key (`joint-key.ts`):
 * ∏ vk_j = 1 − θ·a_0·N modulo N². A holder whose p_i, q_i, β_i or R_i were not those of the rest of the ceremony fails it.
 */
import { attributed } from '../../attributed.ts';
import { deriveBases } from '../bases.ts';
import { decryptionExponent } from '../decryption-exponent.ts';
import { readElement } from '../elements.ts';
import { modulo, toBytes } from '../integers.ts';
import { encodeJointKey, type Transcript } from '../joint-key.ts';
import { openModulus } from '../modular.ts';
import { Inconsistency, type Batch, type Round } from './round.ts';

export function verificationKeyRound(
  { setting, index }: Batch,
  key: Transcript & { readonly opened: bigint },
): Round {
  const { context, plan } = setting;
  const { modulus, opened } = key;
  const width = (2 * plan.modulusBits) / 8;
  const ring = openModulus(modulus ** 2n);
  const bases = deriveBases(context, modulus, ring);
  return {
    name: 'verification-key',
    batch: index,
    step: 'testing the joint key',
    bodyBytes: width,
    contribution: ({ seed, holder }) =>
      toBytes(ring.power(bases.verification, decryptionExponent(context, seed, holder, key)), width),
    take: (bodies) => {
      const verificationKeys = bodies.map((body, holder) =>
        attributed(holder, () => readElement('a verification key', body, modulus, width)),
      );
      const product = verificationKeys.reduce((all, vk) => (all * vk) % ring.value, 1n);
      if (product !== modulo(1n - opened * bases.plaintext * modulus, ring.value)) {
        throw new Inconsistency('the joint key does not decrypt the plaintext of its own base');
      }
      return { jointKey: encodeJointKey(context, { ...key, verificationKeys }) };
    },
  };
}
