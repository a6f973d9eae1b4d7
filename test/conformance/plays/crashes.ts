/** The candidate is killed while it speaks: what it says after that must be what it said. */
import { equalBytes } from '../../../trust/digest.ts';
import type { Kind } from '../../../trust/documents.ts';
import { OTHERS } from '../parties.ts';
import type { Attempt } from '../stand-in.ts';
import { TaskPlay } from '../task-play.ts';
import { Broken } from '../verdict.ts';
import type { Play } from './play.ts';

const STEPS = ['approval', 'contribution', 'release'] as const;

export const CRASHES: Play = {
  kills: true,
  rules: STEPS.map((kind) => ({
    id: `journal/${kind}`,
    played: `it is killed when its ${kind} has arrived, before it is answered, and started again`,
    expected: `it says the same ${kind}, byte for byte: it was written down before it was sent`,
  })),
  run: async ({ stand, candidate, check }) => {
    if (candidate === undefined) throw new Error('the harness has not started the candidate');
    using play = TaskPlay.propose(stand, 'Killed while it speaks');
    const { task } = play;
    const { candidate: name } = stand.parties;
    const killed = new Set<Kind>();
    stand.onAttempt = async ({ document: { kind, payload } }) => {
      const step = STEPS.find((known) => known === kind);
      if (step === undefined || killed.has(step) || !('task' in payload) || payload.task !== task.id) return;
      killed.add(step);
      await candidate.kill();
      candidate.start();
      // The caller is dead, and what it said must not stand in the log before it says it again.
      await new Promise(() => undefined);
    };
    await check('journal/approval', async () => {
      await play.said('its approval', () => task.approvals.get(name));
      return sameAgain(stand.said(task), 'approval');
    });
    await play.approve(...OTHERS);
    await check('journal/contribution', async () => {
      for (const holder of OTHERS) await play.contribute(holder);
      await play.round(0);
      return sameAgain(stand.said(task), 'contribution');
    });
    for (const holder of OTHERS) await play.contribute(holder);
    await play.round(1);
    await play.signKey();
    await play.said('its signature of the joint key', () => task.jointKeys.get(name));
    await play.evaluate();
    await check('journal/release', async () => {
      await play.openRelease(await play.release());
      return sameAgain(stand.said(task), 'release');
    });
    play.cancel();
  },
};

/** The first two that were said of a kind. */
function sameAgain(attempts: readonly Attempt[], kind: Kind): string {
  const [first, second] = attempts.filter(({ document }) => document.kind === kind);
  if (first === undefined || second === undefined) throw new Error(`it was not killed at its ${kind}`);
  if (!equalBytes(first.envelope, second.envelope))
    throw new Broken(`said another ${kind} after it was started again`);
  return 'said the same bytes again';
}
