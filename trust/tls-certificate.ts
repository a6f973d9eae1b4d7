/**
 * The TLS certificate of a party: self-signed X.509 (RFC 5280), pinned by the consortium document. There is
 * no authority behind it, so it is its own trust anchor, for both sides of a TLS 1.3 connection.
 */
// @peculiar/x509 resolves its algorithms through reflect-metadata, which must be loaded before it.
import 'reflect-metadata';
import { randomBytes, webcrypto, X509Certificate, type KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { StrongroomError } from '../proto/errors.ts';
import type { Card } from './card.ts';
import { equalBytes, hex, unbase64 } from './digest.ts';

// P-256 rather than Ed25519: proxies, hardware modules and browsers between institutions know it.
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** P-256 as OpenSSL calls it. */
const CURVE = 'prime256v1';
const VALID_DAYS = 20 * 365;
const DAY_MS = 24 * 3600 * 1000;
const CLOCK_SKEW_MS = DAY_MS;

/**
 * A fresh P-256 key (PKCS #8, PEM) and a certificate over it (DER): CN = party, SAN = party, localhost and
 * 127.0.0.1, for client and server. It says CA:FALSE, so that nobody who pins it accepts what its key signs.
 * It is valid for `validDays` from now on, 20 years if nothing is said; after that every peer refuses it.
 */
export async function createTlsCertificate(
  party: string,
  validDays = VALID_DAYS,
): Promise<{ key: string; certificate: Uint8Array }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // RFC 5280 §4.1.2.2: positive, at most 20 bytes. A leading zero byte keeps the sign bit clear.
    serialNumber: `00${hex(randomBytes(16))}`,
    name: `CN=${party}`,
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(now + validDays * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: party },
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    certificate: new Uint8Array(certificate.rawData),
  };
}

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
