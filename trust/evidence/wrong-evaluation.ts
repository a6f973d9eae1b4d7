/**
 * The aggregator signed an evaluation that does not follow from the inputs that it sealed.
 *
 * Holds: proposal, the sealed manifests, seal, evaluation; as objects the joint key and every input ciphertext.
 * Everything is bound by the aggregator's own signatures: its evaluation names its seal, and its seal names the
 * manifests, which name ciphertexts and key. Discloses the ciphertexts, which controllers can fetch anyway.
 */
import { evaluate, inputSet, type InputSet } from '../evaluation.ts';
import { sha256Hex } from '../digest.ts';
import type { Signed } from '../documents.ts';
import { failedAt, unproven } from './form.ts';
import type { Objects } from './objects.ts';
import type { Claim } from './claim.ts';
import { requireKind, type Statements } from './statements.ts';

export async function proveWrongEvaluation(
  { task, documents }: Statements,
  objects: Objects,
): Promise<Claim> {
  const evaluation = requireKind(documents.at(-1), 'evaluation');
  const seal = requireKind(documents.at(-2), 'seal');
  const manifests = documents.slice(0, -2).map((document) => requireKind(document, 'manifest'));
  if (seal.payload.by !== task.aggregator || evaluation.payload.by !== task.aggregator) {
    throw unproven('statements', `they are not signed by ${task.aggregator}`);
  }
  if (evaluation.payload.seal !== seal.digest)
    throw unproven('statements', 'the evaluation is of another seal');
  const { manifests: sealed } = seal.payload;
  if (sealed.length !== manifests.length || sealed.some((digest, i) => digest !== manifests[i]?.digest)) {
    throw unproven('statements', 'the manifests are not exactly those of the seal');
  }
  const outputs = await evaluate(inputsOf(task, manifests), objects.fetchAll).catch((error: unknown) => {
    throw failedAt('evaluating the inputs', error);
  });
  const derived = outputs.map(sha256Hex);
  const claimed = evaluation.payload.outputs.map(({ digest }) => digest);
  if (claimed.length === derived.length && claimed.every((digest, i) => digest === derived[i])) {
    throw unproven('the claim', 'the evaluation is right');
  }
  return {
    accused: task.aggregator,
    task: task.id,
    code: 'EVALUATION_MISMATCH',
    says:
      `${task.aggregator} signed an evaluation of ${manifests.length} sealed inputs whose output is not what ` +
      `evaluating them gives`,
  };
}

/** Under the key that the manifests name, which an honest aggregator has compared with the joint key. */
function inputsOf(task: Statements['task'], manifests: readonly Signed<'manifest'>[]): InputSet {
  const keys = new Set(manifests.map(({ payload }) => payload.key));
  const [key] = keys;
  if (key === undefined || keys.size > 1) throw unproven('statements', 'the inputs are under different keys');
  return inputSet(task, { digest: key, size: 0 }, manifests);
}
