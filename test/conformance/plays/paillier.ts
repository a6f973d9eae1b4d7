/**
 * A whole task of the scheme `paillier`, with a modulus of 2048 bits: a smaller one is refused by every key holder. The
 * harness does the work of two key holders beside the candidate, one after the other, so it takes minutes.
 */
import { OTHERS } from '../parties.ts';
import { TaskPlay } from '../task-play.ts';
import { Broken } from '../verdict.ts';
import { hasRead, type Play } from './play.ts';

const [FIRST, SECOND] = OTHERS;

export const PAILLIER: Play = {
  patience: 5,
  rules: [
    {
      id: 'paillier/commits-before-it-opens',
      played:
        'round 0 of a Paillier ceremony is complete, and one key holder keeps back its commitment to round 1',
      expected: 'it commits to its message of round 1, and opens it only when all have committed',
    },
    {
      id: 'paillier/signs-the-key-that-follows',
      played: 'all rounds of the ceremony, as many candidates as it takes',
      expected: 'every message fits those of the others, and it signs the digest of the key that follows',
    },
    {
      id: 'paillier/right-share-with-proof',
      played: 'inputs with their proofs are sealed and evaluated honestly',
      expected:
        'it releases one share, sealed to the output party, whose proof verifies and that decrypts to the result',
    },
    {
      id: 'paillier/shred',
      played: 'the result is delivered',
      expected: 'it states that its key share is destroyed',
    },
  ],
  run: async ({ stand, check }) => {
    using play = TaskPlay.propose(stand, 'Paillier', { kind: 'paillier' });
    const { task } = play;
    const { candidate } = stand.parties;
    await play.said('its approval', () => task.approvals.get(candidate));
    await play.approve(...OTHERS);
    for (const holder of OTHERS) await play.contribute(holder);
    await play.round(0);
    await check('paillier/commits-before-it-opens', async () => {
      await play.commit(FIRST);
      await play.committed(1);
      await hasRead(stand);
      if (task.contributions[1]?.has(candidate) === true)
        throw new Broken('opened its message of round 1 before all had committed to theirs');
      await play.commit(SECOND);
      for (const holder of OTHERS) await play.contribute(holder);
      await play.round(1);
      return 'committed, waited, and opened';
    });
    await check('paillier/signs-the-key-that-follows', async () => {
      await play.finishKey();
      return `signed the key that follows from ${task.completeRounds} rounds`;
    });
    await check('paillier/right-share-with-proof', async () => {
      await play.evaluate();
      return play.openRelease(await play.release());
    });
    await check('paillier/shred', async () => {
      await play.deliver();
      await play.said('its statement', () => task.shreds.get(candidate));
      return 'stated that its key share is destroyed';
    });
  },
};
