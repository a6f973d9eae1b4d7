/**
 * A key holder released shares that are not what they must be: malformed, or, under Paillier, with a false proof.
 *
 * Holds: proposal, the holder's joint-key, the evaluation, its release; as objects the joint key, the outputs and the
 * opened shares, whose digest the holder has signed (`opened`). Discloses that holder's partial decryptions: together
 * with those of all other holders they show the result, alone nothing. A BFV or CKKS share of the right form carries no proof,
 * so a wrong one cannot be shown.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { requireRlweShareForm } from '../../schemes/rlwe/threshold/share-verification.ts';
import { verifyPaillierShares } from '../../schemes/paillier/share-verification.ts';
import { byScheme } from '../../schemes/scheme.ts';
import { unpackShares } from '../release.ts';
import type { Claim } from './claim.ts';
import { unproven } from './form.ts';
import type { Objects } from './objects.ts';
import { requireKind, type Statements } from './statements.ts';

/** What the shares are can then only be told from their form. */
function noProof(): void {
  return undefined;
}

export async function proveWrongShare({ task, documents }: Statements, objects: Objects): Promise<Claim> {
  const jointKey = requireKind(documents[0], 'joint-key').payload;
  const evaluation = requireKind(documents[1], 'evaluation');
  const release = requireKind(documents[2], 'release').payload;
  const holder = task.holders.indexOf(release.by);
  if (documents.length !== 3 || holder < 0 || jointKey.by !== release.by) {
    throw unproven('statements', 'joint key, evaluation and release are not of one key holder');
  }
  const outputs = evaluation.payload.outputs.map(({ digest }) => digest);
  if (evaluation.payload.by !== task.aggregator || release.evaluation !== evaluation.digest) {
    throw unproven('statements', 'the release is for another evaluation');
  }
  if (
    release.outputs.length !== outputs.length ||
    release.outputs.some((digest, i) => digest !== outputs[i])
  ) {
    throw unproven('statements', 'the release is for other outputs');
  }
  const key = await objects.get(jointKey.key.digest);
  const ciphertexts = await Promise.all(outputs.map((digest) => objects.get(digest)));
  const packed = await objects.get(release.opened);
  try {
    const shares = unpackShares(packed, release.by);
    byScheme(task.context, {
      bfv: (context) => requireRlweShareForm(context, ciphertexts, holder, shares),
      ckks: (context) => requireRlweShareForm(context, ciphertexts, holder, shares),
      bfvProducts: noProof,
      paillier: (context) => verifyPaillierShares(context, key, ciphertexts, holder, shares),
    });
  } catch (error) {
    if (!(error instanceof StrongroomError) || error.kind !== 'refused') throw error;
    const says = `${release.by} signed for shares that are wrong: ${error.message}`;
    return { accused: release.by, task: task.id, code: 'SHARE_INVALID', says };
  }
  throw unproven('the claim', 'nothing shows that the shares are wrong');
}
