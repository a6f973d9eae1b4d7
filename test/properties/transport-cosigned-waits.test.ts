/** Waits for cosigned checkpoints: one call at a time, for the smallest that is still wanted. */
import { expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import { CosignedWaits } from '../../transport/cosigned-waits.ts';
import { refusal } from '../fixtures/trust-parties.ts';

interface Asked {
  readonly size: number;
  readonly found: (size: number) => void;
  readonly failed: (error: Error) => void;
}

function newWaits() {
  const asked: Asked[] = [];
  const waits = new CosignedWaits(
    (size) =>
      new Promise((resolve, reject) => {
        asked.push({ size, found: (at) => resolve({ size: at, note: `note ${at}` }), failed: reject });
      }),
  );
  return { asked, waits };
}

const turn = () => new Promise((done) => setImmediate(done));

test('what is found serves all whom it is large enough for; the smallest of the others is asked for next', async () => {
  const { asked, waits } = newWaits();
  const notes = Promise.all([5, 20, 1, 9, 6].map((size) => waits.until(size)));
  asked[0]?.found(6);
  await turn();
  asked[1]?.found(9);
  await turn();
  asked[2]?.found(30);
  expect(await notes).toEqual(['note 6', 'note 30', 'note 6', 'note 9', 'note 6']);
  expect(asked.map(({ size }) => size)).toEqual([5, 9, 20]);
  expect(waits.idle).toBe(true);
});

test('a failure is told to all who wait, and whoever waits next asks anew', async () => {
  const { asked, waits } = newWaits();
  const refused = [3, 7].map((size) => refusal(() => waits.until(size), 'NOT_WITNESSED'));
  await turn();
  asked[0]?.failed(new StrongroomError('NOT_WITNESSED', 'not yet'));
  await Promise.all(refused);
  expect(waits.idle).toBe(true);
  const later = waits.until(7);
  asked[1]?.found(8);
  expect(await later).toBe('note 8');
  expect(asked.map(({ size }) => size)).toEqual([3, 7]);
});
