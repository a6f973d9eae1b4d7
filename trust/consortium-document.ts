/** The form of a consortium document, before its signatures are looked at. */
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { Card, PartyName } from './card.ts';
import { parseCanonicalJson } from './digest.ts';
import { type Envelope, parseEnvelope } from './envelope.ts';
import { firstIssue } from './issue.ts';

export const CONSORTIUM_TYPE = 'application/vnd.strongroom.consortium+json';
const MIN_KEY_HOLDERS = 3;
const MAX_PARTIES = 2500;
// An envelope carries at most 32 signatures, and those of two versions stand on a successor.
const MAX_KEY_HOLDERS = 16;

const ConsortiumDocument = z.strictObject({
  /** 1, and one more with each change. */
  version: z.int().positive(),
  name: PartyName,
  /** The digest of the version before; null for version 1. */
  previous: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  // A card without a sealing key has some 700 bytes, and the payload of an envelope at most 2 MiB.
  parties: z.array(Card).min(MIN_KEY_HOLDERS).max(MAX_PARTIES),
  /** The standing key holders, who answer for this document. */
  keyHolders: z.array(PartyName).min(MIN_KEY_HOLDERS).max(MAX_KEY_HOLDERS),
});
export type ConsortiumDocument = z.infer<typeof ConsortiumDocument>;

/** Reads an envelope, signed or not yet. Throws IDENTITY_INVALID unless its payload is a consortium document. */
export function readDocument(bytes: Uint8Array): { document: ConsortiumDocument; envelope: Envelope } {
  let envelope: Envelope;
  let payload: unknown;
  try {
    envelope = parseEnvelope(bytes);
    payload = parseCanonicalJson(envelope.payload);
  } catch (cause) {
    throw invalid('it is not a signed document', cause);
  }
  if (envelope.payloadType !== CONSORTIUM_TYPE) throw invalid('it is a document of another type');
  return { document: checkDocument(payload), envelope };
}

/**
 * Throws IDENTITY_INVALID, naming the field, unless the value has the form of the document: names, keys and
 * certificates unique, one aggregator, and at least three standing key holders with the role `processing`.
 */
export function checkDocument(value: unknown): ConsortiumDocument {
  const parsed = ConsortiumDocument.safeParse(value);
  if (!parsed.success) throw invalid(firstIssue(parsed.error), parsed.error);
  const { version, previous, parties, keyHolders } = parsed.data;
  if ((version === 1) !== (previous === null)) {
    throw invalid('version 1, and no other, has no previous version');
  }
  requireUnique('party', parties, (card) => card.party);
  requireUnique('signing key', parties, (card) => card.signingKey);
  requireUnique(
    'sealing key',
    parties.flatMap(({ sealingKey }) => (sealingKey === undefined ? [] : [sealingKey])),
    ({ key }) => key,
  );
  requireUnique('TLS certificate', parties, (card) => card.tlsCertificate);
  requireUnique('key holder', keyHolders, (name) => name);
  if (parties.filter((card) => card.roles.includes('aggregator')).length !== 1) {
    throw invalid('exactly one party has the role aggregator');
  }
  for (const name of keyHolders) {
    if (parties.find((card) => card.party === name)?.roles.includes('processing') === true) continue;
    throw invalid(`the key holder ${name} is no party with the role processing`);
  }
  return parsed.data;
}

function requireUnique<T>(what: string, items: readonly T[], keyOf: (item: T) => string): void {
  if (new Set(items.map(keyOf)).size !== items.length) throw invalid(`a ${what} stands in it twice`);
}

export function invalid(why: string, cause?: unknown): StrongroomError {
  return new StrongroomError('IDENTITY_INVALID', `Not a valid consortium document: ${why}.`, { cause });
}
