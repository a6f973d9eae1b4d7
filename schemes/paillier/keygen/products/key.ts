/**
 * The joint key of the products (Mouchet et al., Multiparty homomorphic encryption from ring-learning-with-errors,
 * PETS 2021, protocol EncKeyGen), in NTT form modulo q:
 *
 *     b = Σ_i b_i,   b_i = e_i − a·s_i,   public key (b, a),   b + a·s = Σ_i e_i,   s = Σ_i s_i,
 *
 * with a = SHAKE256 of the binding and the plan. The key encrypts zero, so its partial decryptions test it:
 *
 *     d_i = a·s_i + smudging_i,   b_i + d_i = e_i + smudging_i,   |·| ≤ 21 + 2^g.
 *
 * Checked holder by holder, which names the one at fault. It finds faults, damage and garbage; a holder that lies
 * consistently (b_i random, d_i = −b_i + noise) passes, and its later shares make every opening fail.
 */
import { StrongroomError } from '../../../../proto/errors.ts';
import { readPolynomial, writePolynomial } from '../../../rlwe/message.ts';
import { centredBinomial, ERROR_BOUND, ternary } from '../../../rlwe/samplers.ts';
import { uniformWords } from '../../../rlwe/uniform-words.ts';
import type { Words } from '../../../rlwe/words.ts';
import { readAll } from './messages.ts';
import type { Setting } from './setting.ts';
import { smudge, type ProductSecret } from './smudging.ts';

/** The joint public key: b and a, one after the other. */
export type ProductKey = Words & { readonly [keyBrand]: true };
declare const keyBrand: unique symbol;

/** a, in NTT form: uniform there, as it is in coefficient form. */
function commonReference({ plan, stream }: Setting): Words {
  return uniformWords(stream('common-reference'), plan.ringDegree, plan.primes);
}

/** s_i, uniform ternary. The secret keeps a copy of the seed. */
export function expandSecret({ plan, ring, stream }: Setting, seed: Uint8Array): ProductSecret {
  const source = stream('secret', seed);
  const coefficients = ternary(source, plan.ringDegree);
  const words = ring.lift(coefficients);
  const share = ring.toNtt(words);
  coefficients.fill(0);
  words.fill(0n);
  source.wipe();
  ring.wipe();
  return { seed: seed.slice(), share };
}

/** The message of b_i = e_i − a·s_i, with e_i centred binomial. */
export function keyContribution(setting: Setting, secret: ProductSecret): Uint8Array {
  const { plan, ring } = setting;
  const source = setting.stream('error', secret.seed);
  const error = centredBinomial(source, plan.ringDegree);
  const product = ring.multiply(commonReference(setting), secret.share);
  const contribution = ring.subtract(ring.toNtt(ring.lift(error)), product);
  error.fill(0);
  product.fill(0n);
  source.wipe();
  ring.wipe();
  return writePolynomial(setting.tag('key-contribution'), contribution);
}

/** The message of d_i = a·s_i + smudging_i. */
export function keyTestShare(setting: Setting, secret: ProductSecret): Uint8Array {
  const share = smudge(setting, secret, commonReference(setting), 1n);
  return writePolynomial(setting.tag('key-test-share'), share);
}

/** (Σ b_i, a). Throws KEY_TEST_FAILED with the first holder whose d_i does not belong to its b_i. */
export function combineKey(
  setting: Setting,
  contributions: readonly Uint8Array[],
  testShares: readonly Uint8Array[],
): ProductKey {
  const { plan, ring } = setting;
  const parts = readAll('key contribution', plan, contributions, (who, bytes) =>
    readPolynomial(who, setting.tag('key-contribution'), bytes, plan),
  );
  const shares = readAll('key test share', plan, testShares, (who, bytes) =>
    readPolynomial(who, setting.tag('key-test-share'), bytes, plan),
  );
  shares.forEach((share, holder) => {
    const part = parts[holder];
    if (part) requireSmall(setting, holder, ring.fromNtt(ring.add(part, share)));
  });
  const b = parts.reduce((sum, part) => ring.add(sum, part));
  const key = new BigUint64Array(2 * b.length);
  key.set(b);
  key.set(commonReference(setting), b.length);
  return key as ProductKey;
}

function requireSmall({ plan, ring }: Setting, holder: number, noise: Words): void {
  const bound = (1n << BigInt(plan.smudgingBits)) + BigInt(ERROR_BOUND);
  if (ring.isWithin(noise, bound)) return;
  throw new StrongroomError(
    'KEY_TEST_FAILED',
    `the key contribution and the test share of key holder ${holder + 1} do not belong together; it must be replaced or repaired, and the task proposed again`,
    { details: { holder } },
  );
}
