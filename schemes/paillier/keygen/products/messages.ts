/**
 * The messages of the products: 32 bytes of tag, then for each plaintext prime in turn its polynomials modulo q in
 * NTT form: c_0 and c_1 of a ciphertext, or one share of a decryption.
 */
import { StrongroomError } from '../../../../proto/errors.ts';
import { POLYNOMIAL_TAG_BYTES, readPolynomial } from '../../../rlwe/message.ts';
import { invalid } from '../../../rlwe/validation.ts';
import { isZero, type Words } from '../../../rlwe/words.ts';
import type { ProductPlan } from './plan.ts';

/** How many plaintext primes, and polynomials for each of them. */
export interface MessageShape {
  readonly plan: ProductPlan;
  readonly groups: number;
  readonly polynomials: 1 | 2;
}

export function messageBytes(shape: MessageShape): number {
  return POLYNOMIAL_TAG_BYTES + 8 * groupWords(shape) * shape.groups;
}

/** Makes a message out of what `group` gives for each plaintext prime. */
export function writeMessage(shape: MessageShape, tag: Uint8Array, group: (k: number) => Words): Uint8Array {
  const bytes = new Uint8Array(messageBytes(shape));
  bytes.set(tag);
  const words = new BigUint64Array(bytes.buffer, POLYNOMIAL_TAG_BYTES);
  for (let k = 0; k < shape.groups; k += 1) words.set(group(k), k * groupWords(shape));
  return bytes;
}

/**
 * The words of a message. Throws CIPHERTEXT_INVALID naming the check: length, tag, a word that is not below its
 * prime, or a ciphertext with c_1 = 0, which hides nothing.
 */
export function readMessage(shape: MessageShape, what: string, tag: Uint8Array, bytes: Uint8Array): Words {
  const { ringDegree, primes } = shape.plan;
  const blocks = {
    ringDegree,
    primes: Array.from({ length: shape.groups * shape.polynomials }, () => primes).flat(),
  };
  const words = readPolynomial(what, tag, bytes, blocks);
  const half = groupWords(shape) / 2;
  for (let k = 0; shape.polynomials === 2 && k < shape.groups; k += 1) {
    const c1 = words.subarray((2 * k + 1) * half, (2 * k + 2) * half);
    if (isZero(c1)) throw invalid(what, 'transparent', 'a second polynomial is zero');
  }
  return words;
}

/** The polynomials of plaintext prime k: a view. */
export function groupOf(shape: MessageShape, words: Words, k: number): Words {
  return words.subarray(k * groupWords(shape), (k + 1) * groupWords(shape));
}

/** Reads the message of every holder; what is thrown about one carries its position (`details.holder`, from 0). */
export function readAll<T>(
  what: string,
  { holders }: Pick<ProductPlan, 'holders'>,
  messages: readonly Uint8Array[],
  read: (who: string, bytes: Uint8Array) => T,
): T[] {
  if (messages.length !== holders) {
    const why = `${messages.length} of ${holders} key holders`;
    throw invalid(`the set of ${what}s`, 'number of messages', why);
  }
  return messages.map((bytes, holder) => {
    try {
      return read(`the ${what} of key holder ${holder + 1}`, bytes);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      throw new StrongroomError(error.code, error.message, { details: { ...error.details, holder } });
    }
  });
}

function groupWords({ plan, polynomials }: MessageShape): number {
  return polynomials * plan.ringDegree * plan.primes.length;
}
