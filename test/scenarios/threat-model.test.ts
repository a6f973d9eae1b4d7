/** The threat model names for every claim the code that enforces it and the test that attacks it, and leaves no attack out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const DOCS = resolve(import.meta.dirname, '../../docs');
const PAGE = readFileSync(join(DOCS, 'threat-model.md'), 'utf8');

/** The rows of the table whose first header cell is `first`. */
function rowsOf(first: string): string[][] {
  const lines = PAGE.split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  const end = lines.findIndex((line, i) => i > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map((line) => line.slice(1, -1).split('|'));
}

const linksIn = (cell = ''): string[] => [...cell.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);

const CLAIMS = rowsOf('claim');

test('every claim names the code that enforces it and a test that attacks it', () => {
  expect(CLAIMS.length).toBeGreaterThan(30);
  for (const [claim = '', code, attacks] of CLAIMS) {
    expect(code, claim).toMatch(/`[\w/-]+\.ts:#?\w+`/);
    const tests = linksIn(attacks);
    expect(tests, claim).not.toEqual([]);
    for (const link of tests) {
      expect(existsSync(join(DOCS, link)), link).toBe(true);
      expect(readFileSync(join(DOCS, link), 'utf8'), link).toMatch(/^ *test(\.each|\.concurrent)?\(/m);
    }
  }
});

test('every attack is named beside a claim, and every group of attacks is mounted', () => {
  const attacks = readdirSync(resolve(DOCS, '../test/refusals')).filter((name) => name.startsWith('attack-'));
  const named = CLAIMS.flatMap(([, , cell]) => linksIn(cell));
  for (const name of attacks) expect(named).toContain(`../test/refusals/${name}`);
  const groups = new Set(attacks.map((name) => Number(name.split('-')[1])));
  for (let group = 1; group <= 10; group++) expect(groups).toContain(group);
});

test('what remains possible is told with what it takes and what it gains', () => {
  const remaining = rowsOf('attack that remains possible');
  expect(remaining.length).toBeGreaterThan(8);
  for (const row of remaining) expect(row.map((cell) => cell.trim()).filter(Boolean)).toHaveLength(4);
});
