/**
 * The aggregator signed a match that does not follow from the lists of pseudonyms that it names.
 *
 * Holds: proposal, the signed lists of all input parties, the match; as objects the pseudonyms. Discloses the
 * pseudonyms of the task and so the match pattern, which controllers can fetch anyway.
 */
import { selectionsOf } from '../../statistics/selections.ts';
import { isSameMatch, matchOf, type SignedList } from '../match.ts';
import type { Claim } from './claim.ts';
import { failedAt, unproven } from './form.ts';
import type { Objects } from './objects.ts';
import { requireKind, type Statements } from './statements.ts';

export async function proveWrongMatch({ task, documents }: Statements, objects: Objects): Promise<Claim> {
  const { payload } = requireKind(documents.at(-1), 'match');
  if (payload.by !== task.aggregator) {
    throw unproven('statements', `the match is not signed by ${task.aggregator}`);
  }
  const lists = documents.slice(0, -1).map((document): SignedList => {
    const { digest, payload: said } = requireKind(document, 'pseudonyms');
    return { party: said.by, document: digest, list: said.list };
  });
  const ofParties = task.inputs.flatMap((party) => lists.filter((list) => list.party === party));
  const named = ofParties.map(({ document }) => document);
  if (lists.length !== task.inputs.length || named.join() !== payload.lists.join()) {
    throw unproven('statements', 'the lists are not exactly those that the match names');
  }
  const matching = { lists: ofParties, selections: selectionsOf(task.document) };
  const derived = await matchOf(matching, (_, { digest }) => objects.get(digest)).catch((error: unknown) => {
    throw failedAt('matching the lists', error);
  });
  if (isSameMatch(payload, derived.content)) throw unproven('the claim', 'the match is right');
  return {
    accused: task.aggregator,
    task: task.id,
    code: 'LINKAGE_INVALID',
    says: `${task.aggregator} signed a match that is not the one of the ${lists.length} lists that it names`,
  };
}
