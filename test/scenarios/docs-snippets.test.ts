/** What the documentation says in code is so: commands, task documents, names, tables, examples and links. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { ERRORS, EXIT_CODES } from '../../proto/errors.ts';
import { COMMON, type Moments, type PooledCell, type Statistic } from '../../statistics/statistic.ts';
import type { Columns } from '../../statistics/columns.ts';
import { roundExact, type Exact } from '../../statistics/exact.ts';
import { SPECIFICATION } from '../../statistics/registry.ts';
import { parseTask } from '../../statistics/task.ts';
import { AUTHORISATION } from '../../transport/authorisation.ts';
import { openDocument, signDocument, type Kind, type Payload } from '../../trust/documents.ts';
import { createSigner, createSigningSeed } from '../../trust/signing-key.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const source = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].concat(
  readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
);

interface Block {
  readonly page: string;
  /** What stands behind the opening fence, e.g. `json approval`. */
  readonly info: string;
  readonly text: string;
}

const BLOCKS: readonly Block[] = PAGES.flatMap((page) =>
  [...source(page).matchAll(/^ *```(\S[^\n]*)\n(.*?)^ *```$/gms)].map(([, info = '', text = '']) => ({
    page,
    info,
    text,
  })),
);

/** A page without its fenced blocks. */
const proseOf = (page: string): string => source(page).replaceAll(/^ *```.*?^ *```$/gms, '');

/** The code spans of a page that match. */
const spans = (page: string, form: RegExp): string[] =>
  [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span).filter((span) => form.test(span));

/** The cells of the rows of all tables whose first header cell is `first`. */
function rowsUnder(page: string, first: string): string[][] {
  const tables = source(page).split(/\n{2,}/);
  return tables.flatMap((text) => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const cells = rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    return cells[0]?.[0] === first ? cells.slice(2) : [];
  });
}

const unquoted = (cell = ''): string => cell.replaceAll('`', '');

type AddCommands = (program: Command, context: () => never) => void;

const ADDERS: readonly AddCommands[] = await Promise.all(
  readdirSync(join(ROOT, 'clients/cli/commands')).map(async (file) => {
    const module = (await import(/* @vite-ignore */ `../../clients/cli/commands/${file}`)) as Record<
      string,
      AddCommands
    >;
    const adder = Object.entries(module).find(([name]) => name.startsWith('add'))?.[1];
    if (adder === undefined) throw new Error(`${file} adds no command`);
    return adder;
  }),
);

/** The command line with every action left out: what is left is the parsing of arguments and options. */
function commandLine(): Command {
  const program = new Command('strongroom');
  const options = source('clients/cli/main.ts').matchAll(/new Option\('([^']+)'/g);
  for (const [, flags = ''] of options) program.option(flags);
  for (const add of ADDERS) {
    add(program, () => {
      throw new Error('no command is run here');
    });
  }
  const disarm = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(disarm);
  };
  disarm(program);
  return program;
}

/** The words of a line of shell, with what stands between double quotes as one word. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([word, quoted]) => quoted ?? word);

const COMMANDS = BLOCKS.filter(({ info }) => info === 'sh').flatMap(({ page, text }) =>
  text
    .replaceAll(/\\\n/g, ' ')
    .split(/\n|&&/)
    .map((line) => ({ page, line: line.trim().replace(/^npx (?=strongroom)/, '') }))
    .filter(({ line }) => line !== ''),
);

describe('commands', () => {
  test.each(COMMANDS)('$page: $line', async ({ line }) => {
    const [name, ...args] = words(line);
    switch (name) {
      case 'strongroom':
        await commandLine().parseAsync(args, { from: 'user' });
        break;
      case 'npm': {
        const { scripts } = JSON.parse(source('package.json')) as { scripts: Record<string, string> };
        const script = args[0] === 'run' ? args[1] : args[0];
        expect([...Object.keys(scripts), 'ci']).toContain(script);
        break;
      }
      default:
        expect(name).toBe('export');
    }
  });

  test('in the text have commands and options that exist', () => {
    for (const span of PAGES.flatMap((page) => spans(page, /^strongroom [a-z]/))) {
      let command = commandLine();
      for (const word of words(span).slice(1)) {
        if (word.startsWith('--')) {
          expect(
            [...command.options, ...commandLine().options].map(({ long }) => long),
            span,
          ).toContain(word);
        } else {
          command = command.commands.find((sub) => sub.name() === word) ?? command;
        }
      }
      expect(command.name(), span).not.toBe('strongroom');
    }
  });

  test('are all in the table of the README', () => {
    const table = rowsUnder('README.md', 'command')
      .map(([command = '']) => command)
      .join('\n');
    const leaves = (command: Command): Command[] =>
      command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
    for (const command of leaves(commandLine())) expect(table).toContain(command.name());
  });
});

test('task documents parse, and the one of the wages is the example', () => {
  const documents = BLOCKS.filter(({ info }) => info === 'yaml').map(({ page, text }) =>
    parseTask(text, page),
  );
  expect(documents).toEqual([parseTask(source('examples/wages/task.yaml'), 'task.yaml')]);
});

test('the table of statistics has those of the catalogue, each with its own fields', () => {
  const expected = SPECIFICATION.options.map(({ shape }) => [
    shape.statistic.value,
    Object.keys(shape)
      .filter((key) => key !== 'statistic' && !Object.hasOwn(COMMON, key))
      .join(', '),
  ]);
  const told = rowsUnder('docs/tasks.md', 'statistic').map(([name, fields]) => [
    unquoted(name),
    unquoted(fields),
  ]);
  expect(told).toEqual(expected);
});

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test.each(PAGES)('%s: links lead somewhere', (page) => {
  for (const [, target = ''] of proseOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
    expect(existsSync(file), target).toBe(true);
    if (anchor === undefined) continue;
    const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      anchorOf(heading),
    );
    expect(headings, target).toContain(anchor);
  }
});

const REFERENCE = /^(?<file>[\w/.-]+\.ts):(?<name>#?\w+)$/;

test.each(PAGES)('%s: files exist, and declare what is said to be in them', (page) => {
  for (const span of spans(page, REFERENCE)) {
    const { file = '', name = '' } = REFERENCE.exec(span)?.groups ?? {};
    if (file === 'file.ts') continue;
    const declared = new RegExp(
      `^(export )?(async )?(const|function|class|interface|type) ${name}\\b|^  ((async|get|static) )*${name}[<(]`,
      'm',
    );
    expect(declared.test(source(file)), span).toBe(true);
  }
  for (const path of spans(
    page,
    /^(proto|schemes|statistics|trust|transport|aggregator|keyholders|clients|test|examples|bench)\/[\w/.-]*$/,
  )) {
    expect(existsSync(join(ROOT, path)), path).toBe(true);
  }
});

test('the table of errors is the list of errors', () => {
  const expected = Object.entries(ERRORS).map(([code, { kind, means }]) => [
    code,
    kind,
    String(EXIT_CODES[kind]),
    means,
  ]);
  expect(rowsUnder('docs/errors.md', 'code')).toEqual(expected);
});

test('codes that the pages name are in the list', () => {
  for (const page of PAGES) {
    for (const [, list = ''] of proseOf(page).matchAll(/\[([A-Z]+(?:_[A-Z]+)+)\](?!\()/g))
      expect(ERRORS).toHaveProperty(list);
  }
});

test('the table of the configuration has the keys of its schema', () => {
  const schema =
    /const Config = z\.strictObject\(\{\n(.*?)^\}\);/ms.exec(source('transport/profile.ts'))?.[1] ?? '';
  const keys: string[] = [];
  let parent = '';
  for (const line of schema.split('\n')) {
    const key = /^ {2}'?([a-z-]+)'?:/.exec(line)?.[1];
    if (key !== undefined) parent = key;
    const inner = [...line.matchAll(/'?([a-z-]+)'?: z\.(?:string|enum|int|boolean)/g)].map(
      ([, name = '']) => name,
    );
    for (const name of inner) keys.push(name === key ? name : `${parent}.${name}`);
  }
  expect(keys.length).toBeGreaterThan(8);
  expect(rowsUnder('docs/operations.md', 'key').map(([key]) => unquoted(key))).toEqual(keys);
});

describe('documents of a task', () => {
  const examples = BLOCKS.filter(({ info }) => /^json [a-z]/.test(info));
  const kinds = [
    ...(/const SCHEMAS = \{\n(.*?)^\} as const/ms.exec(source('trust/documents.ts'))?.[1] ?? '').matchAll(
      /^ {2}'?([a-z-]+)'?: z\./gm,
    ),
  ].map(([, kind]) => kind);

  test('each kind has its section and its example, in order', () => {
    expect(examples.map(({ info }) => info.slice(5))).toEqual(kinds);
    for (const kind of kinds) expect(source('docs/protocol.md')).toContain(`\n### ${kind ?? ''}\n`);
  });

  test.each(examples)('the example of $info is one', ({ info, text }) => {
    const kind = info.slice(5) as Kind;
    const payload = JSON.parse(text) as Payload;
    const signer = createSigner(payload.by, createSigningSeed());
    const opened = openDocument(
      signDocument(kind, payload, signer),
      new Map([[payload.by, signer.publicKey]]),
    );
    expect(opened.payload).toEqual(payload);
  });
});

test('the table of methods is the table of the code', () => {
  const expected = Object.entries(AUTHORISATION).map(([path, roles]) => [
    path.replace('/strongroom.v1.', ''),
    roles.join(', '),
  ]);
  expect(
    rowsUnder('docs/protocol.md', 'method').map(([method, , roles]) => [unquoted(method), roles]),
  ).toEqual(expected);
});

test('the statistic that is added as an example works', async () => {
  const text = BLOCKS.find(({ info }) => info === 'ts statistic')?.text ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-docs-'));
  try {
    const beside = pathToFileURL(join(ROOT, 'statistics')).href;
    const located = text.replaceAll("from './", `from '${beside}/`);
    const file = join(folder, 'rms.ts');
    writeFileSync(file, located.replace("from 'zod'", `from '${import.meta.resolve('zod')}'`));
    const { rms } = (await import(pathToFileURL(file).href)) as { rms: Statistic<Rms> };
    const spec: Rms = { statistic: 'rms', of: 'x' };
    const columns: Columns = { x: { type: 'decimal', places: 1, min: '0', max: '9', unit: 'm' } };
    // √((1² + 2² + 2.5²) / 3) = √3.75
    const values = [10n, 20n, 25n];
    const momentsOf = (records: readonly bigint[]): Moments =>
      Object.assign(
        (...factors: readonly string[]) => records.reduce((sum, x) => sum + x ** BigInt(factors.length), 0n),
        { binned: () => [], over: () => momentsOf(records) },
      );
    const cellOf = (records: readonly bigint[]): PooledCell => ({
      size: records.length,
      column: () => records,
      over: () => cellOf(records),
      from: () => cellOf(records),
    });
    for (const outcome of [
      rms.finish(spec, momentsOf(values), columns),
      rms.definition(spec, cellOf(values), columns),
    ]) {
      expect(roundExact(outcome as Exact, 4)).toBe('1.9365');
    }
    expect(rms.finish(spec, momentsOf([]), columns)).toBeNull();
    expect(rms.definition(spec, cellOf([]), columns)).toBeNull();
    expect([rms.moments(spec), rms.columns(spec), rms.unit(spec, columns)]).toEqual([
      [['x', 'x']],
      { of: 'x' },
      'm',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What the example reads of a specification. */
interface Rms {
  readonly statistic: string;
  readonly of: string;
}
