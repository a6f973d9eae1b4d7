/**
 * The rules of a key holder: Cedar policies (https://docs.cedarpolicy.com), read from a file, validated against
 * `schema.cedarschema`, and asked about one task at a time. What no policy permits is refused.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { StrongroomError } from '../../proto/errors.ts';
import { exceededBound } from './bounds.ts';

/** The policies that come with the program, by the name that stands for them in a configuration. */
const SHIPPED = ['operator', 'automatic'] as const;

const POLICIES = new URL('../policies/', import.meta.url);
const SCHEMA = readFileSync(new URL('schema.cedarschema', import.meta.url), 'utf8');
const SCHEMA_NAME = 'strongroom';
const POLICIES_NAME = 'policies';

/** The engine, once something is to be decided: it is four megabytes of WebAssembly. */
const loadCedar = (): typeof cedar =>
  createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as typeof cedar;

/** Asked in this order; the first that is allowed is the verdict. */
const ACTIONS = { approve: 'approve-automatically', ask: 'ask-operator' } as const;

/** One policy: its `@id` and `@reason`. */
interface Rule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** In it `{differencing}` stands for what a comparison with earlier tasks has found. */
  readonly reason: string | undefined;
}

export interface Ruling {
  readonly outcome: 'approve' | 'ask' | 'reject';
  /** The policies that made it so; none where it is rejected because nothing permits it. */
  readonly determining: readonly Rule[];
  /** The policy that cannot be decided, and why; present only where it is rejected for that. */
  readonly undecided?: string;
}

/** What Cedar is asked about, beside the action. */
export interface Request {
  readonly requester: string;
  readonly task: cedar.EntityJson;
  readonly context: cedar.Context;
}

export class Rules {
  /** The file, as people know it. */
  readonly file: string;
  readonly #text: string;
  readonly #shipped: boolean;
  #checked: Checked | undefined;

  private constructor(file: string, text: string, shipped: boolean) {
    this.file = file;
    this.#text = text;
    this.#shipped = shipped;
  }

  /**
   * Reads the policies that a configuration names: `operator`, `automatic`, or a file, relative to `folder`.
   * Throws USAGE with file and line of everything that does not fit. What comes with the program is parsed when it is
   * first asked, for a daemon that comes back may have nothing to decide, and tests hold it against the schema.
   */
  static read(name: string, folder = '.'): Rules {
    const shipped = SHIPPED.some((known) => known === name);
    const file = shipped ? fileURLToPath(new URL(`${name}.cedar`, POLICIES)) : resolve(folder, name);
    const rules = new Rules(file, readPolicies(file), shipped);
    if (!shipped) rules.#check();
    return rules;
  }

  #check(): Checked {
    if (this.#checked !== undefined) return this.#checked;
    const engine = loadCedar();
    const checked = checkPolicies(engine, this.#text, this.file);
    if (!this.#shipped) requireFit(engine, this.#text, this.file);
    this.#checked = checked;
    return checked;
  }

  /**
   * A forbid wins over every permit of the same action. An error in one policy, such as a sum beyond 64 bits, is
   * a refusal: Cedar leaves that policy out, and it may be the one that forbids.
   */
  judge(request: Request): Ruling {
    const approve = this.#ask(ACTIONS.approve, request);
    if (typeof approve === 'string') return { outcome: 'reject', determining: [], undecided: approve };
    if (approve.allowed) return { outcome: 'approve', determining: approve.determining };
    const ask = this.#ask(ACTIONS.ask, request);
    if (typeof ask === 'string') return { outcome: 'reject', determining: [], undecided: ask };
    return { outcome: ask.allowed ? 'ask' : 'reject', determining: ask.determining };
  }

  /** The answer for one action, or which policy cannot be decided. */
  #ask(action: string, { requester, task, context }: Request): Answer | string {
    const checked = this.#check();
    const { engine, rules } = checked;
    requireParsed(hold(checked), this.file, this.#text);
    const answer = engine.statefulIsAuthorized({
      principal: { type: 'Party', id: requester },
      action: { type: 'Action', id: action },
      resource: task.uid,
      context,
      entities: [task],
      preparsedSchemaName: SCHEMA_NAME,
      validateRequest: true,
      preparsedPolicySetId: POLICIES_NAME,
    });
    if (answer.type === 'failure') {
      throw new StrongroomError('INTERNAL', `The policy cannot be asked: ${answer.errors[0]?.message ?? ''}`);
    }
    const { decision, diagnostics } = answer.response;
    const [failed] = diagnostics.errors;
    if (failed !== undefined) return `${failed.policyId} cannot be decided: ${failed.error.message}`;
    const determining = diagnostics.reason.toSorted().flatMap((id) => rules.get(id) ?? []);
    return { allowed: decision === 'allow', determining };
  }
}

/** Policies in which the parser and the validator have found nothing, as the engine keeps them. */
interface Checked {
  readonly engine: typeof cedar;
  readonly rules: ReadonlyMap<string, Rule>;
  readonly staticPolicies: Readonly<Record<string, string>>;
}

/** Whose policies the engine holds. What it is given under another name it keeps as well, and never forgets. */
let held: Checked | undefined;

/** Gives the policies to the engine, unless it holds them. */
function hold(checked: Checked): cedar.CheckParseAnswer {
  if (held === checked) return { type: 'success' };
  const { engine, staticPolicies } = checked;
  const answer = engine.preparsePolicySet(POLICIES_NAME, { staticPolicies });
  held = answer.type === 'success' ? checked : undefined;
  return answer;
}

interface Answer {
  readonly allowed: boolean;
  readonly determining: readonly Rule[];
}

function readPolicies(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StrongroomError(
      'USAGE',
      `The policy ${file} cannot be read; it is ${SHIPPED.join(', ')}, or a file of Cedar policies.`,
      { cause, details: { file } },
    );
  }
}

/** Throws USAGE with file and line of everything that does not fit. */
function checkPolicies(engine: typeof cedar, text: string, file: string): Checked {
  const exceeded = exceededBound(text);
  if (exceeded !== undefined) throw unfitAt(file, lineOf(text, exceeded.at), exceeded.what);
  const rules = parsePolicies(engine, text, file);
  requireParsed(engine.preparseSchema(SCHEMA_NAME, SCHEMA), 'schema.cedarschema', SCHEMA);
  const staticPolicies = Object.fromEntries([...rules].map(([id, { text: policy }]) => [id, policy]));
  const checked = { engine, rules, staticPolicies };
  requireParsed(hold(checked), file, text);
  return checked;
}

/** Everything that Cedar's validator says of the policies is an error here: a rule that can never apply is none. */
function requireFit(engine: typeof cedar, text: string, file: string): void {
  const validated = engine.validate({
    schema: SCHEMA,
    policies: { staticPolicies: text },
    validationSettings: { mode: 'strict' },
  });
  const problems =
    validated.type === 'failure'
      ? validated.errors
      : [...validated.validationErrors, ...validated.validationWarnings].map(({ error }) => error);
  if (problems.length > 0) throw unfit(file, text, problems);
}

/** The policies by their names. Throws USAGE for everything that Cedar's parser says. */
function parsePolicies(
  engine: typeof cedar,
  text: string,
  file: string,
): Map<string, Rule & { readonly text: string }> {
  const parts = engine.policySetTextToParts(text);
  if (parts.type === 'failure') throw unfit(file, text, parts.errors);
  const [template] = parts.policy_templates;
  if (template !== undefined) {
    throw unfitAt(
      file,
      lineOf(text, text.indexOf(template)),
      'this policy is a template; write its policies out',
    );
  }
  const rules = new Map<string, Rule & { readonly text: string }>();
  for (const policy of parts.policies) {
    const place = (problem: string) =>
      unfitAt(file, lineOf(text, text.indexOf(policy)), `this policy ${problem}`);
    const parsed = engine.policyToJson(policy);
    if (parsed.type === 'failure') throw unfit(file, text, parsed.errors);
    const { id, reason } = parsed.json.annotations ?? {};
    if (typeof id !== 'string' || id === '') throw place('has no @id("…"), by which a refusal names it');
    if (rules.has(id)) throw place(`has the @id of another policy, "${id}"`);
    rules.set(id, { id, effect: parsed.json.effect, reason, text: policy });
  }
  return rules;
}

function requireParsed(answer: cedar.CheckParseAnswer, file: string, text: string): void {
  if (answer.type === 'failure') throw unfit(file, text, answer.errors);
}

function unfit(file: string, text: string, errors: readonly cedar.DetailedError[]): StrongroomError {
  const lines = errors.map(({ message, help, sourceLocations = [] }) => ({
    line: lineAt(text, sourceLocations[0]?.start ?? 0),
    words: [message.replace(/^for policy `[^`]*`, /, ''), ...(help === null ? [] : [help])].join('; '),
  }));
  // A policy over both actions is told of twice.
  const told = [...new Set(lines.map(({ line, words }) => `${file}:${line}: ${words}`))];
  return new StrongroomError('USAGE', told.join('\n'), { details: { file, line: lines[0]?.line ?? 1 } });
}

const unfitAt = (file: string, line: number, problem: string): StrongroomError =>
  new StrongroomError('USAGE', `${file}:${line}: ${problem}`, { details: { file, line } });

/** Cedar counts bytes of UTF-8. */
const lineAt = (text: string, byte: number): number =>
  Buffer.from(text).subarray(0, byte).toString('utf8').split('\n').length;

const lineOf = (text: string, index: number): number => text.slice(0, Math.max(0, index)).split('\n').length;
