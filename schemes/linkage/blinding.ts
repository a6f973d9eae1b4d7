/**
 * The input party's side of linkage: blind its keys, and turn the K holders' answers into pseudonyms (RFC 9497,
 * section 3.3.2, with the key shared among K holders).
 *
 *     Cⱼ = rⱼ·H(xⱼ),    rⱼ uniform:        what all holders see; it says nothing about xⱼ to anybody, ever
 *     Dⱼᵢ = kᵢ·Cⱼ:                          what holder i answers, proved against its point Kᵢ = kᵢ·G
 *     pseudonym = first 16 bytes of SHA-256(label ‖ x((1/rⱼ)·Σᵢ Dⱼᵢ)) = F(x(k·H(xⱼ))),   k = Σᵢ kᵢ
 *
 * Only x-coordinates come out, so the sign of Cⱼ is free and one native product serves where a point needs two.
 */
import { hash } from 'node:crypto';
import { StrongroomError } from '../../proto/errors.ts';
import { uint32 } from '../primitives/bytes.ts';
import { Xof } from '../rlwe/xof.ts';
import { verifyAnswer } from './answer.ts';
import { SUITE } from './equality-proof.ts';
import { decompress, hashToCurve } from './hash-to-curve.ts';
import { addAll, integerBytes, invertAll, ORDER, parsePoints, writePoints, type Point } from './p256.ts';
import { drawScalar, SCALAR_BYTES, xOfProduct } from './secret-scalar.ts';
import { PSEUDONYM_BYTES } from './sizes.ts';

const LABEL = 'strongroom/pseudonym/v1';

/** A holder's point and its answer, in one order for all calls. */
export interface HolderAnswer {
  readonly holder: string;
  readonly publicKey: Point;
  readonly answer: Uint8Array;
}

/**
 * The request for the keys of one party's records, in their order, `from` on among all of its records: a function of the
 * seed, so that a client that died asks for the same again. The seed is fresh for each task and stays with the party.
 */
export function blindKeys(keys: readonly Uint8Array[], seed: Uint8Array, from = 0): Uint8Array {
  const blinds = blindsOf(seed, from, keys.length);
  const points = hashToCurve(keys, `HashToGroup-${SUITE}`).map((point, i) => {
    const blinded = decompress(xOfProduct(blinds[i] ?? 0n, point), 0);
    if (blinded === undefined) throw new RangeError('a multiple of a point is a point');
    return blinded;
  });
  return writePoints(points);
}

/**
 * The pseudonyms of a request, one after the other, in its order; `from` is the position of its first record among all
 * of the party. Throws LINKAGE_INVALID, naming the first holder whose answer is not its own scalar times every point
 * that was asked for.
 */
export function pseudonymsOf(
  request: Uint8Array,
  seed: Uint8Array,
  answers: readonly HolderAnswer[],
  from = 0,
): Uint8Array {
  const asked = parsePoints('the linkage request', request);
  const sums = answers
    .map(({ holder, publicKey, answer }) => verifyAnswer(holder, publicKey, asked, answer))
    .reduce<readonly (Point | undefined)[]>(
      (sum, points) => addAll(sum, points),
      new Array<undefined>(asked.length).fill(undefined),
    );
  const mask = drawScalar(new Xof('strongroom/linkage-mask/v1', seed, uint32(from)));
  const unblind = invertAll(blindsOf(seed, from, asked.length), ORDER, mask);
  const pseudonyms = sums.map((sum, i) => {
    if (sum === undefined) {
      throw new StrongroomError('LINKAGE_INVALID', 'The holders’ scalars add up to zero');
    }
    return pseudonymOf(xOfProduct(unblind[i] ?? 0n, sum));
  });
  return Buffer.concat(pseudonyms);
}

/** F: what the point of a key is known by in its task. */
function pseudonymOf(x: bigint): Uint8Array {
  const digest = hash('sha256', Buffer.concat([Buffer.from(LABEL), integerBytes(x)]), 'buffer');
  return digest.subarray(0, PSEUDONYM_BYTES);
}

/** Those of `count` records from one on; each has its own place in one stream. */
function blindsOf(seed: Uint8Array, from: number, count: number): bigint[] {
  const stream = new Xof('strongroom/linkage-blinds/v1', seed);
  for (let i = 0; i < from; i++) stream.read(SCALAR_BYTES);
  const blinds = Array.from({ length: count }, () => drawScalar(stream));
  stream.wipe();
  return blinds;
}
