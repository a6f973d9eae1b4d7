/** The three deadlines of a task, each of which passes while somebody else is missing. */
import { OTHERS } from '../parties.ts';
import type { StandIn } from '../stand-in.ts';
import { LONG_AGO_MS, TaskPlay } from '../task-play.ts';
import type { Proposal } from '../tasks.ts';
import { Broken, type Rule } from '../verdict.ts';
import type { Play } from './play.ts';

interface Late extends Pick<Rule, 'id' | 'played'> {
  /** The lengths of the phases, where each step takes so many seconds at most. */
  readonly proposal: (seconds: number) => Proposal;
  readonly run: (play: TaskPlay) => Promise<void>;
}

const LATE: readonly Late[] = [
  {
    id: 'deadline/approval',
    played: 'a task is proposed whose deadline to approve has passed',
    proposal: () => ({ ageMs: LONG_AGO_MS }),
    run: () => Promise.resolve(),
  },
  {
    id: 'deadline/approval-of-others',
    played: 'it has approved, and the deadline to approve passes without the others',
    proposal: (approve) => ({ seconds: { approve, collect: 1, release: 1 } }),
    run: async (play) => {
      await play.said('its approval', (task, candidate) => task.approvals.get(candidate));
    },
  },
  {
    id: 'deadline/key',
    played: 'all have approved, and the deadline to collect passes before there is a key',
    proposal: (approve) => ({ seconds: { approve, collect: 1, release: 1 } }),
    run: async (play) => {
      await play.said('its approval', (task, candidate) => task.approvals.get(candidate));
      await play.approve(...OTHERS);
      await play.said('its contribution', (task, candidate) => task.contributions[0]?.get(candidate));
    },
  },
  {
    id: 'deadline/evaluation',
    played: 'the key is made, and the deadline to release passes without a seal',
    proposal: (approve) => ({ seconds: { approve, collect: 1, release: 1 } }),
    run: (play) => play.makeKey(),
  },
  {
    id: 'deadline/release',
    played: 'it has released, and the deadline to release passes without the others',
    proposal: (approve) => ({ seconds: { approve, collect: approve, release: 1 } }),
    run: async (play) => {
      await play.makeKey();
      await play.evaluate();
      await play.release();
    },
  },
];

/** All at once: what takes long is that the deadlines pass. */
export const DEADLINES: Play = {
  patience: 2,
  rules: LATE.map(({ id, played }) => ({
    id,
    played,
    expected:
      'it ends the task as expired, and destroys its key share where it has one; it says nothing more in it',
  })),
  run: async ({ stand, check, chosen }) => {
    const seconds = Math.ceil(stand.patienceMs / 2000);
    const played = LATE.filter(({ id }) => chosen(id)).map(({ id, proposal, run }) => {
      const play = TaskPlay.propose(stand, id, proposal(seconds));
      return { id, outcome: expires(stand, play, run).finally(() => play[Symbol.dispose]()) };
    });
    await Promise.allSettled(played.map(({ outcome }) => outcome));
    for (const { id, outcome } of played) {
      // Each is a task of its own: one that is broken says nothing about the next.
      await check(id, () => outcome).catch((error: unknown) => {
        if (!(error instanceof Broken)) throw error;
      });
    }
  },
};

async function expires(stand: StandIn, play: TaskPlay, run: Late['run']): Promise<string> {
  await run(play);
  const { task } = play;
  const before = new Set(stand.said(task).map(({ document: { kind } }) => kind));
  const more = () =>
    stand.said(task).find(({ document: { kind } }) => !['abort', 'shred', ...before].includes(kind));
  const ended = () => play.tried('abort') !== undefined || more() !== undefined;
  await stand.whenever(task, 'the end of the task', ended);
  if (before.has('approval')) await play.shredded();
  const late = more();
  if (late !== undefined)
    throw new Broken(`signed a document of the kind ${late.document.kind} after the deadline`);
  const { code, outcome } = play.tried('abort')?.document.payload ?? {};
  if (outcome !== 'expired') throw new Broken(`ended it as ${outcome ?? ''}`);
  return `ended it as ${outcome}: ${code ?? ''}`;
}
