/**
 * The TLS certificate of a party: self-signed X.509 (RFC 5280), pinned by the consortium document. There is
 * no authority behind it, so it is its own trust anchor, for both sides of a TLS 1.3 connection.
 */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { StrongroomError } from '../proto/errors.ts';
import type { Card } from './card.ts';
import { equalBytes, unbase64 } from './digest.ts';

/** P-256 as OpenSSL calls it. */
const CURVE = 'prime256v1';

/**
 * Throws IDENTITY_INVALID unless the DER is a self-signed certificate for this party that is not a CA, with
 * which a TLS connection to the party can succeed.
 */
export function checkTlsCertificate(der: Uint8Array, party: string): void {
  const failed = failedCheck(der, party);
  if (failed === undefined) return;
  throw new StrongroomError('IDENTITY_INVALID', `The TLS certificate of ${party} ${failed}.`, {
    details: { party },
  });
}

/** `checkTlsCertificate` for every card. A card of a consortium document may have come without its own signature. */
export function checkCertificates(cards: readonly Card[]): void {
  for (const { party, tlsCertificate } of cards) checkTlsCertificate(unbase64(tlsCertificate), party);
}

function failedCheck(der: Uint8Array, party: string): string | undefined {
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(der);
    key = certificate.publicKey;
  } catch {
    return 'cannot be read';
  }
  // OpenSSL reads PEM, BER and what stands in front of rubbish, too; peers compare the bytes.
  if (!equalBytes(certificate.raw, der)) return 'is not in DER';
  if (key.asymmetricKeyDetails?.namedCurve !== CURVE) return 'is not over a key on P-256';
  if (certificate.subject !== `CN=${party}` || certificate.checkHost(party) === undefined)
    return 'names another party';
  if (certificate.ca) return 'is that of a certificate authority';
  if (!certificate.verify(key)) return 'is not signed by its own key';
  return undefined;
}
