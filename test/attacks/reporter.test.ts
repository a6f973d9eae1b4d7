/** What `npm run attacks` makes of a run: a line that shows nothing is not taken for an attack that was withstood. */
import { expect, test } from 'vitest';
import { complaints, inWords, type Outcome } from './reporter.ts';

const REFUSED: Outcome = {
  group: 2,
  file: 'attack-2-one',
  attack: 'an attack',
  outcome: 'withstood',
  refusals: [{ by: 'holder-1', code: 'EVALUATION_MISMATCH', evidence: 'its abort, log entry 44' }],
  why: undefined,
};
const EXACT: Outcome = { ...REFUSED, refusals: [{ by: 'nobody', code: 'exact', evidence: 'the result' }] };
const UNSEEN: Outcome = { ...REFUSED, attack: 'another', refusals: [] };
const SKIPPED: Outcome = { ...UNSEEN, outcome: 'skipped', why: 'SLOW=1 mounts it\nand more' };

test('a run is in order where every file was heard and every attack shows who refused', () => {
  expect(complaints(['attack-2-one'], [REFUSED, EXACT, SKIPPED])).toEqual([]);
});

test('a file that said nothing, and an attack that passed without anything to show, are complained about', () => {
  expect(complaints(['attack-2-one', 'attack-3-two'], [REFUSED, UNSEEN])).toEqual([
    'attack-3-two has said nothing: it was not mounted.',
    'attack-2-one does not show who refused: another',
  ]);
});

test('a line says who refused, with which code, and where that is to be seen', () => {
  expect(inWords(REFUSED)).toBe(
    'ok    an attack  →  holder-1: EVALUATION_MISMATCH (its abort, log entry 44)',
  );
  expect(inWords(EXACT)).toBe('ok    an attack  →  untouched, exact (the result)');
  expect(inWords(SKIPPED)).toBe('skip  another  →  SLOW=1 mounts it');
});
