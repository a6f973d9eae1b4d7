/** A key holder as a running service: it follows the log and answers its operator. It listens on no port. */
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { StrongroomError } from '../proto/errors.ts';
import { Board } from '../transport/board.ts';
import { serveAdmin } from '../transport/admin-socket.ts';
import type { Profile } from '../transport/profile.ts';
import { forever } from '../transport/retry.ts';
import { adminHandlers } from './admin.ts';
import type { KeyHolder, KeyHolderOptions } from './key-holder.ts';
import { Post } from './post.ts';

/** Runs until `stop`. `create` lets a test put another key holder in the place of the honest one. */
export async function runKeyHolder(
  profile: Profile,
  log: Logger,
  stop: AbortSignal,
  ready: (address: string) => void,
  create?: (options: KeyHolderOptions) => KeyHolder,
): Promise<void> {
  const report = ({ code, message }: StrongroomError) => log.warn({ code }, message);
  await using board = Board.open(profile, forever(stop, report));
  await using post = new Post({ profile, board, folder: profile.state, log, create });
  const socket = resolve(profile.folder, profile.config['admin-socket']);
  const handlers = adminHandlers(post.holder, board, post.policy, post.journal, (task) => post.attend(task));
  const admin = await serveAdmin(socket, handlers, (path, error) =>
    log.warn({ path, err: error }, 'an operator call failed'),
  );
  try {
    post.recall();
    ready(socket);
    // All that there is to do is done by the post.
    for await (const _changed of post.work(stop)) continue;
  } finally {
    await admin.close();
  }
}
