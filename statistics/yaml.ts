/**
 * YAML for people, reduced to what JSON can say: YAML 1.2 core schema, one document, and no aliases, anchors,
 * tags or duplicate keys, so that two readers cannot understand the same file in two ways.
 */
import { isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, type Node } from 'yaml';
import { utf8 } from '../schemes/primitives/bytes.ts';
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';

const MAX_BYTES = 1024 * 1024;
/** Of brackets in brackets. The parser takes seconds for a mebibyte of them, and notes an error for each. */
const MAX_DEPTH = 64;
const INTEGER = /^[-+]?[0-9]+$/;

export interface YamlFile {
  readonly value: unknown;
  /** The line, counted from 1, of the deepest node that stands on this path. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/**
 * Reads a YAML text. Numbers that are not integers come back as their source text, because a binary float
 * would not be what was written. Throws `code` with the line.
 */
export function parseYaml(text: string, file: string, code: ErrorCode = 'TASK_INVALID'): YamlFile {
  if (utf8(text).length > MAX_BYTES) {
    throw new StrongroomError(code, `${file}: is larger than 1 MiB`, { details: { file } });
  }
  requireShallow(text, file, code);
  const lines = new LineCounter();
  const document = readDocument(text, lines, file, code);
  const fail = (message: string, offset: number): never => {
    const { line } = lines.linePos(offset);
    throw new StrongroomError(code, `${file}:${line}: ${message}`, { details: { file, line } });
  };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) fail(problem.message.split('\n')[0] ?? 'not YAML', problem.pos[0]);
  return {
    value: plainValue(document.contents, fail),
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const node = nodeAt(document.contents, path.slice(0, length));
        if (node !== undefined) return lines.linePos(node.range?.[0] ?? 0).line;
      }
      return 1;
    },
  };
}

function requireShallow(text: string, file: string, code: ErrorCode): void {
  let depth = 0;
  let line = 1;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') depth += 1;
    else if (lexeme === ']' || lexeme === '}') depth = Math.max(0, depth - 1);
    else line += lexeme.split('\n').length - 1;
    if (depth <= MAX_DEPTH) continue;
    const message = `${file}:${line}: is nested more than ${MAX_DEPTH} levels deep`;
    throw new StrongroomError(code, message, { details: { file, line } });
  }
}

function readDocument(
  text: string,
  lines: LineCounter,
  file: string,
  code: ErrorCode,
): ReturnType<typeof parseDocument> {
  // V8's, where this runs on it.
  const stacks: ErrorConstructor & { stackTraceLimit?: number | undefined } = Error;
  const { stackTraceLimit } = stacks;
  try {
    // The parser makes an error for each thing that is wrong; their stacks would take most of its time.
    stacks.stackTraceLimit = 0;
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      strict: true,
      // The parser would compare every key with every other; `plainValue` looks them up.
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter: lines,
    });
  } catch (cause) {
    // The parser recurses; a file that nests too deeply exhausts its stack.
    throw new StrongroomError(code, `${file}: cannot be read as YAML`, { details: { file }, cause });
  } finally {
    stacks.stackTraceLimit = stackTraceLimit;
  }
}

type Fail = (message: string, offset: number) => never;

function plainValue(node: unknown, fail: Fail): unknown {
  if (node === null) return null;
  if (!isNode(node)) return fail('is not plain YAML', 0);
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node)) return fail('aliases (*) are not allowed: write the value out', offset);
  if (node.anchor !== undefined) return fail('anchors (&) are not allowed', offset);
  if (node.tag !== undefined) return fail('tags (!) are not allowed', offset);
  if (isSeq(node)) return node.items.map((item) => plainValue(item, fail));
  if (isMap(node)) {
    const seen = new Set<string>();
    const entries = node.items.map(({ key, value }) => {
      const at = isNode(key) ? (key.range?.[0] ?? offset) : offset;
      if (!isScalar(key) || typeof key.value !== 'string') return fail('a key must be text', at);
      if (seen.has(key.value)) return fail('Map keys must be unique', at);
      seen.add(key.value);
      plainValue(key, fail);
      return [key.value, plainValue(value, fail)] as const;
    });
    return Object.fromEntries(entries);
  }
  if (!isScalar(node)) return fail('is not plain YAML', offset);
  return typeof node.value === 'number' ? number(node.value, node.source) : node.value;
}

/** −0 is 0, as in JSON. */
const number = (value: number, source: string | undefined): unknown =>
  source === undefined || (INTEGER.test(source) && Number.isSafeInteger(value)) ? value + 0 : source;

const isNode = (value: unknown): value is Node =>
  isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);

/** The node on a path; for the key of a mapping the key itself, since that is where a person looks. */
function nodeAt(root: unknown, path: readonly PropertyKey[]): Node | undefined {
  let node: unknown = root;
  let shown: unknown = root;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      [shown, node] = [pair?.key, pair?.value];
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      shown = node;
    } else return undefined;
  }
  return isNode(shown) ? shown : undefined;
}
