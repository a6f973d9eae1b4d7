/** The live table of a controller on terminals of any size: it fits, and loses no word of what was found. */
import { expect, test } from 'vitest';
import { drawing } from '../../clients/controller/screen.ts';
import type { View } from '../../clients/controller/view.ts';

const says =
  'aggregator signed an evaluation of 3 sealed inputs whose output is not what evaluating them gives';

function view(tasks: number, findings: number): View {
  return {
    party: 'watchdog',
    entries: 126,
    tasks: Array.from({ length: tasks }, (_, i) => ({
      task: i.toString(16).padStart(64, '0'),
      title: 'Mean pay by occupation and region\u001b[31m, all offices',
      phase: 'COLLECTING',
      progress: '0 of 3',
      documents: 'clean',
      key: 'clean',
      evaluation: i % 2 === 0 ? 'wrong' : 'closed',
    })),
    findings: Array.from({ length: findings }, (_, i) => ({
      task: i.toString(16).padStart(64, '0'),
      check: 'evaluation',
      kind: 'wrong-evaluation',
      accused: 'aggregator',
      code: 'EVALUATION_MISMATCH',
      says,
      evidence: `/srv/strongroom/watchdog/state/evidence/wrong-evaluation-aggregator-${i}.json`,
    })),
  };
}

test.each([
  [80, 24],
  [140, 40],
  [60, 20],
])('at %i columns and %i rows it fits, and no steering character gets through', (columns, rows) => {
  const lines = drawing(view(50, 12), rows, columns).trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(rows);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  const text = lines.join('\n');
  expect(text).not.toContain('\u001b');
  expect(text).toMatch(/… and \d+ earlier tasks/);
  expect(text).toMatch(/… and \d+ earlier findings/);
  // The newest finding whole, with the name of its file and where it is.
  expect(text.replaceAll(/\n {10}/g, ' ')).toContain(says);
  expect(text).toContain('evidence: wrong-evaluation-aggregator-11.json');
  expect(text).toContain('The evidence is in /srv/strongroom/watchdog/state/evidence');
  expect(text).toContain('COLLECTING 0 of 3');
});

test('where nothing was found there is the table alone', () => {
  const text = drawing(view(2, 0), 24, 80);
  expect(text).not.toContain('evidence is in');
  expect(text.split('\n')).toHaveLength(7);
});
