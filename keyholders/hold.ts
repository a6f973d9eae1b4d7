/**
 * The process behind `strongroom hold`: a key holder for one task, in the foreground. It dials out only, has no
 * socket, keeps what it must not forget in a folder of its own for as long as the task lives, and destroys that
 * folder when nothing is left to do. One JSON object on standard output; progress and questions on standard error.
 */
import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { DatabaseSync } from 'node:sqlite';
import { EXIT_CODES, StrongroomError } from '../proto/errors.ts';
import { describePlan } from '../statistics/describe.ts';
import { Board } from '../transport/board.ts';
import { createLogger } from '../transport/daemon.ts';
import { openProfile, type Profile } from '../transport/profile.ts';
import { forever } from '../transport/retry.ts';
import { confirm } from '../transport/terminal.ts';
import type { TaskLife } from '../trust/life.ts';
import { destroyFolder } from '../trust/storage/destroy.ts';
import { makeFolder } from '../trust/storage/files.ts';
import { advise, describeVerdict } from './policy.ts';
import { Post } from './post.ts';

/** How long a person waits for an aggregator that says nothing. */
const ANSWER_WITHIN_MS = 15_000;
/** For so long a second process waits for the folder: the first may be about to end. */
const LOCK_MS = 5_000;

interface Options {
  readonly config: string;
  readonly task: string;
  readonly approve: boolean;
  readonly reject: string | undefined;
  readonly quiet: boolean;
}

// Whoever started this process has gone: it must not hold on unseen, and may be killed anywhere.
process.on('disconnect', () => process.exit(EXIT_CODES.internal));
process.channel?.unref();

try {
  process.stdout.write(`${JSON.stringify(await hold(readOptions()))}\n`);
} catch (error) {
  const known = error instanceof StrongroomError ? error : undefined;
  const { code = 'INTERNAL', message = String(error), details = {} } = known ?? {};
  process.stdout.write(`${JSON.stringify({ error: { code, message, details } })}\n`);
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: '' },
      task: { type: 'string', default: '' },
      approve: { type: 'boolean', default: false },
      reject: { type: 'string' },
      quiet: { type: 'boolean', default: false },
    },
  });
  return { reject: undefined, ...values };
}

/** Holds a key for the task until it is over. Throws TIMED_OUT where it is interrupted; what it keeps stays then. */
async function hold(options: Options): Promise<object> {
  const profile = openProfile(options.config);
  const { party } = profile.identity.card;
  requireNoDaemon(profile);
  const log = createLogger(`hold ${party}`, 'warn');
  const stop = new AbortController();
  const report = ({ code, message }: StrongroomError) => log.warn({ code }, message);
  await using board = Board.open(profile, forever(stop.signal, report));
  await board.refresh(ANSWER_WITHIN_MS);
  const task = board.book.task(options.task);
  if (!task.holders.includes(party)) {
    const named = task.holders.join(', ');
    throw new StrongroomError('NOT_AUTHORISED', `${party} is no key holder of this task; it names ${named}.`);
  }
  const folder = join(profile.state, 'hold', task.id);
  if (!isOver(task, party)) await attendIn(folder, { profile, board, task, log, options, stop });
  await remove(folder);
  const { phase, ending } = task;
  return { task: task.id, phase, ending: ending ?? null };
}

/** A standing key holder's daemon has a journal of its own; two memories of one task would contradict each other. */
function requireNoDaemon({ state, identity }: Profile): void {
  if (!existsSync(join(state, 'journal.db'))) return;
  throw new StrongroomError(
    'USAGE',
    `${identity.card.party} has the journal of a daemon; decide with strongroom approve or reject.`,
  );
}

/** Whether nothing is left for this key holder to do, and nothing to destroy but its folder. */
function isOver(task: TaskLife, party: string): boolean {
  return task.shreds.has(party) || (task.ending !== undefined && !task.approvals.has(party));
}

interface Holding {
  readonly profile: Profile;
  readonly board: Board;
  readonly task: TaskLife;
  readonly log: ReturnType<typeof createLogger>;
  readonly options: Options;
  /** Aborted by a signal once the work has begun. */
  readonly stop: AbortController;
}

async function attendIn(folder: string, holding: Holding): Promise<void> {
  const { profile, board, task, log, options } = holding;
  const fresh = !existsSync(folder);
  await makeFolder(folder);
  let decided = false;
  try {
    using _alone = lock(join(folder, 'lock.db'));
    await using post = new Post({ profile, board, folder, log, concerns: (other) => other === task });
    post.recall();
    await decide(post, task, options);
    decided = true;
    await workOff(post, holding);
  } catch (error) {
    // Nobody has said yes or no: there is nothing to go on with.
    if (fresh && !decided) await remove(folder);
    throw error;
  }
}

/** Does what is this key holder's turn until nothing is left. Throws TIMED_OUT where it is interrupted. */
async function workOff(post: Post, { task, options, stop }: Holding): Promise<void> {
  const progress = (line: string) => options.quiet || process.stderr.write(`hold     ${line}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  progress(`the task is ${task.phase}; leave this running, and run it again where it is interrupted`);
  let shown = task.phase;
  try {
    for await (const changed of post.work(stop.signal)) {
      if (!changed.has(task)) continue;
      if (task.phase !== shown) progress(`the task is ${(shown = task.phase)}`);
      if (isOver(task, post.holder.name)) return;
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new StrongroomError(
      'TIMED_OUT',
      `Interrupted while the task is ${task.phase}; run the command again, or the task will not end well.`,
    );
  }
}

async function remove(folder: string): Promise<void> {
  await destroyFolder(folder);
  // Another task may be held in there.
  await rmdir(dirname(folder)).catch(() => undefined);
}

/** Throws USAGE where another process holds the folder; the operating system frees it when that process ends. */
function lock(file: string): Disposable {
  const db = new DatabaseSync(file, { timeout: LOCK_MS });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (cause) {
    db.close();
    throw new StrongroomError('USAGE', 'Another process holds a key for this task.', { cause });
  }
  return { [Symbol.dispose]: () => db.close() };
}

/** Writes down what the operator wants, asked once; by the rules alone where they do not ask for an operator. */
async function decide({ holder, policy, journal }: Post, task: TaskLife, options: Options): Promise<void> {
  const open = task.phase === 'PROPOSED' || task.phase === 'APPROVING';
  const said = ['approval', 'abort'].some((step) => journal.said(task.id, step) !== undefined);
  if (!open || said || task.approvals.has(holder.name) || journal.decision(task.id) !== undefined) return;
  const verdict = advise(policy, task);
  if (!options.quiet) {
    process.stderr.write(`${describePlan(task.document, task.plan)}\n${describeVerdict(verdict)}\n`);
  }
  if (options.reject !== undefined) {
    holder.decide(task, { verdict: 'reject', reason: options.reject });
    return;
  }
  if (verdict.outcome !== 'ask') return;
  if (!options.approve) {
    const question = `Hold a key for task ${task.id.slice(0, 16)}? Type yes: `;
    await confirm(question, 'Nothing was approved.', 'read the plan and repeat with --approve');
  }
  holder.decide(task, { verdict: 'approve', reason: 'the operator approved' });
}
