/** A board and a blob store behind a real server on loopback, and parties of every role that can dial in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobClaims } from '../aggregator/blob-service-claims.ts';
import { blobService } from '../aggregator/blob-service.ts';
import { boardService, checkpointsOf, type BoardOptions } from '../aggregator/board-service.ts';
import { LogStore } from '../aggregator/log-store.ts';
import { connect, type Connection } from '../transport/client.ts';
import type { RetryRule } from '../transport/retry.ts';
import { serve, type RunningServer } from '../transport/server.ts';
import { identifyBy, serverCredentials } from '../transport/tls.ts';
import { openConsortium, type Consortium } from '../trust/consortium.ts';
import { type Identity, signerOf } from '../trust/identity.ts';
import { type BlobStore, openBlobStore } from '../trust/storage/blob-store.ts';

export const ONCE: RetryRule = { attempts: 1, baseMs: 1, capMs: 1 };
export const EAGER: RetryRule = { attempts: 50, baseMs: 5, capMs: 50 };
export const TASK = 'ab'.repeat(32);

/** Everybody, with everybody's keys. */
export interface Cast {
  readonly consortium: Consortium;
  readonly parties: readonly Identity[];
  party(name: string): Identity;
}

export function castOf(parties: readonly Identity[], consortium: Uint8Array): Cast {
  return {
    parties,
    consortium: openConsortium(consortium),
    party: (name) => {
      const found = parties.find(({ card }) => card.party === name);
      if (found === undefined) throw new Error(`no party ${name} in the cast`);
      return found;
    },
  };
}

export interface Network extends AsyncDisposable {
  readonly address: string;
  readonly log: LogStore;
  readonly blobs: BlobStore;
  readonly server: RunningServer;
  /** Connections are closed with the network. */
  dial(party: string | Identity, retry?: RetryRule): Connection;
}

export interface NetworkOptions extends Partial<Pick<BoardOptions, 'admit' | 'examine'>> {
  readonly quota?: number;
  /** A folder that is kept; without it a temporary one is used and removed. */
  readonly folder?: string;
  readonly port?: number;
}

export async function newNetwork(cast: Cast, options: NetworkOptions = {}): Promise<Network> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'strongroom-transport-')));
  const log = new LogStore(join(folder, 'log.db'));
  const claims = new BlobClaims(join(folder, 'claims.db'));
  const blobs = await openBlobStore(join(folder, 'blobs'));
  const aggregator = cast.party('aggregator');
  const server = await serve({
    address: `127.0.0.1:${options.port ?? 0}`,
    credentials: serverCredentials(aggregator, cast.consortium),
    identify: identifyBy(() => cast.consortium),
    services: [
      boardService({
        log,
        checkpoint: checkpointsOf(log, cast.consortium.log.origin, signerOf(aggregator)),
        admit: options.admit ?? (() => undefined),
        ...(options.examine === undefined ? {} : { examine: options.examine }),
      }),
      blobService({ blobs, claims, quota: () => options.quota ?? 1e10, checkReader: () => undefined }),
    ],
  });
  const address = `127.0.0.1:${server.port}`;
  const open: Connection[] = [];
  return {
    address,
    log,
    blobs,
    server,
    dial: (party, retry = ONCE) => {
      const identity = typeof party === 'string' ? cast.party(party) : party;
      const connection = connect({ address, identity, consortium: cast.consortium, retry });
      open.push(connection);
      return connection;
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of open) connection.close();
      await server.close(200);
      log[Symbol.dispose]();
      claims[Symbol.dispose]();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
