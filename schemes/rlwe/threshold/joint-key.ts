/**
 * The joint public key of K holders (Mouchet et al., Multiparty homomorphic encryption from ring-learning-with-
 * errors, PETS 2021, protocol EncKeyGen), modulo q·P and in NTT form:
 *
 *     b = Σ_i b_i,   b_i = e_i − a·s_i,   public key (b, a),   b + a·s = Σ_i e_i,   s = Σ_i s_i.
 *
 * The common reference polynomial a is SHAKE256 of the task and the parameters. The id of a task contains a
 * nonce and is fixed before anybody contributes, so with the XOF as a random oracle nobody chooses a.
 * Contributions must be committed to before any is opened: else the last to speak sends b* − Σ b_i, for a key
 * (b*, a) of its own.
 */
import { equalBytes } from '../../primitives/bytes.ts';
import { readPolynomial } from '../message.ts';
import type { Ring } from '../ring.ts';
import { uniformWords } from '../uniform-words.ts';
import { invalid, parseCiphertext } from '../validation.ts';
import { writeCiphertext } from '../wire.ts';
import type { Words } from '../words.ts';
import type { Binding } from './binding.ts';
import { publicKeyShape, type Moduli } from './levels.ts';

/** The a that was expanded last, and the tag of the task and the parameters that it belongs to. It is public. */
let expanded: { readonly tag: Uint8Array; readonly reference: Words } | undefined;

/** a, in NTT form modulo q·P: uniform there, as it is in coefficient form. */
export function commonReference(binding: Binding, parameters: Moduli): Words {
  const tag = binding.tag('key-contribution');
  if (expanded === undefined || !equalBytes(expanded.tag, tag)) {
    expanded = { tag, reference: expandReference(binding, parameters) };
  }
  return expanded.reference.slice();
}

/** The same, expanded anew. */
export function expandReference(binding: Binding, parameters: Moduli): Words {
  const { ringDegree, primes } = publicKeyShape(parameters);
  return uniformWords(binding.stream('common-reference'), ringDegree, primes);
}

/** b_i out of the message of round 0. Throws CIPHERTEXT_INVALID. */
export function readContribution(binding: Binding, parameters: Moduli, bytes: Uint8Array): Words {
  const shape = publicKeyShape(parameters);
  return readPolynomial('a key contribution', binding.tag('key-contribution'), bytes, shape);
}

/** The bytes of (Σ b_i, a), as a SEAL public key. */
export function combineContributions(
  ring: Ring,
  parameters: Moduli,
  contributions: readonly Words[],
  reference: Words,
): Uint8Array {
  const b = contributions.reduce((sum, contribution) => ring.add(sum, contribution));
  return writeCiphertext(publicKeyShape(parameters), b, reference);
}

/** b of (b, a). Throws CIPHERTEXT_INVALID unless the bytes are a public key whose a is the one of this task. */
export function validateJointKey(binding: Binding, parameters: Moduli, bytes: Uint8Array): Words {
  const [b, a] = parseCiphertext('the joint public key', publicKeyShape(parameters), bytes);
  const reference = commonReference(binding, parameters);
  if (a.some((word, i) => word !== reference[i])) {
    throw invalid(
      'the joint public key',
      'common reference',
      'its second polynomial is not that of the task',
    );
  }
  return b;
}
