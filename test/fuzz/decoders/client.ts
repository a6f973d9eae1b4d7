/** A client whose aggregator holds the right key and answers whatever it likes. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { clientOf } from '../../../transport/call.ts';
import { CHANNEL_OPTIONS } from '../../../transport/client.ts';
import { BOARD } from '../../../transport/contract.ts';
import type { ProveResponse } from '../../../transport/messages.ts';
import { clientCredentials } from '../../../transport/tls.ts';
import { openConsortium } from '../../../trust/consortium.ts';
import { unbase64 } from '../../../trust/digest.ts';
import { answerBytes, holdsCall, mutateAnswer, serverSettings } from '../corpora/http2.ts';
import { SAMPLES } from '../corpora/messages.ts';
import { AGGREGATOR, identityOf, INPUTS, makeParties } from '../corpora/parties.ts';
import { joined } from '../harness/bytes.ts';
import { target } from '../harness/decoder.ts';

const TIMEOUT_MS = 300;

export const clientTarget = target({
  name: 'client',
  short: 25,
  make: makeParties,
  open: async (parties) => {
    const { card, secrets } = identityOf(parties, AGGREGATOR);
    const cert = new X509Certificate(unbase64(card.tlsCertificate)).toString();
    const credentials = clientCredentials(
      identityOf(parties, INPUTS[0] ?? ''),
      openConsortium(parties.consortium),
    );
    let answer: Uint8Array = new Uint8Array();
    const sockets = new Set<TLSSocket>();
    const server = createServer({ cert, key: secrets.tlsKey, ALPNProtocols: ['h2'] }, (socket: TLSSocket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
      // A client makes no call before it has the settings of its server.
      socket.write(serverSettings());
      let heard: Uint8Array = new Uint8Array();
      socket.on('data', (bytes: Buffer) => {
        if (holdsCall(heard)) return;
        heard = joined(heard, bytes);
        if (holdsCall(heard)) socket.write(answer);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const message = BOARD.definition['Prove']?.responseSerialize({ ...SAMPLES['ProveResponse'] });
    return {
      corpus: [answerBytes(message ?? new Uint8Array())],
      mutations: [mutateAnswer],
      decode: async (bytes) => {
        answer = bytes;
        const channel = new grpc.Channel(address, credentials, CHANNEL_OPTIONS);
        try {
          return await clientOf(BOARD, channel, address).Prove({ treeSize: 1 }, { timeoutMs: TIMEOUT_MS });
        } finally {
          channel.close();
        }
      },
      // What it says is the aggregator's word, and judged by whoever asked.
      objection: ({ checkpoint }: ProveResponse) =>
        typeof checkpoint === 'string' ? undefined : 'an answer without its fields',
      // A status that carries no code of ours is the gRPC library's, whose word for what it cannot read is INTERNAL.
      codes: ['UNREACHABLE', 'TIMED_OUT', 'UNAUTHENTICATED', 'NOT_AUTHORISED', 'QUOTA_EXCEEDED', 'INTERNAL'],
      limitMs: 2_000,
      dispose: () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    };
  },
});
