/** A key holder as a running service: it follows the log and answers its operator. It listens on no port. */
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { Board } from '../transport/board.ts';
import { Attendance } from '../transport/attendance.ts';
import { serveAdmin } from '../transport/admin-socket.ts';
import type { Profile } from '../transport/profile.ts';
import { FOREVER } from '../transport/retry.ts';
import { adminHandlers } from './admin.ts';
import { Journal } from './journal.ts';
import { KeyHolder, type KeyHolderOptions } from './key-holder.ts';

/** Runs until `stop`. `create` lets a test put another key holder in the place of the honest one. */
export async function runKeyHolder(
  profile: Profile,
  log: Logger,
  stop: AbortSignal,
  ready: (address: string) => void,
  create: (options: KeyHolderOptions) => KeyHolder = (options) => new KeyHolder(options),
): Promise<void> {
  using journal = new Journal(resolve(profile.state, 'journal.db'), profile.unlock);
  await using board = Board.open(profile, FOREVER);
  const holder = create({
    board,
    identity: profile.identity,
    journal,
    policy: { approve: profile.config.approve },
    log,
  });
  await using attendance = new Attendance({
    attend: (task) => holder.attend(task),
    tasks: () => board.book.tasks.values(),
    log,
  });
  const socket = resolve(profile.folder, profile.config['admin-socket']);
  const handlers = adminHandlers(holder, board, journal, (task) => attendance.notice(task));
  const admin = await serveAdmin(socket, handlers, (path, error) =>
    log.warn({ path, err: error }, 'an operator call failed'),
  );
  try {
    attendance.noticeAll();
    ready(socket);
    for await (const changed of board.follow(stop)) for (const task of changed) void attendance.notice(task);
  } finally {
    await admin.close();
  }
}
