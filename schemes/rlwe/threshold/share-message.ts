/** The wire form of a partial decryption: d_i modulo q in coefficient form, tagged with its c_1. */
import { sha256 } from '#primitives';
import { readPolynomial, writePolynomial } from '../message.ts';
import { bytesOf, type Words } from '../words.ts';
import type { Binding } from './binding.ts';
import { ciphertextShape } from './levels.ts';
import type { RlweParameters } from '../../scheme.ts';

export function writeShare(binding: Binding, c1: Words, share: Words): Uint8Array {
  return writePolynomial(binding.tag('partial-decryption', sha256(bytesOf(c1))), share);
}

/** Throws CIPHERTEXT_INVALID where it was made for another c_1, task or parameter set, or is malformed. */
export function readShare(binding: Binding, parameters: RlweParameters, c1: Words, bytes: Uint8Array): Words {
  const tag = binding.tag('partial-decryption', sha256(bytesOf(c1)));
  return readPolynomial('a partial decryption', tag, bytes, ciphertextShape(parameters));
}
