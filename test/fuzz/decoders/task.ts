/** Task documents, as people write them and as proposals carry them, down to the plan that approvers read. */
import { isDeepStrictEqual } from 'node:util';
import { describePlan } from '../../../statistics/describe.ts';
import { planTask } from '../../../statistics/plan.ts';
import { parseTask, validateTask, type TaskDocument } from '../../../statistics/task.ts';
import { canonicalJson, parseCanonicalJson } from '../../../trust/digest.ts';
import { planDigest } from '../../../trust/life.ts';
import { exampleTasks, taskValue } from '../corpora/tasks.ts';
import { target } from '../harness/decoder.ts';
import { jsonBytes, mutateJson } from '../harness/json.ts';
import { mutateText, swellText } from '../harness/text.ts';
import { stringify } from 'yaml';

interface Read {
  readonly task: TaskDocument;
  /** What an operator reads on its terminal before it approves. */
  readonly words: string;
}

/** Everything that a key holder does with a task before its operator decides. */
function read(task: TaskDocument): Read {
  const plan = planTask(task);
  planDigest(plan);
  return { task, words: describePlan(task, plan) };
}

function objection({ task, words }: Read): string | undefined {
  if (!isDeepStrictEqual(validateTask(parseCanonicalJson(canonicalJson(task))), task)) {
    return 'a normal form that is not its own normal form';
  }
  // eslint-disable-next-line no-control-regex -- these are what it looks for
  return /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(words)
    ? 'a plan whose words can rewrite the terminal of the operator who reads them'
    : undefined;
}

const codes = ['TASK_INVALID', 'TASK_IMPOSSIBLE', 'COMMITTEE_INVALID', 'DOCUMENT_INVALID'] as const;
// A plan searches parameters: some 10 ms for a small task.
const limitMs = 3_000;

export const taskJsonTarget = target({
  name: 'task-json',
  short: 100,
  make: () =>
    [taskValue(), ...exampleTasks().map((yaml) => parseTask(Buffer.from(yaml).toString(), 'task.yaml'))].map(
      jsonBytes,
    ),
  open: (corpus) => ({
    corpus,
    mutations: [mutateJson],
    // The keys of a proposal are in canonical order; those of a mutated one need not be.
    decode: (bytes) => read(validateTask(looselyParsed(bytes))),
    objection,
    codes,
    limitMs,
  }),
});

/** As a signed proposal carries it: canonical JSON, so no other JSON gets as far as this. */
function looselyParsed(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  return parseCanonicalJson(canonicalJson(value));
}

export const taskYamlTarget = target({
  name: 'task-yaml',
  short: 12,
  make: () => [...exampleTasks(), new TextEncoder().encode(stringify(taskValue()))],
  open: (corpus) => ({
    corpus,
    mutations: [mutateText, mutateText, mutateText, swellText],
    decode: (bytes) => read(parseTask(Buffer.from(bytes).toString('utf8'), 'task.yaml')),
    objection,
    codes,
    limitMs,
  }),
});
