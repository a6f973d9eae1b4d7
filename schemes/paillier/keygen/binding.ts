/** What ties the messages and the random streams of a key ceremony to one task and one parameter set. */
import { uint32 } from '../../primitives/bytes.ts';
import { bindTo, type Binding } from '../../binding.ts';
import { lengthPrefixed, type Xof } from '../../rlwe/xof.ts';
import type { Context } from '../binding.ts';
import { byteLength, bitLength, toBytes } from '../integers.ts';

/** What every message starts with. */
export const TAG_BYTES = 32;

/** One name for each round of messages. */
export type RoundName =
  | 'key-contribution'
  | 'key-test-share'
  | 'candidates'
  | 'candidate-products'
  | 'candidate-openings'
  | 'screen'
  | 'acceptance'
  | 'decryption-key-product'
  | 'decryption-key-opening'
  | 'verification-key'
  | 'blame';

type PublicStream = 'biprimality-base';
type SecretStream = 'product-key' | 'batch' | 'randomness' | 'cofactor';

export interface CeremonyBinding {
  /** 32 bytes, for the messages of the joint multiplication. */
  readonly digest: Uint8Array;
  /** 32 bytes that the message of this round, batch and holder starts with. */
  tag(round: RoundName, batch: number, holder: number): Uint8Array;
  /** A stream that everybody can make. */
  publicStream(kind: PublicStream, modulus: bigint): Xof;
  /** A stream of the holder that knows the seed. */
  secretStream(kind: SecretStream, seed: Uint8Array, ...inputs: readonly Uint8Array[]): Xof;
}

export function bindCeremony(context: Context): CeremonyBinding {
  const bound: Binding<`ceremony/${RoundName | 'products'}`, `ceremony/${PublicStream | SecretStream}`> =
    bindTo(context);
  return {
    digest: bound.tag('ceremony/products'),
    tag: (round, batch, holder) =>
      bound.tag(`ceremony/${round}`, lengthPrefixed(uint32(batch), uint32(holder))),
    publicStream: (kind, modulus) =>
      bound.stream(`ceremony/${kind}`, toBytes(modulus, byteLength(bitLength(modulus)))),
    secretStream: (kind, seed, ...inputs) => bound.stream(`ceremony/${kind}`, seed, ...inputs),
  };
}
