/**
 * Mutual TLS 1.3 in which both sides are known by their exact certificates and by nothing else: a client's
 * must be the one on a card of the consortium, the server's the one on the aggregator's card. There is no
 * authority whose signature could make another certificate pass.
 */
import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  getCACertificates,
  setDefaultCACertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { StrongroomError } from '../proto/errors.ts';
import type { Consortium } from '../trust/consortium.ts';
import { equalBytes, unbase64 } from '../trust/digest.ts';
import type { Identity } from '../trust/identity.ts';
import type { Caller } from './authorisation.ts';
import type { Peer } from './server.ts';
import { WINDOW_BYTES } from './window.ts';

/** Calls of one connection at the same time; more wait for their turn. */
const MAX_STREAMS = 64;

/**
 * Credentials of a server for the parties of this consortium. The handshake asks for a certificate and proves
 * that the client holds its key. It lets strangers through to `identifyBy`, which refuses them on every call,
 * so that they are told UNAUTHENTICATED instead of seeing a connection break without a reason.
 */
export function serverCredentials(identity: Identity, consortium: Consortium): grpc.ServerCredentials {
  const own = ownCertificate(identity);
  return new MutualTls(
    own,
    trusting(
      consortium.parties.map((card) => pem(unbase64(card.tlsCertificate))),
      own,
    ),
  );
}

/**
 * A context that trusts these certificates. Given as `ca` they would be named to every client in every handshake
 * (RFC 8446 §4.2.4): with thousands of parties that takes a client longer than all the rest, and has no room in
 * 64 KiB. Authorities that a process trusts by default are not named.
 */
function trusting(certificates: readonly string[], own: SecureContextOptions): SecureContext {
  const before = getCACertificates('default');
  setDefaultCACertificates(certificates);
  try {
    return createSecureContext({ ...own, minVersion: 'TLSv1.3' });
  } finally {
    setDefaultCACertificates(before);
  }
}

class MutualTls extends grpc.ServerCredentials {
  constructor(own: SecureContextOptions, context: SecureContext) {
    super(
      {
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.3',
        SNICallback: (_name, done) => done(null, context),
        settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: MAX_STREAMS },
      },
      own,
    );
  }

  override _equals(other: grpc.ServerCredentials): boolean {
    return this === other;
  }
}

/** Credentials of a client that talks to the aggregator of this consortium and to nobody else. */
export function clientCredentials(identity: Identity, consortium: Consortium): grpc.ChannelCredentials {
  const pinned = unbase64(consortium.aggregator.tlsCertificate);
  const context = createSecureContext({
    ...ownCertificate(identity),
    minVersion: 'TLSv1.3',
    ca: pem(pinned),
  });
  return grpc.credentials.createFromSecureContext(context, {
    checkServerIdentity: (_host, shown) =>
      equalBytes(shown.raw, pinned)
        ? undefined
        : new Error('not the certificate on the card of the aggregator'),
  });
}

/**
 * Who a TLS peer is: the party whose card carries exactly its certificate, in the consortium as it is now.
 * Throws UNAUTHENTICATED for every other peer, and for a certificate that has expired.
 */
export function identifyBy(consortium: () => Consortium): (peer: Peer) => Caller {
  return ({ sslPeerCertificate: shown }) => {
    // grpc-js shows a certificate only where OpenSSL has found it valid under those of the parties.
    const card = shown && consortium().byCertificate(shown.raw);
    if (card !== undefined) return { party: card.party, roles: card.roles };
    throw new StrongroomError(
      'UNAUTHENTICATED',
      'You show no valid certificate of a party of the consortium; have your card added to it.',
    );
  };
}

function ownCertificate({ card, secrets }: Identity): SecureContextOptions {
  return { cert: pem(unbase64(card.tlsCertificate)), key: secrets.tlsKey };
}

function pem(der: Uint8Array): string {
  return new X509Certificate(der).toString();
}
