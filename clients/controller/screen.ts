/** The controller's own screen: a live table on a terminal, else a line for each check, with `json` a JSON value. */
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
  closed: 'not ours',
};

class TableScreen implements Screen {
  readonly #view: () => View;
  #timer: NodeJS.Timeout | undefined;

  constructor(view: () => View) {
    this.#view = view;
  }

  read(): void {
    this.#soon();
  }

  checked(): void {
    this.#soon();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const { rows, columns } = process.stdout;
      process.stdout.write(CLEAR + drawing(this.#view(), rows, columns));
    }, REDRAW_MS);
  }
}

/** The newest tasks and findings that fit. */
function drawing({ party, entries, tasks, findings }: View, rows: number, columns: number): string {
  const proven = findings.filter(({ kind }) => kind !== 'unproven').length;
  const shown = findings.slice(-Math.max(3, Math.floor(rows / 3)));
  const room = Math.max(3, rows - 6 - 2 * shown.length);
  const lines = [
    `${party}: ${entries} entries of the log verified, ${tasks.length} tasks, ${findings.length} findings, ${proven} with evidence`,
    '',
    ...table(
      ['task', 'phase', 'documents', 'key', 'inputs and evaluation', 'title'],
      tasks
        .slice(-room)
        .map((task) => [
          task.task.slice(0, 12),
          `${task.phase} ${task.progress}`.trim(),
          MARKS[task.documents],
          MARKS[task.key],
          MARKS[task.evaluation],
          printable(task.title),
        ]),
    ).split('\n'),
    ...(shown.length === 0 ? [] : ['']),
    ...shown.flatMap((found) => findingInWords(found).split('\n')),
  ];
  return `${lines.map((line) => line.slice(0, columns)).join('\n')}\n`;
}

function findingInWords({ task, kind, accused, code, says, evidence }: Finding): string {
  const where = task === '' ? '' : ` in ${task.slice(0, 12)}`;
  const first = `FOUND     ${kind}${where}: ${accused} [${code}] ${printable(says)}`;
  return evidence === null ? first : `${first}\n          evidence: ${evidence}`;
}

/** Text of others, without what would steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '�');
}
