/** A whole task in which everybody else is honest, but for what leaves no trace. */
import { StrongroomError } from '../../../proto/errors.ts';
import { equalBytes } from '../../../trust/digest.ts';
import { OTHERS } from '../parties.ts';
import { TaskPlay } from '../task-play.ts';
import { Broken } from '../verdict.ts';
import { hasRead, type Play } from './play.ts';

const [FIRST, SECOND] = OTHERS;

export const HONEST: Play = {
  rules: [
    {
      id: 'approval/plan-and-commitment',
      played: 'a task that the policy permits is proposed',
      expected: 'it signs an approval of exactly this task: the digest of the plan, and a commitment',
    },
    {
      id: 'key/opens-after-all-have-committed',
      played: 'one key holder keeps its approval back',
      expected: 'it opens no contribution before the last commitment stands in the log',
    },
    {
      id: 'key/opens-what-it-committed-to',
      played: 'the last key holder approves',
      expected:
        'it opens the contribution that its approval commits to, over the common polynomial of this task',
    },
    {
      id: 'key/refuses-what-was-not-committed-to',
      played: 'another key holder opens another contribution than it has committed to',
      expected: 'it goes on only with the one that was committed to',
    },
    {
      id: 'key/signs-the-key-that-follows',
      played: 'all contributions are opened, and the test of the key passes',
      expected: 'it signs the digest of the combination of the K contributions',
    },
    {
      id: 'release/right-share-for-the-receiver',
      played: 'inputs are sealed and evaluated honestly',
      expected:
        'it releases one share, sealed to the output party and bound to the evaluation, that decrypts to the result',
    },
    {
      id: 'release/resends-the-same-bytes',
      played: 'the answer to its release is lost',
      expected: 'it sends the same envelope and the same box again, byte for byte',
    },
    {
      id: 'shred/after-delivery',
      played: 'the result is delivered',
      expected: 'it states that its key share is destroyed',
    },
  ],
  run: async ({ stand, check }) => {
    using play = TaskPlay.propose(stand, 'Honest');
    const { task } = play;
    const { candidate } = stand.parties;
    await check('approval/plan-and-commitment', async () => {
      await play.said('its approval', () => task.approvals.get(candidate));
      return 'signed an approval that the rules admit';
    });
    await check('key/opens-after-all-have-committed', async () => {
      await play.approve(FIRST);
      await hasRead(stand);
      if (play.tried('contribution') !== undefined)
        throw new Broken('opened its contribution before all K approved');
      return 'waited';
    });
    await check('key/opens-what-it-committed-to', async () => {
      await play.approve(SECOND);
      await play.said('its contribution', () => task.contributions[0]?.get(candidate));
      return 'opened the contribution that it had committed to';
    });
    await check('key/refuses-what-was-not-committed-to', async () => {
      await play.contribute(FIRST);
      await play.contribute(SECOND, swapLastWords);
      await hasRead(stand);
      if (task.contributions[1]?.has(candidate) === true || play.tried('joint-key') !== undefined)
        throw new Broken('went on with a contribution that was not committed to');
      await play.contribute(SECOND);
      await play.round(0);
      return 'ignored it, and went on with the right one';
    });
    await check('key/signs-the-key-that-follows', async () => {
      for (const holder of OTHERS) await play.contribute(holder);
      await play.round(1);
      const key = await play.signKey();
      const signed = await play.said('its signature of the joint key', () => task.jointKeys.get(candidate));
      if (signed.payload.key.digest !== key.digest) throw new Broken('signed another key than follows');
      return 'signed the key that the harness has computed';
    });
    const lost = loseFirstRelease(play);
    await check('release/right-share-for-the-receiver', async () => {
      await play.evaluate();
      return play.openRelease(await play.release());
    });
    await check('release/resends-the-same-bytes', () => Promise.resolve(lost()));
    await check('shred/after-delivery', async () => {
      await play.deliver();
      await play.said('its statement', () => task.shreds.get(candidate));
      return 'stated that its key share is destroyed';
    });
  },
};

/** The answer to the first release of a task is lost; the function says whether the same came again. */
function loseFirstRelease({ stand, task }: TaskPlay): () => string {
  const releases = () => stand.said(task).filter(({ document }) => document.kind === 'release');
  stand.onAttempt = ({ document }) => {
    if (document.kind === 'release' && document.payload.task === task.id && releases().length === 1)
      throw new StrongroomError('UNREACHABLE', 'The answer is lost.');
  };
  return () => {
    const [first, ...again] = releases();
    if (first === undefined || again.length === 0) throw new Broken('did not send its release again');
    if (again.some(({ envelope }) => !equalBytes(envelope, first.envelope)))
      throw new Broken('signed its release anew: another envelope');
    return 'sent the same bytes again';
  };
}

/** Words that are residues still, and no share of anything. */
export function swapLastWords(message: Uint8Array): Uint8Array {
  const copy = message.slice();
  copy.set(message.slice(-8), copy.length - 16);
  copy.set(message.slice(-16, -8), copy.length - 8);
  return copy;
}
