/** An aggregator that shows another history, and one that asks for a second share. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Hex } from '../../../trust/digest.ts';
import { INPUTS, OTHERS } from '../parties.ts';
import { TaskPlay } from '../task-play.ts';
import { proposalOf } from '../tasks.ts';
import { Broken } from '../verdict.ts';
import { hasRead, type Play } from './play.ts';

export const SECOND_EVALUATION: Play = {
  rules: [
    {
      id: 'release/never-a-second',
      played: 'after its release the aggregator claims another evaluation: the ciphertext of one input party',
      expected: 'it releases nothing more, and destroys its key share',
    },
  ],
  run: async ({ stand, check }) => {
    await check('release/never-a-second', async () => {
      using play = TaskPlay.propose(stand, 'Evaluated twice');
      await play.makeKey();
      await play.evaluate();
      const { digest } = await play.release();
      await play.claim(await play.outputsOf([INPUTS[0]]));
      await play.shredded();
      const others = stand
        .said(play.task)
        .filter(({ envelope, document: { kind } }) => kind === 'release' && sha256Hex(envelope) !== digest);
      if (others.length > 0) throw new Broken('released a second time');
      return `released nothing more; the task is ${play.task.phase}`;
    });
  },
};

export const WITNESSES: Play = {
  rules: [
    {
      id: 'log/cosigned-by-all-before-release',
      played:
        'one key holder keeps back its cosignature of the log in which the evaluation stands, and then gives it',
      expected: 'it releases only when all K have cosigned, and its release carries the checkpoint',
    },
  ],
  run: async ({ stand, check }) => {
    await check('log/cosigned-by-all-before-release', async () => {
      using play = TaskPlay.propose(stand, 'One witness is late');
      await play.makeKey();
      await play.submit();
      play.seal();
      await play.claim(await play.outputsOf(INPUTS), OTHERS.slice(0, 1));
      const held = stand.size;
      await hasRead(stand);
      if (play.tried('release') !== undefined) throw new Broken('released before all had cosigned');
      stand.cosign(OTHERS.slice(1), held);
      await play.release();
      play.cancel();
      return 'waited for the last cosignature, and released';
    });
  },
};

/** Longer than a key holder waits before it comes back. */
const AWAY_MS = 8_000;

export const OTHER_HISTORIES: Play = {
  kills: true,
  rules: [
    {
      id: 'log/does-not-shrink',
      played: 'the aggregator shows a log without its last entries, and a new proposal in their place',
      expected: 'it does not act on that log',
    },
    {
      id: 'log/does-not-fork',
      played: 'the aggregator shows a log of which an old entry is another, with a new proposal at its end',
      expected: 'it does not act on that log',
    },
    {
      id: 'log/goes-on-with-the-true-one',
      played: 'the aggregator shows the true log again',
      expected: 'started again, it goes on where it was',
    },
  ],
  run: async ({ stand, candidate, check }) => {
    await hasRead(stand);
    const entries = stand.entries();
    const bait = proposalOf(stand, 'Of another history');
    const histories = {
      'log/does-not-shrink': [...entries.slice(0, -3), bait],
      'log/does-not-fork': [
        ...entries.slice(0, -3),
        bait,
        ...entries.slice(-2),
        proposalOf(stand, 'Another bait'),
      ],
    };
    for (const [id, history] of Object.entries(histories)) {
      await check(id, async () => {
        const since = stand.attempts.length;
        await stand.show(history);
        await sleep(AWAY_MS);
        const said = stand.attempts.slice(since);
        await stand.show();
        if (said.length > 0) throw new Broken('spoke in another history than the one that it knew');
        return 'said nothing there';
      });
    }
    await check('log/goes-on-with-the-true-one', async () => {
      await candidate?.restart();
      await hasRead(stand);
      return 'went on with the log that it knew';
    });
  },
};
