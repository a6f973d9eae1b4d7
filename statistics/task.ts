/** The task document: what is computed, on what, by whom, for what purpose. Written by people, signed as JSON. */
import type { z } from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { TASK_FORM, type Table, type TaskDocument } from './task-form.ts';
import { brokenRules, type Issue } from './task-rules.ts';
import { parseYaml } from './yaml.ts';

export type { Table, TaskDocument };

/**
 * The task that a YAML file declares, in normal form. `fileName` is for messages only.
 * Throws TASK_INVALID, or COMMITTEE_INVALID where only the key holders or the output party are wrong, with
 * one line for each problem: file, line, path, what is expected.
 */
export function parseTask(yamlText: string, fileName: string): TaskDocument {
  const yaml = parseYaml(yamlText, fileName);
  const checked = check(yaml.value);
  if ('task' in checked) return checked.task;
  throw refusal(checked.issues, fileName, ({ path }) => `${fileName}:${yaml.lineOf(path)}`, yaml.lineOf);
}

/** The task in the JSON value of a signed proposal, in normal form. Throws as `parseTask` does. */
export function validateTask(value: unknown): TaskDocument {
  const checked = check(value);
  if ('task' in checked) return checked.task;
  throw refusal(checked.issues, 'the task document', () => 'the task document');
}

function check(value: unknown): { task: TaskDocument } | { issues: Issue[] } {
  const parsed = TASK_FORM.safeParse(value, { error: plainWords });
  if (!parsed.success) return { issues: parsed.error.issues.flatMap(formIssues) };
  const issues = brokenRules(parsed.data);
  return issues.length === 0 ? { task: parsed.data } : { issues };
}

/** An unknown key is told at its own place; `strict` gives its message one line for each. */
function formIssues(issue: z.core.$ZodIssue): Issue[] {
  const code = 'TASK_INVALID';
  if (issue.code !== 'unrecognized_keys') return [{ code, path: issue.path, message: issue.message }];
  const messages = issue.message.split('\n');
  return issue.keys.map((key, i) => ({
    code,
    path: [...issue.path, key],
    message: messages[i] ?? 'unknown key',
  }));
}

/** The messages of zod that people meet most, in plain words. */
function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_key') return 'is not a name that is allowed here';
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.input === undefined) return 'is missing';
  if (issue.expected === 'string') return 'must be text; put it between quotes';
  return `must be ${EXPECTED[issue.expected] ?? issue.expected}`;
}

const EXPECTED: Partial<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
  boolean: 'true or false',
};

/** A document of others can be wrong in thousands of places, and its keys can be of any length. */
const MOST_LINES = 50;
const LONGEST_LINE = 300;

function refusal(
  issues: readonly Issue[],
  file: string,
  place: (issue: Issue) => string,
  lineOf?: (path: Issue['path']) => number,
): StrongroomError {
  const worst = issues.find(({ code }) => code === 'TASK_INVALID') ?? issues[0];
  const lines = issues.slice(0, MOST_LINES).map((issue) => {
    const path = issue.path.length === 0 ? '' : `${pathOf(issue)}: `;
    return `${place(issue)}: ${path}${issue.message}`.slice(0, LONGEST_LINE).toWellFormed();
  });
  if (issues.length > lines.length) lines.push(`and ${issues.length - lines.length} more problems`);
  const line = lineOf?.(worst?.path ?? []);
  return new StrongroomError(worst?.code ?? 'TASK_INVALID', lines.join('\n'), {
    details: { file, path: worst ? pathOf(worst) : '', ...(line === undefined ? {} : { line }) },
  });
}

function pathOf({ path }: Issue): string {
  return path.map(String).join('.').slice(0, LONGEST_LINE).toWellFormed();
}
