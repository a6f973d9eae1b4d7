/**
 * An input party signed a manifest over a ciphertext that is not well-formed, or whose proof is false.
 *
 * Holds: proposal, manifest; as objects the joint key that the manifest names and the one ciphertext. Discloses that
 * ciphertext, which controllers can fetch anyway.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import type { Claim } from './claim.ts';
import { failedAt, unproven } from './form.ts';
import type { Objects } from './objects.ts';
import { requireKind, type Statements } from './statements.ts';

export async function proveInvalidInput({ task, documents }: Statements, objects: Objects): Promise<Claim> {
  const { by, key, ciphertexts } = requireKind(documents[0], 'manifest').payload;
  if (documents.length !== 1 || !task.inputs.includes(by)) {
    throw unproven('statements', 'a manifest of one input party is expected, and nothing else');
  }
  const evaluator = await openEvaluator(task.context, await objects.get(key)).catch((error: unknown) => {
    throw failedAt('the joint key', error);
  });
  using opened = evaluator;
  const given = objects.names.filter((digest) => digest !== key);
  const position = ciphertexts.findIndex(({ digest }) => given.includes(digest));
  const blob = ciphertexts[position];
  if (blob === undefined) throw unproven('objects', 'no ciphertext of the manifest is among them');
  const bytes = await objects.get(blob.digest);
  try {
    opened.validateInput(bytes, by);
  } catch (error) {
    if (!(error instanceof StrongroomError) || error.kind !== 'refused') throw error;
    const says = `${by} signed for ciphertext ${position + 1} of ${ciphertexts.length}: ${error.message}`;
    return { accused: by, task: task.id, code: 'CIPHERTEXT_INVALID', says };
  }
  throw unproven('the claim', 'the ciphertext is well-formed');
}
