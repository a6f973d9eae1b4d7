/** Tasks of products over linked registers: what a key holder answers, and what it must not. */
import { GENERATOR, writePoints } from '../../../schemes/linkage/p256.ts';
import { sha256Hex } from '../../../trust/digest.ts';
import { LINKED_PARTIES } from '../../fixtures/linked-task.ts';
import { TaskPlay } from '../task-play.ts';
import { Broken } from '../verdict.ts';
import { hasRead, type Play } from './play.ts';

const [NORTH] = LINKED_PARTIES;

export const LINKED: Play = {
  rules: [
    {
      id: 'linkage/key',
      played: 'the joint key of a task that links records is made, with its relinearisation key',
      expected: 'it signs that key, and publishes one linkage point',
    },
    {
      id: 'linkage/answers-with-its-key',
      played: 'both input parties ask for pseudonyms',
      expected: 'it answers each request once, with a proof that holds under its linkage point',
    },
    {
      id: 'linkage/right-share-of-products',
      played: 'the records are matched, and the inputs sealed and evaluated honestly',
      expected: 'it releases one share that opens the coefficients of the plan, and decrypts to the result',
    },
  ],
  run: async ({ stand, check }) => {
    using play = TaskPlay.propose(stand, 'Linked', { kind: 'linked' });
    const { task } = play;
    const { candidate } = stand.parties;
    await check('linkage/key', async () => {
      await play.makeKey();
      play.linking.keys();
      await play.said('its linkage key', () => task.linkage?.keys.get(candidate));
      return 'signed the key, and published its point';
    });
    await check('linkage/answers-with-its-key', async () => {
      await play.link();
      const answers = stand.said(task).filter(({ document: { kind } }) => kind === 'linkage-answer');
      const digests = new Set(answers.map(({ envelope }) => sha256Hex(envelope)));
      if (digests.size !== task.inputs.length)
        throw new Broken(`signed ${digests.size} answers to ${task.inputs.length} requests`);
      return 'answered both requests; its proofs hold';
    });
    await check('linkage/right-share-of-products', async () => {
      await play.linking.match();
      await play.evaluate();
      return play.openRelease(await play.release());
    });
    play.cancel();
  },
};

const REFUSES = 'it answers nothing to that, and gives nothing away';

export const LINKED_HOSTILE: Play = {
  rules: [
    {
      id: 'linkage/no-more-than-declared',
      played: 'an input party asks for more records than its table may have, and the aggregator lets it in',
      expected: REFUSES,
    },
    {
      id: 'linkage/once',
      played: 'after a good request the same party asks for another point, and the aggregator lets it in',
      expected: 'it answers the first request alone',
    },
    {
      id: 'linkage/true-match',
      played: 'the aggregator claims another match than that of the lists, and evaluates',
      expected:
        'it releases nothing, ends the task or gives up its key share, and never releases in it again',
    },
  ],
  run: async ({ stand, check }) => {
    using play = TaskPlay.propose(stand, 'Linked by liars', { kind: 'linked' });
    const { task, linking } = play;
    const { candidate } = stand.parties;
    const answered = () =>
      stand.said(task).filter(({ document: { kind } }) => kind === 'linkage-answer').length;
    await play.makeKey();
    linking.keys();
    await play.said('its linkage key', () => task.linkage?.keys.get(candidate));
    await check('linkage/no-more-than-declared', async () => {
      await linking.request(NORTH ?? '', points(5));
      await hasRead(stand);
      if (answered() > 0) throw new Broken('answered a request for more points than the task declares');
      return 'answered nothing';
    });
    await check('linkage/once', async () => {
      await play.link();
      const before = answered();
      await linking.request(NORTH ?? '', points(1));
      await hasRead(stand);
      if (answered() > before) throw new Broken('answered a second request of one party');
      return 'answered the first request alone';
    });
    await check('linkage/true-match', async () => {
      await linking.match(() => sha256Hex(Buffer.from('another pattern')));
      await play.evaluate();
      return play.refusal();
    });
  },
};

const points = (count: number): Uint8Array => writePoints(new Array(count).fill(GENERATOR));
