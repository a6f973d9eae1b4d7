/** `strongroom run`: a whole task with one command, the same in the clear, and what it says to wrong input. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ResultDocument } from '../../clients/output-party.ts';
import { strongroom, type Ended } from '../fixtures/client-process.ts';
import { SMALL_TASK } from '../fixtures/small-task-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-run-'));
/** Of these commands alone: other tests make networks meanwhile. */
const temporary = join(folder, 'tmp');
mkdirSync(temporary);
afterAll(() => rmSync(folder, { recursive: true }));

const TABLES: Readonly<Record<string, string>> = {
  north: '10.50,f\n12.25,m\n',
  south: '9.75,f\n',
  east: '20.01,m\n',
};
writeFileSync(join(folder, 'task.yaml'), SMALL_TASK);
for (const [party, rows] of Object.entries(TABLES))
  writeFileSync(join(folder, `${party}.csv`), `pay,sex\n${rows}`);
writeFileSync(join(folder, 'bad.csv'), 'pay,sex\n10.50,f\n999.00,m\n');

/** Runs the small task with a table for each input party, some of them replaced. */
function run(options: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const tables = Object.entries({
    north: 'people=north.csv',
    south: 'people=south.csv',
    east: 'people=east.csv',
    ...files,
  });
  const inputs = tables.flatMap(([party, table]) => (table === '' ? [] : ['--input', `${party}:${table}`]));
  return strongroom(['run', 'task.yaml', ...inputs, ...options], {
    cwd: folder,
    env: { TMPDIR: temporary },
  });
}

test('the secure run and the plain one give the same; progress is on standard error alone', async () => {
  const [secure, plain] = await Promise.all([
    run(['--json', '--out', 'out', '--key-holders', '4']),
    run(['--plain', '--json']),
  ]);
  expect({ code: secure.code, plain: plain.code }).toEqual({ code: 0, plain: 0 });
  expect(secure.stderr).toContain('4 of 4 key shares are destroyed');
  expect(plain.stderr).toBe('');
  const { result } = JSON.parse(secure.stdout) as ResultDocument;
  expect(result).toEqual((JSON.parse(plain.stdout) as ResultDocument).result);
  expect(result.statistics[1]?.rows[0]?.value).toBe('13.13');
  const written = JSON.parse(readFileSync(join(folder, 'out', 'result.json'), 'utf8')) as ResultDocument;
  expect(written.result).toEqual(result);
  const verified = await strongroom(['verify', join('out', 'receipt.json')], { cwd: folder });
  expect(verified.code).toBe(0);
});

test('wrong input ends with 2, names the thing, and leaves no process and no network behind', async () => {
  const wrong: [Record<string, string>, string[], string][] = [
    [{ south: '' }, [], 'add --input south:people=FILE.'],
    [{ south: 'persons=south.csv' }, [], 'persons'],
    [{ nobody: 'people=south.csv' }, [], 'nobody'],
    [{ south: 'people=nowhere.csv' }, [], 'nowhere.csv'],
    [{ south: 'people=nowhere.csv' }, ['--plain'], 'nowhere.csv'],
    [{ south: 'people=bad.csv' }, [], 'bad.csv: row 3, column "pay"'],
    [{ south: 'people=bad.csv' }, ['--plain'], 'bad.csv: row 3, column "pay"'],
    [{}, ['--key-holders', 'many'], 'whole number'],
  ];
  for (const [files, options, says] of wrong) {
    const { code, stdout, stderr } = await run([...options, '--out', 'wrong'], files);
    expect({ files, options, code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('    at ');
  }
  const few = await run(['--key-holders', '2', '--out', 'wrong']);
  expect(few.code).toBe(3);
  expect(few.stderr).toContain('COMMITTEE_INVALID');
  expect(readdirSync(temporary).filter((name) => /^strongroom-[A-Za-z0-9]{6}$/.test(name))).toEqual([]);
});
