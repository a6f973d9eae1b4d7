/** A play tries one or more rules on one task, or on a few. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Candidate } from '../candidate.ts';
import type { StandIn } from '../stand-in.ts';
import { TaskPlay } from '../task-play.ts';
import { Broken, type Check, type Rule } from '../verdict.ts';

interface Scene {
  readonly stand: StandIn;
  /** Present where the harness started the candidate, and so may kill it. */
  readonly candidate: Candidate | undefined;
  readonly check: Check;
  /** Whether a rule is to be judged, for plays that need not play what is not asked for. */
  readonly chosen: (id: string) => boolean;
}

export interface Play {
  readonly rules: readonly Rule[];
  /** How many times longer than usual each step may take. */
  readonly patience?: number;
  /** Whether it kills the candidate. */
  readonly kills?: boolean;
  readonly run: (scene: Scene) => Promise<void>;
}

/** What a key holder does without being asked takes it less, once it has read the log. */
const SETTLE_MS = 500;

/**
 * Resolves when the candidate has read the log up to here: it approves a task that is proposed now. What it has not
 * said by then, it does not say.
 */
export async function hasRead(stand: StandIn): Promise<void> {
  using marker = TaskPlay.propose(stand, 'A marker: everything before it has been read');
  await marker.said('its approval of an honest task', (task, candidate) => task.approvals.get(candidate));
  await sleep(SETTLE_MS);
  marker.cancel();
}

/** Throws `Broken` where the candidate says something about tasks it must know nothing of, once it has read the log. */
export async function staysSilent(stand: StandIn, since: number): Promise<string> {
  await hasRead(stand);
  const said = stand.attempts.slice(since).filter(({ document: { payload } }) => {
    const task = 'task' in payload ? stand.book.tasks.get(payload.task) : undefined;
    return task?.document.title.startsWith('A marker') !== true;
  });
  const [first] = said;
  if (first !== undefined) throw new Broken(`signed a document of the kind ${first.document.kind}`);
  return 'said nothing about it, and approved an honest task that was proposed after it';
}
