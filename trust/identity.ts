/** A party's own keys, and the self-signed card by which it hands their public halves to the others. */
import { StrongroomError } from '../proto/errors.ts';
import { Card, signingKeyOf } from './card.ts';
import { canonicalJson, equalBytes, parseCanonicalJson, unbase64 } from './digest.ts';
import type { Signer } from './ed25519.ts';
import { createSigner } from './signing-key.ts';
import { parseEnvelope, signEnvelope, verifyEnvelope } from './envelope.ts';
import { firstIssue } from './issue.ts';
import { checkTlsCertificate } from './tls-certificate.ts';

export type { Card } from './card.ts';

const CARD_TYPE = 'application/vnd.strongroom.card+json';

/** What never leaves the party's machine. */
interface IdentitySecrets {
  /** Ed25519 seed, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** HPKE private key of the card's suite; absent where the card has no sealing key. */
  readonly sealingKey?: Uint8Array;
  /** PKCS #8 in PEM. */
  readonly tlsKey: string;
}

export interface Identity {
  readonly card: Card;
  readonly secrets: IdentitySecrets;
}

/** The party's signature, for documents and, at the aggregator, for checkpoints. */
export function signerOf({ card, secrets }: Identity): Signer {
  const signer = createSigner(card.party, secrets.signingKey);
  if (equalBytes(signer.publicKey, signingKeyOf(card))) return signer;
  throw new StrongroomError(
    'IDENTITY_INVALID',
    `The signing key of ${card.party} is not the one on its card.`,
  );
}

/** The private key that opens boxes sealed to the party. Throws IDENTITY_INVALID where it has none. */
export function openingKeyOf({ card, secrets }: Identity): Uint8Array {
  if (secrets.sealingKey !== undefined) return secrets.sealingKey;
  throw invalid(`${card.party} has no sealing key`);
}

/** The card signed with its own key: the proof that whoever hands it out holds that key. */
export function signCard(identity: Identity): Uint8Array {
  return signEnvelope(CARD_TYPE, canonicalJson(identity.card), signerOf(identity));
}

/** Reads a card made by `signCard`. Throws IDENTITY_INVALID unless it is signed with the key that it carries. */
export function openCard(bytes: Uint8Array): Card {
  try {
    const envelope = parseEnvelope(bytes);
    if (envelope.payloadType !== CARD_TYPE) throw invalid('it is another kind of document');
    const card = readCard(parseCanonicalJson(envelope.payload));
    const signers = verifyEnvelope(envelope, new Map([[card.party, signingKeyOf(card)]]));
    if (signers.length === 0) throw invalid(`it is not signed by ${card.party}`);
    return card;
  } catch (cause) {
    if (cause instanceof StrongroomError && cause.code === 'IDENTITY_INVALID') throw cause;
    throw invalid('it does not verify', cause);
  }
}

/** Throws IDENTITY_INVALID, naming the field, unless the value is a card with a usable certificate. */
export function readCard(value: unknown): Card {
  const card = Card.safeParse(value);
  if (!card.success) throw invalid(firstIssue(card.error), card.error);
  checkTlsCertificate(unbase64(card.data.tlsCertificate), card.data.party);
  return card.data;
}

function invalid(why: string, cause?: unknown): StrongroomError {
  return new StrongroomError('IDENTITY_INVALID', `Not a valid card: ${why}.`, { cause });
}
