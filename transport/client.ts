/** A connection to the aggregator: one HTTP/2 channel under the party's own certificate, and what goes over it. */
import * as grpc from '@grpc/grpc-js';
import { StrongroomError } from '../proto/errors.ts';
import type { Consortium } from '../trust/consortium.ts';
import type { Identity } from '../trust/identity.ts';
import { BlobClient } from './blob-client.ts';
import { BoardClient } from './board-client.ts';
import { clientOf } from './call.ts';
import { BLOBS, BOARD, WITNESSES } from './contract.ts';
import { gathering } from './gathered.ts';
import { PATIENT, type RetryRule } from './retry.ts';
import { clientCredentials } from './tls.ts';
import { WINDOW_BYTES } from './window.ts';
import { WitnessClient } from './witness-client.ts';

export interface Connection {
  readonly board: BoardClient;
  readonly blobs: BlobClient;
  readonly witnesses: WitnessClient;
  /** Resolves once the aggregator can be called; throws UNREACHABLE where that takes longer. */
  readonly waitForReady: (timeoutMs: number) => Promise<void>;
  /** Ends the connection, and every call that is under way with UNREACHABLE. */
  readonly close: () => void;
}

export const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  // What is tried again, and when, is decided in retry.ts alone; grpc-js would keep copies for its own retries.
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 5_000,
  // A connection that died without a word is noticed after 15 seconds, also by those who only listen.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc-node.flow_control_window': WINDOW_BYTES,
  // Never share a connection with another identity in the same process.
  'grpc.use_local_subchannel_pool': 1,
  // No proxy of the environment may come between: it would end the TLS connection or break it.
  'grpc.enable_http_proxy': 0,
  // The server is known by its certificate, whatever host name leads to it.
  'grpc.ssl_target_name_override': 'aggregator',
};

/** Opens a connection to the aggregator at `host:port`; nothing happens on the network before the first call. */
export function connect(options: {
  readonly address: string;
  readonly identity: Identity;
  readonly consortium: Consortium;
  readonly retry?: RetryRule;
}): Connection {
  const { address, identity, consortium, retry = PATIENT } = options;
  const channel = new grpc.Channel(address, clientCredentials(identity, consortium), CHANNEL_OPTIONS);
  return {
    board: new BoardClient(clientOf(BOARD, channel, address), retry),
    blobs: new BlobClient(clientOf(gathering(BLOBS), channel, address), retry),
    witnesses: new WitnessClient(clientOf(WITNESSES, channel, address), retry),
    waitForReady: (timeoutMs) => ready(channel, address, Date.now() + timeoutMs),
    close: () => channel.close(),
  };
}

function ready(channel: grpc.Channel, address: string, deadline: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const state = channel.getConnectivityState(true);
      if (state === grpc.connectivityState.READY) {
        resolve();
        return;
      }
      channel.watchConnectivityState(state, deadline, (late) => (late ? reject(notReady(address)) : look()));
    };
    look();
  });
}

function notReady(address: string): StrongroomError {
  return new StrongroomError('UNREACHABLE', `No connection to ${address}; is the aggregator running there?`);
}
