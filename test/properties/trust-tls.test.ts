/** Mutual TLS 1.3 between parties who pin each other's self-signed certificates, on loopback. */
import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type PeerCertificate, type TLSSocket } from 'node:tls';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeAll, expect, test } from 'vitest';
import { unbase64 } from '../../trust/digest.ts';
import type { Identity } from '../../trust/identity.ts';
import { newParty } from '../fixtures/trust-parties.ts';

let server: Identity;
let client: Identity;
let stranger: Identity;
beforeAll(async () => {
  [server, client, stranger] = await Promise.all([
    newParty('aggregator', 'aggregator'),
    newParty('holder-a', 'processing'),
    newParty('holder-b', 'processing'),
  ]);
});

const der = (identity: Identity): Buffer => Buffer.from(unbase64(identity.card.tlsCertificate));
const pem = (bytes: Uint8Array): string =>
  x509.PemConverter.encode(new Uint8Array(bytes).buffer, 'CERTIFICATE');
const keyPair = (identity: Identity) => ({ key: identity.secrets.tlsKey, cert: pem(der(identity)) });

/** What the server saw of a client that connects so: its certificate, or why there was none. */
async function handshake(options: {
  readonly serverPins: Identity;
  readonly clientPins: Identity;
  readonly present?: { key: string; cert: string };
  readonly servername?: string;
}): Promise<{ protocol: string | null; peer: PeerCertificate } | Error> {
  const { serverPins, clientPins, present, servername = 'aggregator' } = options;
  const listener = createServer({
    ...keyPair(server),
    ca: [pem(der(serverPins))],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, servername, ca: [pem(der(clientPins))], ...present });
  try {
    return await new Promise((resolve) => {
      socket.on('error', resolve);
      listener.on('tlsClientError', resolve);
      listener.on('secureConnection', (accepted: TLSSocket) => {
        accepted.on('error', resolve);
        resolve({ protocol: accepted.getProtocol(), peer: accepted.getPeerCertificate() });
      });
    });
  } finally {
    socket.destroy();
    listener.close();
  }
}

test.each(['aggregator', 'localhost'])('pinned on both sides, reached as %s', async (servername) => {
  const seen = await handshake({
    serverPins: client,
    clientPins: server,
    present: keyPair(client),
    servername,
  });
  if (seen instanceof Error) throw seen;
  expect(seen.protocol).toBe('TLSv1.3');
  expect(seen.peer.subject.CN).toBe('holder-a');
  expect(seen.peer.raw.equals(der(client))).toBe(true);
});

test('a client that the server has not pinned fails', async () => {
  const seen = await handshake({ serverPins: client, clientPins: server, present: keyPair(stranger) });
  expect(seen).toBeInstanceOf(Error);
});

test('a client without a certificate fails', async () => {
  expect(await handshake({ serverPins: client, clientPins: server })).toBeInstanceOf(Error);
});

test('a server that the client has not pinned fails', async () => {
  const seen = await handshake({ serverPins: client, clientPins: stranger, present: keyPair(client) });
  expect(seen).toBeInstanceOf(Error);
});

test('a server under the name of another party fails', async () => {
  const present = keyPair(client);
  const seen = await handshake({ serverPins: client, clientPins: server, present, servername: 'holder-b' });
  expect(seen).toBeInstanceOf(Error);
});

test('a pinned party cannot issue a certificate for another', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const issuer = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(client.secrets.tlsKey),
    algorithm,
    false,
    ['sign'],
  );
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const minted = await x509.X509CertificateGenerator.create({
    subject: 'CN=holder-b',
    issuer: 'CN=holder-a',
    publicKey: keys.publicKey,
    signingKey: issuer,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const present = {
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    cert: `${minted.toString('pem')}\n${pem(der(client))}`,
  };
  expect(await handshake({ serverPins: client, clientPins: server, present })).toBeInstanceOf(Error);
});
