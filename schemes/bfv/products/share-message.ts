/**
 * The wire form of the partial decryption of one output: for each plain modulus, for each data prime, a word for each
 * coefficient that the plan opens; after a tag that binds it to the c_1 of all lanes and to these coefficients.
 */
import { sha256 } from '#primitives';
import { concat, utf8 } from '../../primitives/bytes.ts';
import { readPolynomials, writePolynomials } from '../../rlwe/message.ts';
import { bytesOf, type Words } from '../../rlwe/words.ts';
import type { Binding } from '../../rlwe/threshold/binding.ts';
import type { LaneCiphertext } from './ciphertext.ts';
import type { BfvProductParameters } from './parameters.ts';

export function writeShare(
  binding: Binding,
  output: readonly LaneCiphertext[],
  coefficients: readonly number[],
  lanes: readonly Words[],
): Uint8Array {
  return writePolynomials(tagOf(binding, output, coefficients), lanes);
}

/** Throws CIPHERTEXT_INVALID where it was made for another output, task or set of coefficients, or is malformed. */
export function readShare(
  binding: Binding,
  parameters: BfvProductParameters,
  output: readonly LaneCiphertext[],
  coefficients: readonly number[],
  bytes: Uint8Array,
): Words[] {
  const shape = { ringDegree: coefficients.length, primes: parameters.dataPrimes.map(BigInt) };
  const tag = tagOf(binding, output, coefficients);
  return readPolynomials('a partial decryption', tag, bytes, shape, output.length);
}

function tagOf(
  binding: Binding,
  output: readonly LaneCiphertext[],
  coefficients: readonly number[],
): Uint8Array {
  const digests = output.map(({ c1 }) => sha256(bytesOf(c1)));
  return binding.tag('partial-decryption', sha256(concat(...digests, utf8(coefficients.join()))));
}
