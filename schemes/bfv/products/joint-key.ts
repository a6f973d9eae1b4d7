/**
 * The joint key of a product task: the public key in SEAL's form under t_1 (`../joint-key.ts`), a tag, and for each
 * digit the two polynomials of the relinearisation key, in NTT form. The keys are the same for every plain modulus;
 * only the name of the level, which SEAL wants in front of each object, differs, and is written here.
 */
import { readPolynomials, writePolynomials } from '../../rlwe/message.ts';
import { invalid, requireLength } from '../../rlwe/validation.ts';
import { ciphertextBytes, writeCiphertext, writeRelinearisationKey } from '../../rlwe/wire.ts';
import { isZero, type Words } from '../../rlwe/words.ts';
import type { Binding } from '../../rlwe/threshold/binding.ts';
import { commonReference, validateJointKey } from '../../rlwe/threshold/joint-key.ts';
import { publicKeyShape, type BfvModuli } from '../../rlwe/threshold/levels.ts';
import { firstLane, type BfvProductParameters } from './parameters.ts';
import type { KeyDigit } from './relinearisation.ts';

interface KeySetting {
  readonly binding: Binding;
  readonly parameters: BfvProductParameters;
  readonly reference: Words;
}

export interface ProductJointKey {
  /** b of the public key (b, a). */
  readonly b: Words;
  readonly digits: readonly KeyDigit[];
}

/** `reference` is the a of the public key. */
export function writeJointKey(
  { binding, parameters, reference }: KeySetting,
  { b, digits }: ProductJointKey,
): Uint8Array {
  const publicKey = writeCiphertext(publicKeyShape(firstLane(parameters)), b, reference);
  const relinearisation = writePolynomials(
    binding.tag('joint-key'),
    digits.flatMap((digit) => [...digit]),
  );
  return new Uint8Array(Buffer.concat([publicKey, relinearisation]));
}

/** Throws CIPHERTEXT_INVALID naming the check that failed. */
export function readJointKey(
  binding: Binding,
  parameters: BfvProductParameters,
  bytes: Uint8Array,
): ProductJointKey {
  const lane = firstLane(parameters);
  const shape = publicKeyShape(lane);
  const count = parameters.dataPrimes.length;
  requireLength('the joint key', bytes, parameters.jointKeyBytes);
  const publicKeyBytes = ciphertextBytes(shape.ringDegree, shape.primes.length);
  const b = validateJointKey(binding, lane, bytes.subarray(0, publicKeyBytes));
  const rest = bytes.subarray(publicKeyBytes);
  const what = 'the relinearisation key';
  const polynomials = readPolynomials(what, binding.tag('joint-key'), rest, shape, 2 * count);
  const digits = Array.from({ length: count }, (_, j): KeyDigit => {
    const [first, second] = polynomials.slice(2 * j, 2 * j + 2);
    if (first && second && !isZero(second)) return [first, second];
    throw invalid(what, 'transparent', `the second polynomial of digit ${j} is zero`);
  });
  return { b, digits };
}

/** The public key as SEAL reads it in the context of one plain modulus. */
export function sealPublicKey(binding: Binding, lane: BfvModuli, { b }: ProductJointKey): Uint8Array {
  return writeCiphertext(publicKeyShape(lane), b, commonReference(binding, lane));
}

/** The relinearisation key as SEAL reads it in the context of one plain modulus. */
export function sealRelinearisationKey(lane: BfvModuli, { digits }: ProductJointKey): Uint8Array {
  return writeRelinearisationKey(publicKeyShape(lane), digits);
}
