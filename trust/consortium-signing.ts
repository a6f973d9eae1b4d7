/** How a consortium document comes about: assembled from the cards of all parties, signed by its key holders. */
import { signingKeyOf, type Card } from './card.ts';
import { checkDocument, CONSORTIUM_TYPE, invalid, readDocument } from './consortium-document.ts';
import type { Consortium } from './consortium.ts';
import { canonicalJson, equalBytes } from './digest.ts';
import type { Signer } from './ed25519.ts';
import { addSignature, encodeEnvelope } from './envelope.ts';
import { checkCertificates } from './tls-certificate.ts';

/**
 * The envelope of a new consortium document, not signed by anybody yet. The parties stand in order of their
 * names. Throws IDENTITY_INVALID where the document would not be valid.
 */
export function assembleConsortium(draft: {
  readonly name: string;
  readonly parties: readonly Card[];
  readonly keyHolders: readonly string[];
  /** The version that this one replaces; absent for the first. */
  readonly previous?: Consortium;
}): Uint8Array {
  const document = checkDocument({
    version: (draft.previous?.version ?? 0) + 1,
    name: draft.name,
    previous: draft.previous?.digest ?? null,
    parties: [...draft.parties].sort((a, b) => (a.party < b.party ? -1 : 1)),
    keyHolders: [...draft.keyHolders].sort(),
  });
  return encodeEnvelope({ payloadType: CONSORTIUM_TYPE, payload: canonicalJson(document), signatures: [] });
}

/**
 * Adds one signature to a consortium document; the operator has read it. Signers are the standing key holders
 * of this version and, where there is one, of the version before. Throws IDENTITY_INVALID where the document
 * or a certificate in it is not valid, or it carries another key under the signer's name.
 */
export function signConsortium(bytes: Uint8Array, signer: Signer): Uint8Array {
  const { document } = readDocument(bytes);
  checkCertificates(document.parties);
  const own = document.parties.find((card) => card.party === signer.name);
  if (own !== undefined && !equalBytes(signingKeyOf(own), signer.publicKey)) {
    throw invalid(`it names another signing key for ${signer.name}`);
  }
  return addSignature(bytes, signer);
}
