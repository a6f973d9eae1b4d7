/**
 * θ, with which what all holders decrypted partially can be read (after Nishide and Sakurai, Distributed Paillier
 * cryptosystem without trusted dealer, WISA 2010):
 *
 *     φ_1 = N + 1 − p_1 − q_1,   φ_i = −(p_i + q_i),   φ = Σ φ_i,   β = Σ β_i,   R = Σ R_i,
 *
 *     product:  holder j sends   Enc(φ)·β_j + Enc(N·R_j)
 *     opening:  everybody gets   W = φ·β + N·R,   θ = W mod N = φ·β mod N.
 *
 * β_i is uniform below N, and R_i hides φ·β in W/N (`decryption-exponent.ts`): W says no more than θ, and θ no more
 * than that φ is a unit. Both are functions of the seed, N and Enc(φ): for one Enc(φ) a holder has one β_i and one R_i.
 *
 * gcd(θ, N) = 1 is also step 4 of the test by Boneh and Franklin: gcd(N, p + q − 1) = 1, as φ ≡ 1 − p − q (mod N).
 */
import { sha256 } from '#primitives';
import { decryptionMask } from '../decryption-exponent.ts';
import { bitLength, byteLength, fromBytes, gcd, toBytes } from '../integers.ts';
import type { Transcript } from '../joint-key.ts';
import type { CandidatePart } from './candidate.ts';
import type { HolderSecrets } from './holder-secrets.ts';
import { Inconsistency, openedOrInconsistent, type Batch, type Round } from './round.ts';
import { verificationKeyRound } from './verification-key-round.ts';

/** What the holders know of the candidate that becomes the key. */
export interface Accepted {
  readonly batch: Batch;
  /** N. */
  readonly modulus: bigint;
  /** Enc(φ). */
  readonly totient: Uint8Array;
}

/** φ_i. */
export function totientPart({ p, q }: CandidatePart, modulus: bigint, holder: number): bigint {
  return (holder === 0 ? modulus + 1n : 0n) - p - q;
}

/** Whether W can be what honest holders open, and θ = W mod N is a unit. */
export function isUsable(opened: bigint, modulus: bigint, holders: number, statisticalBits: number): boolean {
  const K = BigInt(holders);
  const bound = K * modulus ** 2n + ((K * K * modulus ** 2n) << BigInt(statisticalBits));
  return opened > 0n && opened < bound && gcd(opened % modulus, modulus) === 1n;
}

export function decryptionKeyProductRound(accepted: Accepted): Round {
  const { batch, modulus } = accepted;
  const transcript = { modulus, totient: sha256(accepted.totient) };
  const { context, products } = batch.setting;
  return {
    name: 'decryption-key-product',
    batch: batch.index,
    step: 'computing what decrypts',
    bodyBytes: products.single.messageBytes,
    contribution: (secrets) => {
      const addend = modulus * decryptionMask(context, secrets.seed, transcript);
      const stream = secrets.randomness('decryption-key-product', batch.index, accepted.totient);
      const factor = cofactor(batch, secrets, transcript);
      const product = secrets.products.single.multiplyAdd(
        batch.key,
        accepted.totient,
        factor,
        addend,
        stream,
      );
      stream.wipe();
      return product;
    },
    take: (bodies) => openingRound(batch, transcript, products.single.sumProducts(bodies)),
  };
}

function openingRound(batch: Batch, transcript: Transcript, sum: Uint8Array): Round {
  const { plan, products } = batch.setting;
  return {
    name: 'decryption-key-opening',
    batch: batch.index,
    step: 'opening what decrypts',
    bodyBytes: products.single.shareBytes,
    contribution: (secrets) => secrets.products.single.partialDecryption(sum),
    take: (bodies) => {
      const opened = openedOrInconsistent(() => products.single.open(sum, bodies));
      if (!isUsable(opened, transcript.modulus, plan.holders, plan.statisticalBits)) {
        throw new Inconsistency('W is out of range, or θ has a factor in common with the modulus');
      }
      return verificationKeyRound(batch, { ...transcript, opened });
    },
  };
}

/** β_i, uniform below N. */
function cofactor({ setting }: Batch, { seed }: HolderSecrets, { modulus, totient }: Transcript): bigint {
  const width = byteLength(bitLength(modulus));
  const stream = setting.binding.secretStream('cofactor', seed, toBytes(modulus, width), totient);
  for (;;) {
    const value = fromBytes(stream.read(width));
    if (value >= modulus) continue;
    stream.wipe();
    return value;
  }
}
