/**
 * The share of one key holder in a decryption (Mouchet et al., PETS 2021, protocol KeySwitch with output key 0;
 * smudging by Asharov et al., EUROCRYPT 2012):
 *
 *     d_i = c_1·s_i + smudging_i,   smudging_i uniform in ±B_sm.
 *
 * The smudging is expanded from the seed and the digest of c_1 alone, modulo q and without c_0. Two shares for
 * one c_1 with different noise would let their average strip the noise off c_1·s_i, whatever stands in c_0; so
 * for one c_1 there is only one share.
 */
import { sha256 } from '#primitives';
import type { Ring } from '../ring.ts';
import { bytesOf, type Words } from '../words.ts';
import type { Binding } from './binding.ts';
import { toDataLevel } from './levels.ts';
import type { RlweParameters } from '../../scheme.ts';

/** What a holder knows for one task. */
export interface Secret {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** s_i modulo q·P, in NTT form. */
  readonly share: Words;
}

/** Overwrites it; the shares of an all-zero secret mean nothing, so whoever calls this uses it no more. */
export function wipeSecret({ seed, share }: Secret): void {
  seed.fill(0);
  share.fill(0n);
}

/** d_i modulo q·P in coefficient form, for c_1 modulo q·P, in coefficient form too; its points may be known already. */
export function partialDecryption(
  ring: Ring,
  binding: Binding,
  parameters: RlweParameters,
  secret: Secret,
  c1: Words,
  points = ring.toNtt(c1),
): Words {
  const digest = sha256(bytesOf(toDataLevel(c1, parameters)));
  const stream = binding.stream('smudging', secret.seed, digest);
  const bound = BigInt(parameters.smudgingBound);
  const smudging = ring.uniformInterval(stream, bound);
  const product = ring.fromNtt(ring.multiply(points, secret.share));
  const share = ring.add(product, smudging);
  for (const words of [smudging, product]) words.fill(0n);
  stream.wipe();
  ring.wipe();
  return share;
}
