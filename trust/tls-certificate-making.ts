/**
 * Makes the TLS certificate of a party; `tls-certificate.ts` checks it. Apart, because a daemon checks certificates and
 * never makes one: the library behind this file has more than two hundred files to load.
 */
// @peculiar/x509 resolves its algorithms through reflect-metadata, which must be loaded before it.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { hex } from './digest.ts';

// P-256 rather than Ed25519: proxies, hardware modules and browsers between institutions know it.
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
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
