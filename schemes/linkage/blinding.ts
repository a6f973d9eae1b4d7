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
import { Xof } from '../rlwe/xof.ts';
import { verifyAnswer } from './answer.ts';
import { batchesOf } from './batches.ts';
import { SUITE } from './equality-proof.ts';
import { decompress, hashToCurve } from './hash-to-curve.ts';
import { addAll, integerBytes, invertAll, ORDER, parsePoints, writePoints, type Point } from './p256.ts';
import { drawScalar, xOfProduct } from './secret-scalar.ts';
import { PSEUDONYM_BYTES } from './sizes.ts';

const LABEL = 'strongroom/pseudonym/v1';

/** A holder's point and its answer, in one order for all calls. */
export interface HolderAnswer {
  readonly holder: string;
  readonly publicKey: Point;
  readonly answer: Uint8Array;
}

/**
 * The request for the keys of one party's records, in their order: a function of the seed, so that a client that died
 * asks for the same again. The seed is fresh for each task and stays with the party. Lets other work of the process
 * go on between batches.
 */
export async function blindKeys(keys: readonly Uint8Array[], seed: Uint8Array): Promise<Uint8Array> {
  const blinds = blindsOf(seed, keys.length);
  const points: Point[] = [];
  for await (const [from, to] of batchesOf(keys.length)) {
    const hashed = hashToCurve(keys.slice(from, to), `HashToGroup-${SUITE}`);
    for (const [i, point] of hashed.entries()) {
      const blinded = decompress(xOfProduct(blinds[from + i] ?? 0n, point), 0);
      if (blinded === undefined) throw new RangeError('a multiple of a point is a point');
      points.push(blinded);
    }
  }
  return writePoints(points);
}

/**
 * The pseudonyms of a request, in its order. Throws LINKAGE_INVALID, naming the first holder whose answer is not its
 * own scalar times every point that was asked for.
 */
export async function pseudonymsOf(
  request: Uint8Array,
  seed: Uint8Array,
  answers: readonly HolderAnswer[],
): Promise<Uint8Array[]> {
  const asked = parsePoints('the linkage request', request);
  const evaluated: Point[][] = [];
  for (const { holder, publicKey, answer } of answers) {
    evaluated.push(await verifyAnswer(holder, publicKey, asked, answer));
  }
  const blinds = blindsOf(seed, asked.length);
  const unblind = invertAll(blinds, ORDER, drawScalar(new Xof('strongroom/linkage-mask/v1', seed)));
  const pseudonyms: Uint8Array[] = [];
  for await (const [from, to] of batchesOf(asked.length)) {
    const sums = evaluated
      .map((points): (Point | undefined)[] => points.slice(from, to))
      .reduce((sum, points) => addAll(sum, points));
    for (const [i, sum] of sums.entries()) {
      if (sum === undefined)
        throw new StrongroomError('LINKAGE_INVALID', 'The holders’ scalars add up to zero');
      pseudonyms.push(pseudonymOf(xOfProduct(unblind[from + i] ?? 0n, sum)));
    }
  }
  return pseudonyms;
}

/** F: what the point of a key is known by in its task. */
function pseudonymOf(x: bigint): Uint8Array {
  const digest = hash('sha256', Buffer.concat([Buffer.from(LABEL), integerBytes(x)]), 'buffer');
  return digest.subarray(0, PSEUDONYM_BYTES);
}

function blindsOf(seed: Uint8Array, count: number): bigint[] {
  const stream = new Xof('strongroom/linkage-blinds/v1', seed);
  const blinds = Array.from({ length: count }, () => drawScalar(stream));
  stream.wipe();
  return blinds;
}
