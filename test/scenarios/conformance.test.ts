/** `strongroom conformance`: our own key holder keeps all rules, and one that breaks a rule is found by that rule. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { strongroom, type Ended } from '../fixtures/client-process.ts';

const ALL = process.env['SLOW'] === '1';
/** With `SLOW=1` five run at once, one of them through a whole Paillier ceremony and past every deadline. */
const LIMIT = { limitMs: ALL ? 1_800_000 : 290_000 };
const TIMEOUT = { timeout: LIMIT.limitMs + 10_000 };

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const HONEST = path('keyholders/main.ts');
const BROKEN = path('test/refusals/hostile/broken-holder.ts');

const folder = mkdtempSync(join(tmpdir(), 'strongroom-conformance-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
let runs = 0;

interface Said {
  readonly kept: number;
  readonly of: number;
  readonly verdicts: readonly { readonly id: string; readonly outcome: string; readonly did: string }[];
}

async function conformance(
  program: string,
  only: readonly string[],
  broken = '',
): Promise<Said & Pick<Ended, 'code'>> {
  const command = `STRONGROOM_BROKEN='${broken}' '${process.execPath}' --disable-warning=ExperimentalWarning '${program}' --config '{config}'`;
  const profile = join(folder, String(++runs));
  const args = ['--json', 'conformance', '--folder', profile, '--exec', `env ${command}`, '--patience', '90'];
  const { code, stdout, stderr } = await strongroom(
    [...args, ...only.flatMap((rule) => ['--only', rule])],
    LIMIT,
  );
  if (!stdout.startsWith('{"kept"')) throw new Error(`no verdicts: ${stdout}${stderr}`);
  return { code, ...(JSON.parse(stdout) as Said) };
}

// Most of the time of a run is waiting for what must not come: they wait together.
test.concurrent('our own key holder keeps every rule', TIMEOUT, async () => {
  const short = ['approval', 'key/', 'release/r', 'release/not-of-another', 'shred/after-d', 'journal'];
  const { code, verdicts } = await conformance(HONEST, ALL ? [] : short);
  expect(verdicts.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  expect(verdicts.length).toBeGreaterThan(ALL ? 30 : 12);
  expect(code).toBe(0);
});

const ALL_DEADLINES = ['approval', 'approval-of-others', 'key', 'evaluation', 'release'].map(
  (phase) => `deadline/${phase}`,
);

/** What breaks, the rules that find it, and rules that it keeps; the first three stand for all in the short form. */
const BREAKS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['releases a wrong share', ['release/right-share-for-the-receiver'], ['approval', 'key/signs']],
  ['does not compare', ['release/not-of-another-evaluation'], ['approval', 'shred/after-delivery']],
  ['forgets what it has said', ['journal/approval'], ['key/signs']],
  ['opens early', ['key/opens-after-all-have-committed'], ['approval']],
  ['knows no deadline', ALL_DEADLINES, ['release/right']],
  ['believes the date of a seal', ['seal/not-early'], ['release/right']],
  ['keeps its share', ['shred/after-delivery'], ['release/right']],
  ['names another receiver', ['release/right-share-for-the-receiver'], ['key/signs']],
  ['seals something else', ['release/right-share-for-the-receiver'], ['key/signs']],
  // Its approval does not count, so it is no part of a task whose deadline it could keep, but for one that is late.
  [
    'approves another plan',
    ['approval/plan-and-commitment', 'deadline/approval-of-others'],
    ['deadline/approval'],
  ],
];

test.concurrent.each(ALL ? BREAKS : BREAKS.slice(0, 3))(
  'a key holder that %s fails at %s',
  TIMEOUT,
  async (broken, rules, kept) => {
    const { code, verdicts } = await conformance(BROKEN, [...rules, ...kept], broken);
    const failed = verdicts.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
    expect(failed).toEqual(rules);
    expect(verdicts.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(0);
    expect(code).toBe(3);
  },
);

test('the rules are listed; what is none is refused; a profile is never overwritten', async () => {
  const listed = await strongroom(['conformance', '--rules']);
  expect(listed.code).toBe(0);
  expect(listed.stdout).toContain('release/never-a-second\n  after its release');
  expect(await strongroom(['conformance', '--only', 'no-such-rule'])).toMatchObject({ code: 2 });
  const there = mkdtempSync(join(folder, 'there-'));
  writeFileSync(join(there, 'strongroom.yaml'), '');
  const refused = await strongroom(['conformance', '--folder', there, '--exec', 'true']);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('holds a profile already');
});
