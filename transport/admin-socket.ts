/**
 * The admin interface of a daemon on a unix socket. Who may use it is decided by the file system: mode 0600,
 * so the daemon's own account and root.
 */
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect as dial } from 'node:net';
import { dirname, join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { StrongroomError } from '../proto/errors.ts';
import { clientOf, type ClientOf } from './call.ts';
import { CHANNEL_OPTIONS } from './client.ts';
import { KEY_HOLDER_ADMIN, type KeyHolderAdminMethods } from './contract.ts';
import { serve, service, type Handlers, type RunningServer, type ServeOptions } from './server.ts';

/**
 * Serves the admin interface at `path`. What a dead daemon left there is removed. Throws USAGE where a daemon
 * still answers there.
 *
 * The socket is bound in a folder that only this account can enter, and moved to its place when its mode is
 * set, so that there is no instant at which somebody else could connect.
 */
export async function serveAdmin(
  path: string,
  handlers: Handlers<KeyHolderAdminMethods>,
  onFailure?: ServeOptions['onFailure'],
): Promise<RunningServer> {
  if (await answers(path)) throw new StrongroomError('USAGE', `A daemon is already running behind ${path}.`);
  const folder = await mkdtemp(join(dirname(path), '.admin-'));
  try {
    const bound = join(folder, 's');
    const server = await serve({
      address: `unix:${bound}`,
      credentials: grpc.ServerCredentials.createInsecure(),
      identify: () => ({ party: 'operator', roles: ['operator'] }),
      services: [service(KEY_HOLDER_ADMIN, handlers)],
      ...(onFailure === undefined ? {} : { onFailure }),
    });
    await chmod(bound, 0o600);
    await rename(bound, path);
    return {
      port: server.port,
      close: async (graceMs) => {
        await rm(path, { force: true });
        await server.close(graceMs);
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface AdminConnection {
  readonly admin: ClientOf<KeyHolderAdminMethods>;
  readonly close: () => void;
}

/** The admin interface of the daemon behind the socket. Its methods throw UNREACHABLE where none is running. */
export function connectAdmin(path: string): AdminConnection {
  const channel = new grpc.Channel(`unix:${path}`, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
  return { admin: clientOf(KEY_HOLDER_ADMIN, channel, path), close: () => channel.close() };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(path);
    const end = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
