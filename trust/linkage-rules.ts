/**
 * The rule book of linkage: within COLLECTING, each holder publishes one linkage key, each input party asks once and
 * for no more records than the task declares, each holder answers each request once, each party hands in one list,
 * and the aggregator matches once, when all lists are there.
 */
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';
import { answerBytes, POINT_BYTES, PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import { ownTable } from '../statistics/domain.ts';
import type { AnySigned, Signed } from './documents.ts';
import type { TaskLife } from './life.ts';
import { linkagePoint, type LinkageLife } from './linkage-life.ts';

type LinkageKind = 'linkage-key' | 'linkage-request' | 'linkage-answer' | 'pseudonyms' | 'match';
export type LinkageDocument = Extract<AnySigned, { kind: LinkageKind }>;

/** Throws the reason why this document must not stand here; the speaker has been checked to be of the right role. */
export function admitLinkage(task: TaskLife, document: LinkageDocument): void {
  const { linkage } = task;
  if (linkage === undefined) throw refuse('DOCUMENT_INVALID', 'The task links no records');
  const { kind, payload } = document;
  switch (kind) {
    case 'linkage-key':
      once(kind, payload.by, linkage.keys);
      linkagePoint(document);
      return;
    case 'linkage-request':
      return admitRequest(task, linkage, document);
    case 'linkage-answer':
      return admitAnswer(linkage, document);
    case 'pseudonyms':
      return admitList(task, linkage, document);
    case 'match':
      return admitMatch(task, linkage, document);
  }
}

function admitRequest(task: TaskLife, linkage: LinkageLife, document: Signed<'linkage-request'>): void {
  const { by, points } = document.payload;
  once('linkage-request', by, linkage.requests);
  const most = ownTable(task.document, by).table['max-rows'];
  const records = points.size / POINT_BYTES;
  if (!Number.isSafeInteger(records) || records > most) {
    throw refuse(
      'LINKAGE_INVALID',
      `${by} asks for ${Math.ceil(records)} records; its table has at most ${most} rows`,
      by,
    );
  }
}

function admitAnswer(linkage: LinkageLife, document: Signed<'linkage-answer'>): void {
  const { by, request, answer } = document.payload;
  const party = linkage.requesterOf(request);
  if (party === undefined)
    throw refuse('LINKAGE_INVALID', `${by} answers a request that counts for nothing`, by);
  once(`linkage-answer to ${party}`, by, linkage.answersTo(party));
  if (!linkage.keys.has(by)) throw refuse('LINKAGE_INVALID', `${by} has published no linkage key`, by);
  if (answer.size !== answerBytes(linkage.recordsOf(party))) {
    throw refuse('LINKAGE_INVALID', `${by} answers another number of records than ${party} asks for`, by);
  }
}

function admitList(task: TaskLife, linkage: LinkageLife, document: Signed<'pseudonyms'>): void {
  const { by, request, list } = document.payload;
  once('list of pseudonyms', by, linkage.lists);
  if (linkage.requests.get(by)?.digest !== request || linkage.answersTo(by).size < task.holders.length) {
    throw refuse('LINKAGE_INVALID', `Not every key holder has answered the request of ${by}`, by);
  }
  if (list.size !== linkage.recordsOf(by) * PSEUDONYM_BYTES) {
    throw refuse('LINKAGE_INVALID', `${by} hands in another number of pseudonyms than it has asked for`, by);
  }
}

function admitMatch(task: TaskLife, linkage: LinkageLife, document: Signed<'match'>): void {
  if (linkage.match !== undefined) throw refuse('DOCUMENT_CONFLICT', 'The records have been matched before');
  const lists = task.inputs.map((party) => linkage.lists.get(party)?.digest);
  const { lists: matched, counts = [] } = document.payload;
  if (matched.length !== lists.length || lists.some((digest, i) => digest !== matched[i])) {
    throw refuse('LINKAGE_INVALID', 'The match is not of the lists of all input parties, in their order');
  }
  if (counts.length !== linkage.selections.length) {
    throw refuse('LINKAGE_INVALID', 'The match counts other units than the task asks for');
  }
}

function once(what: string, by: string, said: ReadonlyMap<string, unknown>): void {
  if (said.has(by)) throw refuse('DOCUMENT_CONFLICT', `${by} has signed a ${what} before`, by);
}

function refuse(code: ErrorCode, message: string, party?: string): StrongroomError {
  return new StrongroomError(code, message, party === undefined ? {} : { details: { party } });
}
