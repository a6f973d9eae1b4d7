/** What a key holder answers to a linkage request: for each batch its products, then the proof that they are right. */
import { StrongroomError } from '../../proto/errors.ts';
import { batchesOf } from './batches.ts';
import { verify } from './equality-proof.ts';
import { parsePoints, type Point } from './p256.ts';
import { answerBytes, POINT_BYTES, PROOF_BYTES } from './sizes.ts';

/**
 * The products of an answer. Throws LINKAGE_INVALID, naming the holder, unless every one is the scalar behind its
 * public point times the point that was asked for.
 */
export function verifyAnswer(
  holder: string,
  publicKey: Point,
  asked: readonly Point[],
  answer: Uint8Array,
): Point[] {
  if (answer.length !== answerBytes(asked.length)) throw wrongAnswer(holder);
  const evaluated: Point[] = [];
  let offset = 0;
  for (const [from, to] of batchesOf(asked.length)) {
    const end = offset + (to - from) * POINT_BYTES;
    const outputs = parseAnswered(holder, answer.subarray(offset, end));
    const proof = answer.subarray(end, end + PROOF_BYTES);
    if (!verify({ publicKey, inputs: asked.slice(from, to), outputs }, proof)) throw wrongAnswer(holder);
    for (const output of outputs) evaluated.push(output);
    offset = end + PROOF_BYTES;
  }
  return evaluated;
}

function parseAnswered(holder: string, bytes: Uint8Array): Point[] {
  try {
    return parsePoints(`the linkage answer of ${holder}`, bytes);
  } catch (cause) {
    throw wrongAnswer(holder, cause);
  }
}

function wrongAnswer(holder: string, cause?: unknown): StrongroomError {
  return new StrongroomError(
    'LINKAGE_INVALID',
    `${holder} has not answered with its own linkage key: the proof of its answer does not hold`,
    { details: { party: holder }, cause },
  );
}
