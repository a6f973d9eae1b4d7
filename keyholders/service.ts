/** A key holder as a running service: it follows the log and answers its operator. It listens on no port. */
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { Board } from '../transport/board.ts';
import { Attendance } from '../transport/attendance.ts';
import { serveAdmin } from '../transport/admin-socket.ts';
import type { Profile } from '../transport/profile.ts';
import { FOREVER } from '../transport/retry.ts';
import type { TaskLife } from '../trust/life.ts';
import { adminHandlers } from './admin.ts';
import { Journal } from './journal.ts';
import { KeyHolder, type KeyHolderOptions } from './key-holder.ts';
import { Ledger } from './ledger.ts';
import { Rules } from './policy/rules.ts';

/** Runs until `stop`. `create` lets a test put another key holder in the place of the honest one. */
export async function runKeyHolder(
  profile: Profile,
  log: Logger,
  stop: AbortSignal,
  ready: (address: string) => void,
  create: (options: KeyHolderOptions) => KeyHolder = (options) => new KeyHolder(options),
): Promise<void> {
  const { config, identity } = profile;
  const rules = Rules.read(config.policy, profile.folder);
  using ledger = new Ledger(resolve(profile.state, 'ledger.db'));
  const policy = { rules, ledger, holder: identity.card.party };
  log.info({ policy: rules.file }, 'tasks are decided by this policy');
  using journal = new Journal(resolve(profile.state, 'journal.db'), profile.unlock);
  await using board = Board.open(profile, FOREVER);
  using holder = create({ board, identity, journal, policy, log });
  await using attendance = new Attendance({
    attend: (task) => holder.attend(task),
    tasks: () => board.book.tasks.values(),
    log,
  });
  const socket = resolve(profile.folder, config['admin-socket']);
  const handlers = adminHandlers(holder, board, policy, journal, (task) => attendance.notice(task));
  const admin = await serveAdmin(socket, handlers, (path, error) =>
    log.warn({ path, err: error }, 'an operator call failed'),
  );
  const follow = (task: TaskLife): void =>
    ledger.follow(task, holder.name, () => journal.said(task.id, 'release') !== undefined);
  try {
    for (const task of board.book.tasks.values()) follow(task);
    attendance.noticeAll();
    ready(socket);
    for await (const changed of board.follow(stop)) {
      // A ledger that was lost is whole again before the next task is decided.
      for (const task of changed) follow(task);
      for (const task of changed) void attendance.notice(task);
    }
  } finally {
    await admin.close();
  }
}
