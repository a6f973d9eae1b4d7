/**
 * The proof of key holder j that its partial decryptions s_i = c_i^(2·d_j) of ciphertexts c_1, c_2, … have the
 * exponent of its verification key vk_j = v^(d_j): equality of discrete logarithms in the squares modulo N² (Shoup,
 * EUROCRYPT 2000, section 3.1; for Paillier: Fouque, Poupard and Stern, FC 2000; in moduli without a dealer: Damgård
 * and Koprowski, EUROCRYPT 2001), for all ciphertexts at once with random weights w_1 = 1, w_i < 2^128:
 *
 *     u = ∏ c_i^(2·w_i),   s = ∏ s_i^(w_i) = u^(d_j),
 *     a = v^(2r),   b = u^(2r),   e = H(statement, a, b) of 128 bits,   z = r − e·d_j over the integers,
 *     and it holds if   a = v^(2z)·vk_j^(2e)   and   b = u^(2z)·s^(2e),   that is, if these a, b hash to e.
 *
 * The statement is everything: task, parameters, joint key, j, all c_i, all s_i, in fixed width, each after its
 * length; N, v and vk_j come from the verifier's own joint key. It says s_i² = c_i^(4·d_j), which is what is combined.
 *
 * The nonce r has 256 bits more than d_j. With fewer z shows d_j: two published libraries draw 262 bits, and there
 * one proof gives the key away. It is expanded from the seed and the statement, as in RFC 6979: no two statements
 * share a nonce, and asked again, the holder says the same.
 */
import { concat } from '../primitives/bytes.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { lengthPrefixed } from '../rlwe/xof.ts';
import { bind } from './binding.ts';
import { byteLength, fromBytes, toBytes } from './integers.ts';
import type { PaillierJointKey } from './joint-key.ts';
import { multiPower } from './multi-power.ts';
import { CHALLENGE_BITS, exponentBits, MASK_BITS, widthsOf } from './parameters.ts';

/** What is proved about. */
export interface ShareStatement {
  /** j, counted from 0. */
  readonly holder: number;
  /** c_i and s_i, elements modulo N². */
  readonly ciphertexts: readonly bigint[];
  readonly shares: readonly bigint[];
}

/** e ‖ z in fixed width. `exponent` is d_j. */
export function proveShares(
  key: PaillierJointKey,
  statement: ShareStatement,
  { seed, exponent }: { readonly seed: Uint8Array; readonly exponent: bigint },
): Uint8Array {
  const { challenge, shareResponse } = widthsOf(key.context.parameters);
  const digest = digestOf(key, statement);
  const { u } = combined(key, statement, digest);
  const nonceBits = exponentBits(key.context.parameters) + MASK_BITS;
  const stream = bind(key.context).stream('share-nonce', seed, digest);
  for (;;) {
    const nonce = BigInt.asUintN(nonceBits, fromBytes(stream.read(byteLength(nonceBits))));
    const first = [key.bases.verification, u].map((base) => squared(key, key.ring.power(base, nonce)));
    const e = challengeFor(key, digest, first);
    const z = nonce - e * exponent;
    // Outside with probability 2^−128; what is inside is uniform there, whatever d_j is.
    if (z < 0n || z >> BigInt(nonceBits) !== 0n) continue;
    stream.wipe();
    return concat(toBytes(e, challenge), toBytes(z, shareResponse));
  }
}

/** Throws SHARE_INVALID unless the proof holds. */
export function verifySharesProof(key: PaillierJointKey, statement: ShareStatement, proof: Uint8Array): void {
  const { challenge, shareResponse } = widthsOf(key.context.parameters);
  if (proof.length !== challenge + shareResponse) throw invalidProof('length');
  const e = fromBytes(proof.subarray(0, challenge));
  const z = fromBytes(proof.subarray(challenge));
  if (z >> BigInt(exponentBits(key.context.parameters) + MASK_BITS) !== 0n) throw invalidProof('range');
  const digest = digestOf(key, statement);
  const { u, s } = combined(key, statement, digest);
  const vk = key.verificationKeys[statement.holder] ?? 0n;
  const first = [
    [key.bases.verification, vk],
    [u, s],
  ].map(([base = 0n, image = 0n]) => {
    const product = key.ring.power(base, z) * key.ring.power(image, e);
    return squared(key, product % key.ring.value);
  });
  if (challengeFor(key, digest, first) !== e) throw invalidProof('proof');
}

function squared(key: PaillierJointKey, x: bigint): bigint {
  return (x * x) % key.ring.value;
}

/** u and s. */
function combined(
  key: PaillierJointKey,
  { ciphertexts, shares }: ShareStatement,
  digest: Uint8Array,
): { readonly u: bigint; readonly s: bigint } {
  const stream = bind(key.context).stream('share-weights', key.digest, digest);
  const weights = shares.map((_, i) => (i === 0 ? 1n : fromBytes(stream.read(byteLength(CHALLENGE_BITS)))));
  const u = squared(key, multiPower(ciphertexts, weights, key.ring));
  return { u, s: multiPower(shares, weights, key.ring) };
}

/** SHA-256 of the statement. */
function digestOf(key: PaillierJointKey, { holder, ciphertexts, shares }: ShareStatement): Uint8Array {
  const { outputBytes, shareBytes } = key.context.parameters;
  const statement = lengthPrefixed(
    key.digest,
    toBytes(BigInt(holder), 4),
    concat(...ciphertexts.map((c) => toBytes(c, outputBytes))),
    concat(...shares.map((share) => toBytes(share, shareBytes))),
  );
  return bind(key.context).tag('share-proof', statement);
}

/** e. */
function challengeFor(key: PaillierJointKey, digest: Uint8Array, first: readonly bigint[]): bigint {
  const encoded = first.map((x) => toBytes(x, key.context.parameters.outputBytes));
  const hash = bind(key.context).tag('share-challenge', lengthPrefixed(digest, ...encoded));
  return fromBytes(hash.subarray(0, byteLength(CHALLENGE_BITS)));
}

function invalidProof(check: 'length' | 'range' | 'proof'): StrongroomError {
  return new StrongroomError(
    'SHARE_INVALID',
    `the proof of the partial decryptions does not hold: ${check}`,
    {
      details: { check },
    },
  );
}
