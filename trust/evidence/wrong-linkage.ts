/**
 * A key holder signed an answer to a linkage request that is not the request times the scalar behind its linkage
 * key; or an input party signed a request that is not made of points of P-256.
 *
 * Holds: proposal, the holder's linkage-key, the request, the answer; as objects the points and the answer. Of a
 * request, that alone. Discloses blinded points, which are uniform.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { verifyAnswer } from '../../schemes/linkage/answer.ts';
import { requirePoints } from '../../schemes/linkage/p256.ts';
import type { Kind, Signed } from '../documents.ts';
import { linkagePoint } from '../linkage-life.ts';
import type { Claim } from './claim.ts';
import { at, unproven } from './form.ts';
import type { Objects } from './objects.ts';
import { requireKind, type Statements } from './statements.ts';

export async function proveWrongLinkage({ task, documents }: Statements, objects: Objects): Promise<Claim> {
  const said = <K extends Kind>(kind: K): Signed<K> =>
    requireKind(
      documents.find((document) => document.kind === kind),
      kind,
    );
  const request = said('linkage-request');
  if (documents.length === 1) {
    const { by, points } = request.payload;
    const asked = await objects.get(points.digest);
    const wrong = await linkageFault(() => requirePoints(by, asked));
    if (wrong === undefined) throw unproven('the claim', 'the request is made of points');
    return { accused: by, task: task.id, code: wrong.code, says: wrong.message };
  }
  const key = said('linkage-key');
  const { by, request: answered, answer } = said('linkage-answer').payload;
  if (documents.length !== 3 || key.payload.by !== by || answered !== request.digest) {
    throw unproven('statements', 'linkage key, request and answer do not belong together');
  }
  const { by: party, points } = request.payload;
  const bytes = await objects.get(points.digest);
  const asked = at('the request', () => requirePoints(party, bytes));
  const point = at('the linkage key', () => linkagePoint(key));
  const given = await objects.get(answer.digest);
  const wrong = await linkageFault(() => verifyAnswer(by, point, asked, given));
  if (wrong === undefined) throw unproven('the claim', 'the answer is right');
  return { accused: by, task: task.id, code: wrong.code, says: `${wrong.message} (to ${party})` };
}

/** The refusal of what somebody has made for the linkage; undefined where nothing is wrong with it. */
export async function linkageFault(check: () => unknown): Promise<StrongroomError | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (error instanceof StrongroomError && error.code === 'LINKAGE_INVALID') return error;
    throw error;
  }
}
