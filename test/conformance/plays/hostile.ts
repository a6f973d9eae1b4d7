/** Tasks in which the aggregator or another key holder breaks one rule: the candidate's share must not leave it. */
import { INPUTS, OTHERS } from '../parties.ts';
import { afterCollection, TaskPlay } from '../task-play.ts';
import { swapLastWords } from './honest.ts';
import type { Play } from './play.ts';

interface Trick {
  readonly id: string;
  readonly played: string;
  readonly run: (play: TaskPlay) => Promise<void>;
}

const REFUSES =
  'it releases nothing, ends the task or gives up its key share, and never releases in it again';

const TRICKS: readonly Trick[] = [
  {
    id: 'release/not-of-another-evaluation',
    played: 'the aggregator claims the ciphertext of one input party as the output',
    run: async (play) => {
      await play.makeKey();
      await play.submit();
      play.seal();
      await play.claim(await play.outputsOf([INPUTS[0]]));
    },
  },
  {
    id: 'release/not-of-a-subset',
    played: 'the aggregator claims the sum of two of three inputs',
    run: async (play) => {
      await play.makeKey();
      await play.submit();
      play.seal();
      await play.claim(await play.outputsOf(INPUTS.slice(0, 2)));
    },
  },
  {
    id: 'release/not-of-an-altered-input',
    played: 'the aggregator alters a stored ciphertext after it was signed',
    run: async (play) => {
      await play.makeKey();
      await play.submit();
      play.seal();
      const outputs = await play.outputsOf(INPUTS);
      const [blob] = play.task.inputSet[0]?.payload.ciphertexts ?? [];
      if (blob !== undefined) await play.stand.alter(blob);
      await play.claim(outputs);
    },
  },
  {
    id: 'release/not-of-a-malformed-input',
    played: 'an input party signs a ciphertext that is none',
    run: async (play) => {
      await play.makeKey();
      await play.submit(INPUTS.slice(0, 2));
      const outputs = await play.outputsOf(INPUTS.slice(0, 2));
      await play.submit(INPUTS.slice(2), (ciphertext) => ciphertext.fill(0xff, -64));
      play.seal();
      await play.claim(outputs);
    },
  },
  {
    id: 'seal/exactly-the-manifests',
    played: 'the aggregator seals two of three manifests',
    run: async (play) => {
      await play.makeKey();
      await play.submit();
      play.seal(play.task.inputSet.slice(0, 2).map(({ digest }) => digest));
    },
  },
  {
    id: 'seal/not-early',
    played: 'the aggregator seals two of three inputs before the deadline, with a date after it',
    run: async (play) => {
      await play.makeKey();
      await play.submit(INPUTS.slice(0, 2));
      play.seal(undefined, afterCollection());
      await play.claim(await play.outputsOf(INPUTS));
    },
  },
  {
    id: 'key/one-key-for-all',
    played: 'another key holder signs another joint key',
    run: async (play) => {
      await play.said('its approval', (task, candidate) => task.approvals.get(candidate));
      await play.approve(...OTHERS);
      for (const round of [0, 1]) {
        for (const holder of OTHERS) await play.contribute(holder);
        await play.round(round);
      }
      const { stand, task } = play;
      const other = await stand.put(Buffer.from('another key'));
      for (const holder of OTHERS) stand.say(task, 'joint-key', holder, { key: other });
    },
  },
  {
    id: 'key/test-passes',
    played: 'another key holder sends a wrong share of the test of the key',
    run: async (play) => {
      await play.said('its approval', (task, candidate) => task.approvals.get(candidate));
      await play.approve(...OTHERS);
      for (const holder of OTHERS) await play.contribute(holder);
      await play.round(0);
      await play.contribute(OTHERS[0]);
      await play.contribute(OTHERS[1], swapLastWords);
    },
  },
  {
    id: 'key/contributions-as-signed',
    played: 'the aggregator alters a stored contribution after it was signed',
    run: async (play) => {
      await play.said('its approval', (task, candidate) => task.approvals.get(candidate));
      await play.approve(...OTHERS);
      await play.contribute(OTHERS[0]);
      await play.contribute(OTHERS[1], undefined, (message) => play.stand.alter(message));
    },
  },
  {
    id: 'log/seen',
    played: 'an input party signs that it has seen another log',
    run: async (play) => {
      await play.makeKey();
      const { stand, task } = play;
      const ciphertexts = [{ digest: '0'.repeat(64), size: task.plan.parameters.ciphertextBytes }];
      const key = task.requireJointKey().digest;
      const seen = { ...stand.book.seen, root: '0'.repeat(64) };
      stand.say(task, 'manifest', INPUTS[0], { key, ciphertexts }, { seen });
    },
  },
  {
    id: 'shred/after-any-end',
    played: 'another key holder rejects the task after the candidate has approved it',
    run: async (play) => {
      await play.said('its approval', (task, candidate) => task.approvals.get(candidate));
      const content = { outcome: 'rejected', code: 'POLICY_REFUSED', detail: 'no' } as const;
      play.stand.say(play.task, 'abort', OTHERS[0], content);
    },
  },
];

export const HOSTILE: readonly Play[] = TRICKS.map(({ id, played, run }) => ({
  rules: [{ id, played, expected: REFUSES }],
  run: async ({ stand, check }) => {
    await check(id, async () => {
      using play = TaskPlay.propose(stand, played);
      await run(play);
      return await play.refusal();
    });
  },
}));
