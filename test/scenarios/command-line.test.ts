/** The steps of a task by hand: every command as a process of its own, its streams and its exit code. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ResultDocument } from '../../clients/output-party.ts';
import { ClientProcess, strongroom, type Ended } from '../fixtures/client-process.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { canonicalJson } from '../../trust/digest.ts';
import { parseReceipt } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { ANSWER } from '../fixtures/local-network.ts';
import { SMALL_TASK } from '../fixtures/small-task-file.ts';
import { valuesOf } from '../fixtures/task-story.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-cli-'));
const taskFile = join(folder, 'task.yaml');
const data = join(folder, 'net');
const csv = (party: string) => join(folder, `${party}.csv`);
const TABLES = { north: '10.50,f\n12.25,m\n', south: '9.75,f\n', east: '20.00,m\n30.00,m\n7.10,f\n' };
let network: ClientProcess;

/** Starts the local network and waits until it is up. */
async function up(): Promise<void> {
  network = new ClientProcess(['--json', 'up', taskFile, '--data', data], { limitMs: 600_000 });
  await network.says('"ready"');
}

beforeAll(async () => {
  writeFileSync(taskFile, SMALL_TASK);
  for (const [party, rows] of Object.entries(TABLES)) writeFileSync(csv(party), `pay,sex\n${rows}`);
  await up();
});
afterAll(async () => {
  await network.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command as a party. */
function as(party: string, ...args: string[]): Promise<Ended> {
  return strongroom(['--profile', join(data, party), ...args]);
}

/** Runs it with `--json`: standard output is one JSON value and nothing else. */
async function json(party: string, ...args: string[]): Promise<{ code: Ended['code']; value: Json }> {
  const { code, stdout } = await as(party, '--json', ...args);
  return { code, value: JSON.parse(stdout) as Json };
}

type Json = Readonly<Record<string, unknown>>;

/** The error in an answer. */
function errorOf(value: Json): Json {
  expect(value).toHaveProperty('error');
  return value['error'] as Json;
}

async function propose(): Promise<string> {
  const { code, value } = await json('office', 'task', 'propose', taskFile);
  expect(code).toBe(0);
  expect(value).toMatchObject({ phase: 'PROPOSED', title: 'Mean pay' });
  return String(value['task']);
}

let delivered: string;

test('a task by hand, from its check to its receipt', async () => {
  const checked = await strongroom(['task', 'check', taskFile]);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toContain('mean-pay');
  const id = (delivered = await propose());

  const unasked = await as('holder-1', 'approve', id.slice(0, 10));
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toContain('mean-pay');
  expect(unasked.stderr).toContain('repeat with --yes');
  expect(await json('holder-1', 'approve')).toMatchObject({
    code: 0,
    value: [{ task: id, state: 'PROPOSED', waitingFor: 'your decision' }],
  });
  for (const holder of ['holder-1', 'holder-2', 'holder-3']) {
    const approved = await as(holder, 'approve', id.slice(0, 10), '--yes');
    expect(approved).toMatchObject({ code: 0, stdout: `Approved: ${id}\n` });
  }

  const submitted = await Promise.all(
    Object.keys(TABLES).map((party) => as(party, 'submit', id, '--table', `people=${csv(party)}`)),
  );
  for (const { code, stdout, stderr } of submitted) {
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Submitted \d records/);
    expect(stderr).toContain('encrypt');
  }
  // Twice at once, as from two terminals: both give the result, and the log holds one acknowledgement.
  const out = join(folder, 'result.json');
  const results = await Promise.all([
    json('office', 'result', id, '--out', out),
    json('office', 'result', id, '--out', join(folder, 'again.json')),
  ]);
  for (const { code, value } of results) {
    expect(code).toBe(0);
    expect(valuesOf(value as unknown as ResultDocument)).toEqual(ANSWER);
  }
  expect(readFileSync(join(folder, 'again.json'))).toEqual(readFileSync(out));
  const shown = await json('north', 'task', 'show', id);
  expect(shown).toMatchObject({ code: 0, value: { phase: 'SHREDDED', ignored: [], ending: null } });
  expect(await json('watchdog', 'task', 'list')).toMatchObject({ code: 0, value: [{ task: id }] });
  expect(await json('watchdog', 'task', 'watch', id)).toMatchObject({
    code: 0,
    value: { phase: 'SHREDDED' },
  });
});

test('its receipt verifies offline; one for another result does not, and says where', async () => {
  const file = join(folder, 'result.receipt.json');
  const consortium = join(data, 'office', 'consortium.json');
  const verified = await strongroom(['verify', file, '--consortium', consortium], { cwd: folder });
  expect(verified).toMatchObject({ code: 0, stderr: '' });
  expect(verified.stdout).toContain('3 of 3 signed approvals');
  const { stdout } = await strongroom(['--json', 'verify', file]);
  expect(JSON.parse(stdout)).toMatchObject({ valid: true, task: delivered, pinned: false });

  const receipt = JSON.parse(readFileSync(file, 'utf8')) as { result: { title: string } };
  const altered = join(folder, 'altered.json');
  writeFileSync(altered, canonicalJson({ ...receipt, result: { ...receipt.result, title: 'Another' } }));
  const refused = await strongroom(['verify', altered]);
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toContain('The receipt fails at result');
  const told = JSON.parse((await strongroom(['--json', 'verify', altered])).stdout) as Json;
  expect(errorOf(told)).toMatchObject({ code: 'RECEIPT_INVALID', details: { check: 'result' } });
});

test('a receipt with any one of its parts altered does not verify', () => {
  const bytes = readFileSync(join(folder, 'result.receipt.json'));
  const { digest } = openConsortium(readFileSync(join(data, 'office', 'consortium.json')));
  expect(verifyReceipt(parseReceipt(bytes), digest).task.id).toBe(delivered);
  const strings = stringsIn(JSON.parse(bytes.toString()));
  expect(strings.length).toBeGreaterThan(100);
  for (const path of strings) {
    const receipt = JSON.parse(bytes.toString()) as Json;
    alter(receipt, path);
    expect(() => verifyReceipt(parseReceipt(canonicalJson(receipt)), digest), path.join('.')).toThrow(
      expect.objectContaining({ code: 'RECEIPT_INVALID' }),
    );
  }
});

/** The paths to all texts in a JSON value. */
function stringsIn(value: unknown): string[][] {
  if (typeof value === 'string') return [[]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => stringsIn(member).map((path) => [key, ...path]));
}

/** Replaces one character in the middle of a text by another of the same alphabet. */
function alter(value: Json, [key = '', ...rest]: readonly string[]): void {
  const member = value[key];
  if (typeof member !== 'string') return alter(member as Json, rest);
  const middle = Math.floor(member.length / 2);
  (value as Record<string, unknown>)[key] =
    `${member.slice(0, middle)}${member[middle] === 'a' ? 'b' : 'a'}${member.slice(middle + 1)}`;
}

test('a rejected task', async () => {
  const id = await propose();
  expect((await as('holder-2', 'reject', id)).code).toBe(2);
  const reason = 'no legal basis';
  expect(await json('holder-2', 'reject', id, '--reason', reason)).toMatchObject({
    code: 0,
    value: { reason },
  });
  const watched = await as('watchdog', 'task', 'watch', id);
  expect(watched.code).toBe(0);
  expect(watched.stdout).toContain(`holder-2 [POLICY_REFUSED]: ${reason}`);
  const late = await as('north', 'submit', id, '--table', `people=${csv('north')}`);
  expect(late).toMatchObject({ code: 3, stdout: '' });
  expect(late.stderr).toContain(reason);
});

test('bad tables change nothing, and the message says where; the corrected table is accepted', async () => {
  const id = await propose();
  await Promise.all(['holder-1', 'holder-2', 'holder-3'].map((holder) => as(holder, 'approve', id, '--yes')));
  const file = join(folder, 'bad.csv');
  const submit = () => json('north', 'submit', id, '--table', `people=${file}`);
  const bad = [
    ['pay\n10.50\n', { row: 1, column: 'sex' }],
    ['pay,sex\n10.50,f\n100.01,m\n', { row: 3, column: 'pay' }],
    ['pay,sex\n10.50,x\n', { row: 2, column: 'sex' }],
    ['pay,sex\nten,f\n', { row: 2, column: 'pay' }],
    ['', { row: 1 }],
  ] as const;
  for (const [content, where] of bad) {
    writeFileSync(file, content);
    const { code, value } = await submit();
    expect(code).toBe(2);
    expect(errorOf(value)).toMatchObject({ code: 'TABLE_INVALID', details: { ...where, file } });
    expect(errorOf(value)['message']).toContain(file);
  }
  expect(await json('watchdog', 'task', 'show', id)).toMatchObject({ value: { submitted: [] } });
  writeFileSync(file, '\uFEFFpay,sex\r\n10.50,f\r\n');
  expect(await submit()).toMatchObject({ code: 0, value: { records: 1 } });
  const shown = await json('watchdog', 'task', 'show', id);
  expect(shown.value['submitted']).toEqual(['north']);
});

test('what cannot be done is refused with the reason', async () => {
  const refused: [number, string, string[]][] = [
    [2, 'NOT_FOUND', ['task', 'show', 'ffff']],
    [2, 'NOT_FOUND', ['submit', delivered, '--table', 'people=nowhere.csv']],
    [2, 'USAGE', ['submit', delivered, '--table', 'persons=nowhere.csv']],
    [2, 'USAGE', ['submit', delivered, '--table', 'people']],
    [2, 'NOT_FOUND', ['task', 'propose', 'nowhere.yaml']],
    [2, 'NOT_FOUND', ['verify', 'nowhere.json']],
    [2, 'USAGE', ['task', 'watch', delivered, '--timeout', 'soon']],
    [3, 'NOT_AUTHORISED', ['result', delivered, '--out', join(folder, 'no.json')]],
  ];
  await Promise.all(
    refused.map(async ([exit, error, args]) => {
      const { code, value } = await json('north', ...args);
      expect({ args, code, error: errorOf(value)['code'] }).toEqual({ args, code: exit, error });
    }),
  );
  expect(await strongroom(['frobnicate'])).toMatchObject({ code: 2, stdout: '' });
  const nowhere = await strongroom(['--profile', join(folder, 'nowhere'), 'task', 'list']);
  expect(nowhere).toMatchObject({ code: 2, stdout: '' });
  expect(nowhere.stderr).toContain('strongroom.yaml');
});

test('an --out that cannot be written is refused before anything is fetched', async () => {
  const { code, value } = await json(
    'office',
    'result',
    delivered,
    '--out',
    join(folder, 'no', 'such', 'folder.json'),
  );
  expect({ code, error: errorOf(value)['code'] }).toEqual({ code: 2, error: 'USAGE' });
});

test('where the network is down a command says so soon; when it is up again, its state is as it was', async () => {
  expect(await network.kill('SIGTERM')).toMatchObject({ code: 0 });
  // What a command takes that has nothing to wait for, on this machine at present.
  const started = performance.now();
  const away = await as('holder-1', 'approve');
  expect(away).toMatchObject({ code: 4, stdout: '' });
  const began = performance.now();
  const { code, value } = await json(
    'office',
    'result',
    delivered,
    '--out',
    join(folder, 'x.json'),
    '--timeout',
    '1',
  );
  expect({ code, error: errorOf(value)['code'] }).toEqual({ code: 4, error: 'UNREACHABLE' });
  expect(errorOf(value)['message']).toContain('is it running');
  expect(performance.now() - began).toBeLessThan(10_000 + 3 * (began - started));

  await up();
  expect((await json('watchdog', 'task', 'show', delivered)).value['phase']).toBe('SHREDDED');
  writeFileSync(join(data, 'east', 'state', 'log.db'), 'no database');
  expect(await as('east', 'task', 'list')).toMatchObject({ code: 1, stdout: '' });
});

test('a folder with the name of a command is no command: the help is whole, and a slip is told', async () => {
  const helps = [['--help'], ['--profile', 'party', '--help'], ['--profile=task', '--help']];
  const [whole, ...others] = await Promise.all(helps.map((args) => strongroom(args)));
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(whole?.stdout).toContain('verify-evidence');
  expect(others).toEqual([whole, whole]);
  const slip = await strongroom(['--profile', 'party', 'consortum', 'show', 'x']);
  expect(slip.code).toBe(2);
  expect(slip.stderr).toContain('Did you mean consortium?');
  expect((await strongroom(['--profile'])).code).toBe(2);
  const version = await strongroom(['--version']);
  expect(version.code).toBe(0);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('the daemons of a local network end with it, also where it is killed', async () => {
  const logs = readdirSync(data)
    .map((party) => join(data, party, 'daemon.log'))
    .filter((file) => existsSync(file));
  const pids = logs.map((file) => {
    const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
    return (JSON.parse(last) as { pid: number }).pid;
  });
  expect(pids).toHaveLength(5);
  expect(pids.filter(isRunning)).toHaveLength(5);
  await network.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 300_000 });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
