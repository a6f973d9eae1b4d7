/**
 * The process behind `strongroom policy`: what a policy says about a task, without a daemon or a network, and what
 * this key holder's ledger holds. One JSON object on standard output.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT_CODES, StrongroomError } from '../proto/errors.ts';
import { planTask } from '../statistics/plan.ts';
import { parseTask } from '../statistics/task.ts';
import { readConfig } from '../transport/profile.ts';
import { askedBy } from './ledger-asked.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { describeVerdict, judge } from './policy.ts';
import { contextOf, taskEntity } from './policy/facts.ts';
import { parseHistory } from './policy/history-file.ts';
import { Rules } from './policy/rules.ts';
import type { Subject } from './policy/subject.ts';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      policy: { type: 'string' },
      task: { type: 'string' },
      history: { type: 'string' },
      after: { type: 'string', multiple: true },
      requester: { type: 'string' },
      'key-holder': { type: 'string' },
      contributor: { type: 'string', multiple: true },
    },
  });
  const answer = positionals[0] === 'history' ? readLedger(required(values.config)) : tryOut(values);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
} catch (error) {
  const known = error instanceof StrongroomError ? error : undefined;
  const { code = 'INTERNAL', message = String(error), details = {} } = known ?? {};
  process.stdout.write(`${JSON.stringify({ error: { code, message, details } })}\n`);
  process.exitCode = EXIT_CODES[known?.kind ?? 'internal'];
}

interface Trial {
  readonly policy?: string;
  readonly task?: string;
  readonly history?: string;
  readonly after?: string[];
  readonly requester?: string;
  readonly 'key-holder'?: string;
  readonly contributor?: string[];
}

/** The verdict on a task as if it had just been proposed, or with contributors as if they had just submitted. */
function tryOut(trial: Trial): object {
  const now = new Date();
  const rules = Rules.read(required(trial.policy));
  const task = subject(required(trial.task), now, trial);
  const { processing } = task.document.parties;
  const holder = trial['key-holder'] ?? processing[0] ?? '';
  const past = trial.history === undefined ? [] : parseHistory(read(trial.history), trial.history);
  const entries = [...past, ...(trial.after ?? []).map((file) => released(file, now))];
  const verdict = judge(rules, task, entries, holder, now);
  const { outcome, reason, determining, risks, history } = verdict;
  return {
    verdict: outcome,
    reason,
    policies: determining,
    risks,
    policyFile: rules.file,
    task: taskEntity(task).attrs,
    context: contextOf(task, history, holder, now),
    words: describeVerdict(verdict),
  };
}

function subject(file: string, now: Date, { requester, contributor = [] }: Trial): Subject {
  const document = parseTask(read(file), file);
  const plan = planTask(document);
  const { input, output } = document.parties;
  const unknown = contributor.find((party) => !input.includes(party));
  if (unknown !== undefined) {
    throw new StrongroomError(
      'USAGE',
      `${unknown} is no input party of the task; it has: ${input.join(', ')}.`,
    );
  }
  return {
    stage: contributor.length === 0 ? 'approval' : 'release',
    task: `proposed ${file}`,
    requester: requester ?? output,
    proposedAt: now,
    document,
    plan,
    contributors: contributor.length === 0 ? input : contributor,
    asked: askedBy(document, plan.layout),
  };
}

/** A task as if it had just been released, with all of its input parties. */
function released(file: string, now: Date): LedgerEntry {
  const { requester, contributors, asked } = subject(file, now, {});
  return {
    task: file,
    requester,
    approvedAt: now.toISOString(),
    releasedAt: now.toISOString(),
    ended: false,
    contributors: contributors.map((party) => ({ party, manifest: null })),
    asked,
  };
}

function readLedger(config: string): object {
  const file = resolve(dirname(config), readConfig(config).state, 'ledger.db');
  if (!existsSync(file)) throw new StrongroomError('NOT_FOUND', `There is no ledger ${file}.`);
  using ledger = new Ledger(file);
  return ledger.entries;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StrongroomError('NOT_FOUND', `The file ${file} cannot be read.`, { cause, details: { file } });
  }
}

function required(value: string | undefined): string {
  if (value !== undefined) return value;
  throw new StrongroomError('USAGE', 'Name a policy and a task, or a configuration.');
}
