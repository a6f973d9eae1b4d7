/** The policies that come with the program, and what each of their rules says no to. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { judge, type Verdict } from '../../keyholders/policy.ts';
import { Rules } from '../../keyholders/policy/rules.ts';
import { subjectOf, type Subject } from '../../keyholders/policy/subject.ts';
import { askedBy } from '../../keyholders/ledger-asked.ts';
import type { LedgerEntry } from '../../keyholders/ledger.ts';
import { parseTask } from '../../statistics/task.ts';
import { planTask } from '../../statistics/plan.ts';
import type { TaskLife } from '../../trust/life.ts';
import { Cast, HOLDER, MEAN, of, where } from '../fixtures/policy-tasks.ts';
import { wagesYaml } from '../fixtures/statistics-tasks.ts';

const FOLDER = resolve(import.meta.dirname, '../../keyholders/policies');
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.cedar'))
  .sort();

let cast: Cast;
beforeAll(async () => {
  cast = await Cast.make();
});

test('all of them fit the schema', () => {
  expect(FILES).toEqual([
    'automatic.cedar',
    'examples/strict-conditions.cedar',
    'examples/two-purposes.cedar',
    'operator.cedar',
    'recurring.cedar',
  ]);
  for (const file of FILES) expect(Rules.read(file, FOLDER).file).toBe(join(FOLDER, file));
});

const NOW = new Date('2026-06-15T12:00:00.000Z');
const DAY_MS = 24 * 60 * 60_000;

/** A task as the ledger holds it, released so many days ago. */
function past(task: TaskLife, days = 1): LedgerEntry {
  const at = new Date(NOW.getTime() - days * DAY_MS).toISOString();
  return {
    task: task.id,
    requester: task.proposal.payload.by,
    approvedAt: at,
    releasedAt: at,
    ended: false,
    contributors: task.inputs.map((party) => ({ party, manifest: null })),
    asked: askedBy(task.document, task.plan.layout),
  };
}

const says = (policy: string, task: TaskLife, earlier: readonly LedgerEntry[] = []): Verdict =>
  judge(Rules.read(policy, FOLDER), subjectOf(task, 'approval'), earlier, HOLDER, NOW);
const ids = ({ determining }: Verdict): string[] => determining.map(({ id }) => id);

describe('operator', () => {
  test('a plain task is asked about', () => {
    const verdict = says('operator', cast.propose());
    expect(verdict.outcome).toBe('ask');
    expect(verdict.reason).toMatch(/^operator-decides: /);
  });

  test.each<[string, Record<string, unknown>]>([
    ['open-too-long', { deadlines: { approve: 'P30D', collect: 'P60D', release: 'P3D' } }],
    [
      'too-many-cells',
      {
        tables: {
          people: {
            columns: {
              a: { type: 'category', values: Array.from({ length: 400 }, (_, i) => `a${i}`) },
              b: { type: 'category', values: Array.from({ length: 400 }, (_, i) => `b${i}`) },
            },
            'max-rows': 1000,
          },
        },
        statistics: [{ name: 'n', statistic: 'count', by: ['a', 'b'] }],
      },
    ],
  ])('%s is rejected', (id, changes) => {
    const verdict = says('operator', cast.propose(changes));
    expect([verdict.outcome, ...ids(verdict)]).toEqual(['reject', id]);
    expect(verdict.reason).toMatch(new RegExp(`^${id}: the task `));
  });

  test('the limits themselves are accepted', () => {
    const deadlines = { approve: 'P30D', collect: 'P60D', release: 'P2D' };
    expect(says('operator', cast.propose({ deadlines })).outcome).toBe('ask');
  });

  test('the hundredth task of a requester within a day is the last', () => {
    const task = past(cast.propose(of('west', 'isle')));
    const before = (count: number, days: number) =>
      Array.from({ length: count }, (_, i) => ({
        ...task,
        task: `t${i}`,
        approvedAt: new Date(NOW.getTime() - days * DAY_MS + 1).toISOString(),
      }));
    expect(says('operator', cast.propose(), before(99, 1)).outcome).toBe('ask');
    expect(ids(says('operator', cast.propose(), before(100, 1)))).toEqual(['too-many-tasks']);
    expect(says('operator', cast.propose(), before(100, 1.1)).outcome).toBe('ask');
    const others = before(100, 1).map((entry) => ({ ...entry, requester: 'office' }));
    expect(says('operator', cast.propose(), others).outcome).toBe('ask');
  });

  test('a party that an earlier task exposes: the reason names the task and the party', () => {
    const first = cast.propose();
    const verdict = says('operator', cast.propose(of('north', 'south')), [past(first)]);
    expect(verdict.outcome).toBe('reject');
    expect(verdict.reason).toContain(first.id.slice(0, 16));
    expect(verdict.reason).toContain('gives the sums of east alone');
  });

  test('a condition that differs slightly is shown to the operator', () => {
    const first = cast.propose();
    const verdict = says('operator', cast.propose(where({ age: { to: 119 } })), [past(first)]);
    expect(verdict.outcome).toBe('ask');
    expect(verdict.risks).toEqual([
      expect.stringMatching(
        new RegExp(`^it differs from task ${first.id.slice(0, 16)} .* only by the condition on age$`),
      ),
    ]);
  });
});

test('automatic approves everything', () => {
  const earlier = [past(cast.propose())];
  expect(says('automatic', cast.propose(of('north', 'south')), earlier).outcome).toBe('approve');
});

describe('recurring, with the names of the wages', () => {
  const document = parseTask(wagesYaml(), 'task.yaml');
  const plan = planTask(document);
  const subject = {
    stage: 'approval',
    task: 'this',
    requester: 'statistics',
    proposedAt: NOW,
    document,
    plan,
    contributors: document.parties.input,
    asked: askedBy(document, plan.layout),
  } as const;
  const month = (days: number, changes: Partial<LedgerEntry> = {}): LedgerEntry => {
    const at = new Date(NOW.getTime() - days * DAY_MS).toISOString();
    const contributors = document.parties.input.map((party) => ({ party, manifest: null }));
    const { requester, asked } = subject;
    return {
      task: `${days} days ago`,
      requester,
      approvedAt: at,
      releasedAt: at,
      ended: false,
      contributors,
      asked,
      ...changes,
    };
  };
  const rules = Rules.read('recurring.cedar', FOLDER);
  const outcome = (entries: readonly LedgerEntry[] = [], changes: Partial<Subject> = {}, now = NOW) =>
    judge(rules, { ...subject, ...changes }, entries, 'holder-1', now).outcome;

  test('approved within the caps, asked about beyond them', () => {
    expect(outcome()).toBe('approve');
    expect(outcome([month(31), month(62)])).toBe('approve');
    expect(outcome([month(1)])).toBe('approve');
    expect(outcome([month(1), month(2)])).toBe('ask');
    const year = Array.from({ length: 14 }, (_, i) => month(26 * (i + 1)));
    expect(outcome(year.slice(1))).toBe('approve');
    expect(outcome(year)).toBe('ask');
    expect(outcome([month(1, { requester: 'office' }), month(2, { requester: 'office' })])).toBe('approve');
  });

  test('asked about once the agreement has ended', () => {
    const later = new Date('2028-01-01T00:00:00.000Z');
    expect(outcome([], { proposedAt: later }, later)).toBe('ask');
  });

  test('asked about where anything else is asked', () => {
    const changed = (changes: object) => ({ document: { ...document, ...changes } }) as Partial<Subject>;
    expect(outcome([], changed({ 'legal-basis': 'none' }))).toBe('ask');
    expect(outcome([], changed({ retention: 'P1Y' }))).toBe('ask');
    expect(outcome([], changed({ disclosure: { 'minimum-contributors': 2 } }))).toBe('ask');
    expect(outcome([], { requester: 'office' })).toBe('ask');
    const parties = { ...document.parties, processing: ['holder-1', 'holder-2', 'holder-4'] };
    expect(outcome([], changed({ parties }))).toBe('ask');
  });

  test('rejected where an input is left out shortly after, approved by a new month', () => {
    const fewer = {
      contributors: [
        { party: 'construction', manifest: null },
        { party: 'other', manifest: null },
      ],
    };
    expect(outcome([month(3, fewer)])).toBe('reject');
    expect(outcome([month(26, fewer)])).toBe('approve');
  });
});

describe('examples', () => {
  test('two-purposes: what no rule permits is rejected', () => {
    const verdict = says('examples/two-purposes.cedar', cast.propose());
    expect(verdict).toMatchObject({ outcome: 'reject', determining: [], reason: 'no policy permits it' });
  });

  test('strict-conditions: each of its rules says no', () => {
    const verdict = says('examples/strict-conditions.cedar', cast.propose({ ...where({ sex: 'f' }) }));
    expect(ids(verdict)).toEqual(['enough-contributors', 'known-committee', 'no-small-groups']);
    const within = [MEAN, { ...MEAN, name: 'b', where: { age: { to: 99 } } }];
    expect(ids(says('examples/strict-conditions.cedar', cast.propose({ statistics: within })))).toContain(
      'too-close',
    );
  });
});
