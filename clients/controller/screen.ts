/** The controller's own screen: a live table on a terminal, else a line for each check, with `json` a JSON value. */
import { basename, dirname } from 'node:path';
import { table } from '../table.ts';
import type { Check, Finding } from './state.ts';
import type { Mark, View } from './view.ts';

export type ScreenForm = 'table' | 'lines' | 'json';

export interface Screen extends Disposable {
  /** The log has been read to this size. */
  read(entries: number, tasks: number): void;
  checked(check: Check, findings: readonly Finding[], ms: number): void;
}

export function openScreen(form: ScreenForm, view: () => View): Screen {
  return form === 'table' ? new TableScreen(view) : new LineScreen(form === 'json');
}

class LineScreen implements Screen {
  readonly #json: boolean;

  constructor(json: boolean) {
    this.#json = json;
  }

  read(entries: number, tasks: number): void {
    this.#say({ read: { entries, tasks } }, `read      ${entries} entries of ${tasks} tasks`);
  }

  checked({ task, check, subject }: Check, findings: readonly Finding[], ms: number): void {
    const id = task === '' ? 'the log' : task.slice(0, 12);
    const outcome = findings.length === 0 ? 'clean' : `${findings.length} found`;
    this.#say(
      { checked: { task, check, subject, ms: Math.round(ms), findings: findings.length } },
      `checked   ${id}  ${check}  ${outcome}  ${Math.round(ms)} ms`,
    );
    for (const found of findings) this.#say({ found }, findingInWords(found));
  }

  [Symbol.dispose](): void {
    // Nothing is kept open.
  }

  #say(value: unknown, text: string): void {
    process.stdout.write(`${this.#json ? JSON.stringify(value) : text}\n`);
  }
}

/** Drawn at most so often, in milliseconds. */
const REDRAW_MS = 250;
const CLEAR = '\u001b[H\u001b[2J';
const MARKS: Readonly<Record<Mark, string>> = {
  none: '·',
  open: '…',
  clean: 'clean',
  wrong: 'WRONG',
  closed: '-',
};

class TableScreen implements Screen {
  readonly #view: () => View;
  readonly #resized = (): void => this.#soon();
  #timer: NodeJS.Timeout | undefined;

  constructor(view: () => View) {
    this.#view = view;
    process.stdout.on('resize', this.#resized);
  }

  read(): void {
    this.#soon();
  }

  checked(): void {
    this.#soon();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    process.stdout.off('resize', this.#resized);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const { rows, columns } = process.stdout;
      process.stdout.write(CLEAR + drawing(this.#view(), rows, columns));
    }, REDRAW_MS);
  }
}

/** The newest tasks and findings that fit; findings take a third of the rows at most, and are wrapped, never cut. */
export function drawing({ party, entries, tasks, findings }: View, rows: number, columns: number): string {
  const proven = findings.filter(({ kind }) => kind !== 'unproven').length;
  const head = `${party}: ${entries} entries of the log verified, ${tasks.length} tasks, ${findings.length} findings, ${proven} with evidence`;
  const folder = findings.map(({ evidence }) => evidence).find((file) => file !== null);
  const found = newest(
    findings.map((finding) => wrapped(findingInWords(finding, basename), columns)),
    Math.max(4, Math.floor(rows / 3)),
  );
  const where = folder === undefined ? [] : wrapped(`The evidence is in ${dirname(folder)}`, columns);
  const lower =
    found.lines.length === 0 ? [] : ['', ...found.lines, ...left(found.more, 'findings'), ...where];
  const top = wrapped(head, columns);
  const room = Math.max(3, rows - top.length - lower.length - 5);
  const shown = tasks.slice(-room);
  const lines = [
    ...top,
    '',
    ...table(
      ['task', 'phase', 'documents', 'key', 'evaluation', 'title'],
      shown.map((task) => [
        task.task.slice(0, 12),
        `${task.phase} ${task.progress}`.trim(),
        MARKS[task.documents],
        MARKS[task.key],
        MARKS[task.evaluation],
        printable(task.title),
      ]),
    ).split('\n'),
    ...left(tasks.length - shown.length, 'tasks'),
    ...lower,
  ];
  return `${lines.map((line) => fitted(line, columns)).join('\n')}\n`;
}

/** As many of the last blocks as fit into so many lines, one at least. */
function newest(blocks: readonly (readonly string[])[], most: number): { lines: string[]; more: number } {
  const lines: string[] = [];
  let taken = 0;
  for (const block of blocks.toReversed()) {
    if (taken > 0 && lines.length + block.length > most) break;
    lines.unshift(...block);
    taken += 1;
  }
  return { lines, more: blocks.length - taken };
}

const left = (count: number, what: string): string[] =>
  count <= 0 ? [] : [`… and ${count} earlier ${what}`];

/** A line that is longer than the terminal is wide ends with an ellipsis. */
const fitted = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;

/** Broken at spaces, or where there are none; what follows stands below the text of the first line. */
function wrapped(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => {
    const indent = ' '.repeat(line.startsWith('FOUND') || line.startsWith(' ') ? INDENT : 0);
    const lines: string[] = [];
    let rest = line;
    while (rest.length > columns && columns > 2 * INDENT) {
      const space = rest.lastIndexOf(' ', columns);
      const end = space > indent.length ? space : columns;
      lines.push(rest.slice(0, end));
      rest = indent + rest.slice(end).trimStart();
    }
    return [...lines, rest];
  });
}

/** Behind `FOUND`. */
const INDENT = 10;

/** `named` says how a file is named to people. */
function findingInWords(
  { task, kind, accused, code, says, evidence }: Finding,
  named: (file: string) => string = (file) => file,
): string {
  const where = task === '' ? '' : ` in ${task.slice(0, 12)}`;
  const first = `FOUND     ${kind}${where}: ${accused} [${code}] ${printable(says)}`;
  return evidence === null ? first : `${first}\n          evidence: ${named(evidence)}`;
}

/** Text of others, without what would steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '�');
}
