/** The wire form of a partial decryption: d_i modulo q in coefficient form, tagged with its c_1. */
import { sha256 } from '#primitives';
import { readPolynomial, writePolynomial } from '../rlwe/message.ts';
import { bytesOf, type Words } from '../rlwe/words.ts';
import type { Binding } from './binding.ts';
import { ciphertextShape } from './levels.ts';
import type { BfvParameters } from './parameters.ts';

export function writeShare(binding: Binding, c1: Words, share: Words): Uint8Array {
  return writePolynomial(binding.tag('partial-decryption', sha256(bytesOf(c1))), share);
}

/** Throws CIPHERTEXT_INVALID where it was made for another c_1, task or parameter set, or is malformed. */
export function readShare(binding: Binding, parameters: BfvParameters, c1: Words, bytes: Uint8Array): Words {
  const tag = binding.tag('partial-decryption', sha256(bytesOf(c1)));
  return readPolynomial('a partial decryption', tag, bytes, ciphertextShape(parameters));
}
