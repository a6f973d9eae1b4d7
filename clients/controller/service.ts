/**
 * A controller as a running service, which is a witness of the log as well. It dials out to the aggregator and listens on no port, but for its metrics where
 * the configuration names a loopback address.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { StrongroomError } from '../../proto/errors.ts';
import { Attendance } from '../../transport/attendance.ts';
import { Board } from '../../transport/board.ts';
import type { Profile } from '../../transport/profile.ts';
import { Witness } from '../../transport/witness.ts';
import type { TaskLife } from '../../trust/life.ts';
import { forever } from '../../transport/retry.ts';
import { Controller } from './controller.ts';
import { Metrics } from './metrics.ts';
import { openScreen, type ScreenForm } from './screen.ts';
import { ControllerState } from './state.ts';
import { viewOf } from './view.ts';

/** Runs until `stop`. Throws LOG_INCONSISTENT where the aggregator shows another history than before. */
export async function runController(
  profile: Profile,
  log: Logger,
  stop: AbortSignal,
  ready: (address: string) => void,
  form: ScreenForm,
): Promise<void> {
  const { config, identity } = profile;
  const name = identity.card.party;
  using state = new ControllerState(join(profile.state, 'controller.db'));
  const report = ({ code, message }: StrongroomError): void => log.warn({ code }, message);
  await using board = Board.open(profile, forever(stop, report));
  const { book } = board;
  using screen = openScreen(form, () => viewOf(book, state, name));
  await using metrics = new Metrics(book, state);
  const witness = join(profile.state, 'witness.db');
  await using _witness = new Witness({ board, identity, file: witness, log });
  using controller = new Controller({
    name,
    board,
    fetchAll: (signed) => board.getAll(signed),
    state,
    folder: profile.state,
    log,
    onChecked: (check, findings, ms) => {
      metrics.checked(check, ms);
      screen.checked(check, findings, ms);
    },
    again: (task) => void recomputing.notice(task),
  });
  // Side by side: an entry that should not be there is shown at once, however long a key is being replayed.
  const tasks = (): Iterable<TaskLife> => book.tasks.values();
  await using judging = new Attendance({ attend: (task) => controller.judge(task), tasks, log });
  await using recomputing = new Attendance({ attend: (task) => controller.recompute(task), tasks, log });
  const notice = (changed: Iterable<TaskLife>): void => {
    for (const task of changed) {
      void judging.notice(task);
      void recomputing.notice(task);
    }
  };
  const read = (): Promise<void> => {
    const { size, checkpoint } = book.follower;
    if (checkpoint !== undefined) state.keepHead(size, checkpoint);
    screen.read(size, book.tasks.size);
    return controller.attendStrays();
  };
  if (config.metrics !== undefined) await metrics.listen(config.metrics);
  ready(config.aggregator);
  await read();
  notice(tasks());
  try {
    for await (const changed of board.follow(stop)) {
      await read();
      notice(changed);
    }
  } catch (error) {
    if (error instanceof StrongroomError && error.code === 'LOG_INCONSISTENT') controller.attendSplit(error);
    throw error;
  }
}
