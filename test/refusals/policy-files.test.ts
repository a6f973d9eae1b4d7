/** Policies that are no policies: each is refused with its file and line, and what cannot be decided is a no. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge } from '../../keyholders/policy.ts';
import { Rules } from '../../keyholders/policy/rules.ts';
import { subjectOf } from '../../keyholders/policy/subject.ts';
import { Cast, HOLDER } from '../fixtures/policy-tasks.ts';
import { MemoryWatch } from '../fuzz/harness/memory.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));
let cast: Cast;
beforeAll(async () => {
  cast = await Cast.make();
});

const file = join(folder, 'own.cedar');
function rules(text: string): Rules {
  writeFileSync(file, text);
  return Rules.read('own.cedar', folder);
}

const FORBID = '// für alle\n@id("a")\nforbid (principal, action, resource)\nwhen { ';

test.each<[string, string, number, RegExp]>([
  [
    'an attribute that is none',
    `${FORBID}resource.cellz > 3 };`,
    4,
    /`cellz` .* not found; did you mean `cells`/,
  ],
  ['a comparison of two types', `${FORBID}resource.cells > "3" };`, 4, /expected Long but saw String/],
  ['what may be absent', `${FORBID}context.differencing.daysSinceEarlier < 3 };`, 4, /optional attribute/],
  [
    'an action that is none',
    '@id("a")\npermit (principal, action == Action::"aprove", resource);',
    2,
    /unrecognized action/,
  ],
  [
    'a type that is none',
    '@id("a")\npermit (principal == User::"x", action, resource);',
    2,
    /unrecognized entity type `User`/,
  ],
  ['a rule that never applies', `${FORBID}false };`, 2, /policy is impossible/],
  [
    'a policy without a name',
    '@id("a")\npermit (principal, action, resource);\n\nforbid (principal, action, resource);',
    4,
    /has no @id/,
  ],
  [
    'two policies of one name',
    '@id("a")\npermit (principal, action, resource);\n@id("a")\nforbid (principal, action, resource);',
    3,
    /@id of another policy, "a"/,
  ],
  ['a template', '@id("a")\npermit (principal == ?principal, action, resource);', 1, /is a template/],
  // Cedar's parser recurses, and dies of these.
  ['brackets without end', `${FORBID}${'('.repeat(1000)}true${')'.repeat(1000)} };`, 4, /nests brackets/],
  ['a sum without end', `${FORBID}1${'+1'.repeat(5000)} > resource.cells };`, 4, /2000 words and signs/],
  ['a chain of ifs', `${FORBID}${'if true then true else '.repeat(1000)}true };`, 4, /2000 words and signs/],
  ['more than a mebibyte', `// ${'x'.repeat(1 << 20)}`, 1, /longer than 1 MiB/],
  ['no Cedar at all', '\n\nallow everything', 3, /./],
])('%s', async (_, text, line, words) => {
  const error = await refusal(() => rules(text), 'USAGE');
  expect(error.message).toMatch(words);
  expect(error.message.split('\n')[0]).toContain(`${file}:${line}: `);
  expect(error.details).toEqual({ file, line });
});

test('a long list of parties is no reason to refuse a policy', () => {
  const parties = Array.from({ length: 3000 }, (_, i) => `"office-${i} (of, [many])"`);
  const text = `@id("a") forbid (principal, action, resource) when { [${parties.join()}].contains(resource.purpose) };`;
  expect(judge(rules(text), subjectOf(cast.propose(), 'approval'), [], HOLDER).outcome).toBe('reject');
});

test('a file that is not there', async () => {
  const error = await refusal(() => Rules.read('none.cedar', folder), 'USAGE');
  expect(error.details).toEqual({ file: join(folder, 'none.cedar') });
});

test('an empty policy permits nothing', () => {
  expect(judge(rules(''), subjectOf(cast.propose(), 'approval'), [], HOLDER)).toMatchObject({
    outcome: 'reject',
    reason: 'no policy permits it',
  });
});

test('a policy that cannot be decided rejects, also where another permits', () => {
  const permit = '@id("all")\npermit (principal, action, resource);\n';
  const overflow = `${permit}${FORBID}resource.maxRows * 9223372036854775807 > 0 };`;
  const verdict = judge(rules(overflow), subjectOf(cast.propose(), 'approval'), [], HOLDER);
  expect(verdict.outcome).toBe('reject');
  expect(verdict.reason).toMatch(/^a cannot be decided: integer overflow/);
});

test('a forbid of asking alone does not stop what is approved without asking, nor the other way round', () => {
  const text = (permits: string, forbids: string) => `
    @id("p") permit (principal, action == Action::"${permits}", resource);
    @id("f") @reason("no") forbid (principal, action == Action::"${forbids}", resource);`;
  const outcome = (permits: string, forbids: string) =>
    judge(rules(text(permits, forbids)), subjectOf(cast.propose(), 'approval'), [], HOLDER).outcome;
  expect(outcome('approve-automatically', 'ask-operator')).toBe('approve');
  expect(outcome('ask-operator', 'approve-automatically')).toBe('ask');
  expect(outcome('approve-automatically', 'approve-automatically')).toBe('reject');
});

/** A hundred policies over one party, of which one lets everybody ask. */
const large = (party: string): string =>
  ['@id("all") permit (principal, action == Action::"ask-operator", resource);']
    .concat(
      Array.from(
        { length: 100 },
        (_, i) => `@id("p${i}") forbid (principal == Party::"${party}-${i}", action, resource);`,
      ),
    )
    .join('\n');

test('each is asked by its own policies, in whatever order, and those of earlier ones are not kept', () => {
  const subject = subjectOf(cast.propose(), 'approval');
  const outcomeOf = (one: Rules) => judge(one, subject, [], HOLDER).outcome;
  const [asks, rejects] = [rules(large('nobody')), rules('')];
  const watch = new MemoryWatch();
  for (let sample = 0; sample < 12; sample += 1) {
    for (let i = 0; i < 4; i += 1) expect(outcomeOf(rules(large(`x${sample}-${i}`)))).toBe('ask');
    expect([outcomeOf(asks), outcomeOf(rejects), outcomeOf(asks)]).toEqual(['ask', 'reject', 'ask']);
    watch.sample();
  }
  expect(watch.grown).toBeLessThan(1 << 20);
});
