/**
 * The messages of the key ceremony: round 0 (b_i, h0_i and h1_i of every digit), round 1 (h_i of every digit),
 * round 2 (d_i, and the share of the test product), and round 3, only where the test has failed: the seed.
 */
import { messageBytes, POLYNOMIAL_TAG_BYTES, readPolynomials, writePolynomials } from '../../rlwe/message.ts';
import { invalid, requireLength } from '../../rlwe/validation.ts';
import type { CiphertextShape } from '../../rlwe/wire.ts';
import type { Words } from '../../rlwe/words.ts';
import type { SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from '../../rlwe/threshold/binding.ts';
import { publicKeyShape } from '../../rlwe/threshold/levels.ts';
import type { LaneCiphertext } from './ciphertext.ts';
import { firstLane, TESTED, type BfvProductParameters } from './parameters.ts';
import type { FirstShare } from './relinearisation.ts';
import { readShare } from './share-message.ts';

const SEED_BYTES = 32;

/** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed message of this round. */
export function validateBfvProductContribution(
  context: SchemeContext<BfvProductParameters>,
  round: number,
  bytes: Uint8Array,
): void {
  const binding = bind(context);
  const { parameters } = context;
  if (round === 0) readFirst(binding, parameters, bytes);
  else if (round === 1) readSecond(binding, parameters, bytes);
  else if (round === 2) splitTest(binding, parameters, bytes);
  else if (round === 3) readSeed(binding, bytes);
  else throw invalid('a key ceremony message', 'round', `there is no round ${round}, only 0 to 3`);
}

export function writeFirst(binding: Binding, b: Words, digits: readonly FirstShare[]): Uint8Array {
  return writePolynomials(binding.tag('key-contribution'), [b, ...digits.flatMap(({ h0, h1 }) => [h0, h1])]);
}

export function readFirst(
  binding: Binding,
  parameters: BfvProductParameters,
  bytes: Uint8Array,
): { b: Words; digits: FirstShare[] } {
  const digits = parameters.dataPrimes.length;
  const tag = binding.tag('key-contribution');
  const shape = keyShape(parameters);
  const [b, ...rest] = readPolynomials('a key contribution', tag, bytes, shape, 1 + 2 * digits);
  const pairs = Array.from({ length: digits }, (_, j): FirstShare => {
    const [h0 = none(), h1 = none()] = rest.slice(2 * j, 2 * j + 2);
    return { h0, h1 };
  });
  return { b: b ?? none(), digits: pairs };
}

export function writeSecond(binding: Binding, digits: readonly Words[]): Uint8Array {
  return writePolynomials(binding.tag('relinearisation-share'), digits);
}

export function readSecond(binding: Binding, parameters: BfvProductParameters, bytes: Uint8Array): Words[] {
  const tag = binding.tag('relinearisation-share');
  const count = parameters.dataPrimes.length;
  return readPolynomials('a relinearisation share', tag, bytes, keyShape(parameters), count);
}

/** `testShare` is a share of the test product in the form of `share-message.ts`. */
export function writeTest(binding: Binding, relation: Words, testShare: Uint8Array): Uint8Array {
  const first = writePolynomials(binding.tag('key-test-share'), [relation]);
  return new Uint8Array(Buffer.concat([first, testShare]));
}

export function readTest(
  binding: Binding,
  parameters: BfvProductParameters,
  output: readonly LaneCiphertext[],
  bytes: Uint8Array,
): { relation: Words; testShare: Words[] } {
  const [relation, rest] = splitTest(binding, parameters, bytes);
  return { relation, testShare: readShare(binding, parameters, output, TESTED, rest) };
}

export function writeSeed(binding: Binding, seed: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([binding.tag('opened-seed'), seed]));
}

export function readSeed(binding: Binding, bytes: Uint8Array): Uint8Array {
  requireLength('an opened seed', bytes, POLYNOMIAL_TAG_BYTES + SEED_BYTES);
  const tag = binding.tag('opened-seed');
  if (Buffer.compare(bytes.subarray(0, POLYNOMIAL_TAG_BYTES), tag) === 0) {
    return bytes.slice(POLYNOMIAL_TAG_BYTES);
  }
  throw invalid('an opened seed', 'tag', 'it was opened for another task');
}

function splitTest(
  binding: Binding,
  parameters: BfvProductParameters,
  bytes: Uint8Array,
): [Words, Uint8Array] {
  const shape = keyShape(parameters);
  const first = messageBytes(shape.ringDegree * shape.primes.length);
  const { dataPrimes, plainModuli } = parameters;
  const rest = messageBytes(dataPrimes.length * plainModuli.length * TESTED.length);
  requireLength('a key test share', bytes, first + rest);
  const tag = binding.tag('key-test-share');
  const [relation] = readPolynomials('a key test share', tag, bytes.subarray(0, first), shape, 1);
  return [relation ?? none(), bytes.subarray(first)];
}

const keyShape = (parameters: BfvProductParameters): CiphertextShape => publicKeyShape(firstLane(parameters));

const none = (): Words => new BigUint64Array();
