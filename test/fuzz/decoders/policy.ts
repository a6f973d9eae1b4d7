/** A key holder's rules: policy files, files of history, and hostile tasks that the rules are asked about. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { askedBy } from '../../../keyholders/ledger-asked.ts';
import type { LedgerEntry } from '../../../keyholders/ledger.ts';
import { judge } from '../../../keyholders/policy.ts';
import { parseHistory } from '../../../keyholders/policy/history-file.ts';
import { Rules } from '../../../keyholders/policy/rules.ts';
import type { Subject } from '../../../keyholders/policy/subject.ts';
import { planTask } from '../../../statistics/plan.ts';
import { validateTask } from '../../../statistics/task.ts';
import { canonicalJson, parseCanonicalJson } from '../../../trust/digest.ts';
import { RECEIVER } from '../corpora/parties.ts';
import { scratch } from '../corpora/scratch.ts';
import { taskValue } from '../corpora/tasks.ts';
import { target } from '../harness/decoder.ts';
import { jsonBytes, mutateJson } from '../harness/json.ts';
import { mutateText, swellText } from '../harness/text.ts';

const POLICIES = ['operator', 'automatic', 'recurring'].map(
  (name) => new URL(`../../../keyholders/policies/${name}.cedar`, import.meta.url),
);

/** As much as a policy file may hold: Cedar's memory grows with the largest, and stays. */
const LARGEST = Array.from(
  { length: 10_000 },
  (_, i) =>
    `@id("p${i}") forbid (principal == Party::"x${i}", action, resource) when { resource.cells > ${i} };`,
).join('\n');

export const policyFileTarget = target({
  name: 'policy-file',
  short: 8,
  make: () => POLICIES.map((file) => new Uint8Array(readFileSync(file))),
  open: (corpus) => {
    const folder = scratch();
    const file = folder.path('rules.cedar');
    const question = subjectOf(taskValue());
    return {
      corpus,
      mutations: [mutateText, mutateText, mutateText, swellText],
      decode: (bytes) => {
        writeFileSync(file, bytes);
        return judge(Rules.read(file), question, [], 'holder-1').outcome;
      },
      objection: (outcome) => (['approve', 'ask', 'reject'].includes(outcome) ? undefined : 'no verdict'),
      codes: ['USAGE'],
      limitMs: 5_000,
      warmUp: () => {
        writeFileSync(file, LARGEST);
        Rules.read(file);
      },
      dispose: () => folder[Symbol.dispose](),
    };
  },
});

function subjectOf(document: unknown): Subject {
  const task = validateTask(document);
  const plan = planTask(task);
  return {
    stage: 'approval',
    task: 'ab'.repeat(32),
    requester: RECEIVER,
    proposedAt: new Date(),
    document: task,
    plan,
    contributors: task.parties.input,
    asked: askedBy(task, plan.layout),
  };
}

/** What this key holder has released before: the same task. */
function released(): LedgerEntry {
  const { document, asked } = subjectOf(taskValue());
  return {
    task: 'cd'.repeat(32),
    requester: RECEIVER,
    approvedAt: '2026-01-01T00:00:00.000Z',
    releasedAt: '2026-01-02T00:00:00.000Z',
    ended: false,
    contributors: document.parties.input.map((party) => ({ party, manifest: 'ef'.repeat(32) })),
    asked,
  };
}

/** A task that some party proposes, as the shipped rules are asked about it. */
export const policyQuestionTarget = target({
  name: 'policy-question',
  short: 120,
  make: () => [jsonBytes(taskValue())],
  open: (corpus) => {
    const rules = Rules.read('automatic');
    const entries = [released()];
    return {
      corpus,
      mutations: [mutateJson],
      decode: (bytes) => {
        let value: unknown;
        try {
          value = JSON.parse(Buffer.from(bytes).toString('utf8'));
        } catch {
          value = undefined;
        }
        return judge(rules, subjectOf(parseCanonicalJson(canonicalJson(value))), entries, 'holder-1');
      },
      objection: ({ outcome, undecided }) =>
        undecided !== undefined && outcome !== 'reject' ? 'a policy that cannot be decided' : undefined,
      codes: ['TASK_INVALID', 'TASK_IMPOSSIBLE', 'COMMITTEE_INVALID', 'DOCUMENT_INVALID'],
      limitMs: 3_000,
    };
  },
});

export const historyTarget = target({
  name: 'policy-history',
  short: 300,
  make: () => [jsonBytes([released()]), jsonBytes([])],
  open: (corpus) => ({
    corpus,
    mutations: [mutateJson],
    decode: (bytes) => parseHistory(Buffer.from(bytes).toString('utf8'), 'history.json'),
    objection: (entries) =>
      isDeepStrictEqual(parseHistory(JSON.stringify(entries), 'history.json'), entries)
        ? undefined
        : 'entries that do not survive being written and read',
    codes: ['USAGE'],
  }),
});
