/**
 * The consortium document: who takes part, signed by all standing key holders and pinned by its digest at
 * every process. It stands in place of a certificate authority: nobody is a party who is not in it.
 */
import { type Card, signingKeyOf } from './card.ts';
import { type ConsortiumDocument, invalid, readDocument } from './consortium-document.ts';
import { sha256Hex, unbase64 } from './digest.ts';
import { type Envelope, parseEnvelope, verifyEnvelope } from './envelope.ts';
import type { LogIdentity } from './log/checkpoint.ts';
import type { WitnessKeys } from './log/cosignature.ts';

/** A consortium document that has been verified, with its lookups. */
export interface Consortium {
  readonly name: string;
  readonly version: number;
  readonly previous: string | null;
  /** SHA-256 of the payload bytes, in hexadecimal: what processes pin. */
  readonly digest: string;
  readonly parties: readonly Card[];
  readonly keyHolders: readonly string[];
  readonly aggregator: Card;
  /** Raw Ed25519 keys by party name. */
  readonly signingKeys: ReadonlyMap<string, Uint8Array>;
  /** The log of this consortium: its origin is `strongroom/<name>`, signed with the aggregator's key. */
  readonly log: LogIdentity;
  /** Raw Ed25519 keys of the parties that cosign its checkpoints: those that process, and the controllers. */
  readonly witnesses: WitnessKeys;
  /** The card of a party; undefined where there is none of that name. */
  party(name: string): Card | undefined;
  /** The card that carries exactly this certificate, given in DER or as the SHA-256 of it in hexadecimal. */
  byCertificate(certificate: Uint8Array | string): Card | undefined;
}

/**
 * Verifies a consortium document: its form, that names, keys and certificates are unique, that there is one
 * aggregator and at least three standing key holders, each with the role `processing` and each with its
 * signature; and, where given, that its digest is the pinned one. Throws IDENTITY_INVALID.
 */
export function openConsortium(bytes: Uint8Array, pinnedDigest?: string): Consortium {
  const { document, envelope } = readDocument(bytes);
  const consortium = lookups(document, sha256Hex(envelope.payload));
  if (pinnedDigest !== undefined && consortium.digest !== pinnedDigest) {
    throw invalid(`its digest is ${consortium.digest}, but ${pinnedDigest} is pinned`);
  }
  checkSignedBy(envelope, consortium);
  return consortium;
}

/**
 * Verifies the next version of a consortium document, signed by the standing key holders of both versions.
 * The name and the aggregator's signing key identify the log, so they stay. Throws IDENTITY_INVALID.
 */
export function openSuccessor(bytes: Uint8Array, current: Consortium): Consortium {
  const successor = openConsortium(bytes);
  if (successor.version !== current.version + 1 || successor.previous !== current.digest) {
    throw invalid(`version ${successor.version} does not follow version ${current.version}`);
  }
  if (successor.name !== current.name || successor.aggregator.signingKey !== current.aggregator.signingKey) {
    throw invalid('another name or another key of the aggregator begins another log');
  }
  checkSignedBy(parseEnvelope(bytes), current);
  return successor;
}

function checkSignedBy(envelope: Envelope, { keyHolders, signingKeys, version }: Consortium): void {
  const holderKeys = new Map([...signingKeys].filter(([name]) => keyHolders.includes(name)));
  let signers: string[];
  try {
    signers = verifyEnvelope(envelope, holderKeys);
  } catch (cause) {
    throw invalid('the signature of a key holder does not verify', cause);
  }
  const missing = keyHolders.filter((name) => !signers.includes(name));
  if (missing.length > 0) {
    throw invalid(`key holders of version ${version} have not signed: ${missing.join(', ')}`);
  }
}

function lookups(document: ConsortiumDocument, digest: string): Consortium {
  const { parties } = document;
  const names = new Map(parties.map((card) => [card.party, card]));
  const certificates = new Map(parties.map((card) => [sha256Hex(unbase64(card.tlsCertificate)), card]));
  const signingKeys = new Map(parties.map((card) => [card.party, signingKeyOf(card)]));
  const aggregator = parties.find((card) => card.roles.includes('aggregator'));
  if (aggregator === undefined) throw invalid('no party has the role aggregator');
  const origin = `strongroom/${document.name}`;
  return {
    ...document,
    digest,
    aggregator,
    signingKeys,
    log: { origin, keys: new Map([[origin, signingKeyOf(aggregator)]]) },
    witnesses: new Map(parties.filter(isWitness).map((card) => [card.party, signingKeyOf(card)])),
    party: (name) => names.get(name),
    byCertificate: (certificate) =>
      certificates.get(typeof certificate === 'string' ? certificate : sha256Hex(certificate)),
  };
}

function isWitness({ roles }: Card): boolean {
  return roles.includes('processing') || roles.includes('controller');
}
