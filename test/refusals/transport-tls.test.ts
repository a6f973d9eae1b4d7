/** Who cannot connect: strangers, impostors, old protocols, and servers that are not the aggregator. */
import { connect as dial, type SecureVersion, type TLSSocket } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../../transport/call.ts';
import { connect } from '../../transport/client.ts';
import { BOARD } from '../../transport/contract.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { unbase64 } from '../../trust/digest.ts';
import type { Identity } from '../../trust/identity.ts';
import { newCast } from '../fixtures/transport-cast.ts';
import { type Cast, newNetwork, type Network, ONCE } from '../fixtures/transport-network.ts';
import { newConsortium, newParty, refusal } from '../fixtures/trust-parties.ts';

let cast: Cast;
let network: Network;
beforeAll(async () => {
  cast = await newCast();
  network = await newNetwork(cast);
});
afterAll(() => network[Symbol.asyncDispose]());

const hello = () => Buffer.from('hello');
const pem = ({ card }: Identity) => new X509Certificate(unbase64(card.tlsCertificate)).toString();

test('a party of the consortium is let in', async () => {
  expect((await network.dial('holder-a').board.append(hello())).index).toBe(0);
});

test('a certificate that is on no card is refused, also under the name of a party', async () => {
  const size = network.log.size;
  for (const name of ['stranger', 'holder-a']) {
    const impostor = await newParty(name, 'processing');
    await refusal(() => network.dial(impostor).board.append(Buffer.from(name)), 'UNAUTHENTICATED');
    await refusal(() => network.dial(impostor).board.follow(0).next(), 'UNAUTHENTICATED');
  }
  expect(network.log.size).toBe(size);
});

test('the certificate of a party without its key opens no connection', async () => {
  const stranger = await newParty('stranger', 'processing');
  const thief = { card: cast.party('holder-a').card, secrets: stranger.secrets };
  expect(() => network.dial(thief)).toThrow(/key values mismatch/i);
});

test('without a certificate every call is refused', async () => {
  const credentials = grpc.credentials.createSsl(Buffer.from(pem(cast.party('aggregator'))));
  const options = { 'grpc.ssl_target_name_override': 'aggregator' };
  const channel = new grpc.Channel(network.address, credentials, options);
  const board = clientOf(BOARD, channel, network.address);
  await refusal(() => board.Append({ envelope: hello() }), 'UNAUTHENTICATED');
  channel.close();
});

function handshake(version: SecureVersion): Promise<string | null> {
  const identity = cast.party('holder-a');
  const [host, port] = network.address.split(':');
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = dial(
      {
        host,
        port: Number(port),
        ALPNProtocols: ['h2'],
        rejectUnauthorized: false,
        cert: pem(identity),
        key: identity.secrets.tlsKey,
        minVersion: version,
        maxVersion: version,
      },
      () => {
        resolve(socket.getProtocol());
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

test('TLS 1.3 is spoken, and TLS 1.2 is not', async () => {
  expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
  await expect(handshake('TLSv1.2')).rejects.toThrow(/protocol version/);
});

test('a server that does not show the certificate on the card of the aggregator is not spoken to', async () => {
  const others = cast.parties.filter(({ card }) => card.party !== 'aggregator');
  const consortium = openConsortium(newConsortium([await newParty('aggregator', 'aggregator'), ...others]));
  const identity = cast.party('holder-a');
  const connection = connect({ address: network.address, identity, consortium, retry: ONCE });
  await refusal(() => connection.board.append(hello()), 'UNAUTHENTICATED');
  connection.close();
});

test('where nobody listens, the error is UNREACHABLE', async () => {
  const identity = cast.party('holder-a');
  const connection = connect({ address: '127.0.0.1:1', identity, consortium: cast.consortium, retry: ONCE });
  await refusal(() => connection.board.append(hello()), 'UNREACHABLE');
  await refusal(() => connection.waitForReady(50), 'UNREACHABLE');
  connection.close();
});
