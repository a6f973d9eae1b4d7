/**
 * Two made-up registers of persons, linked and regressed end to end: an education register has years of education and of
 * experience, a tax office has wages; nine of ten persons stand in both. Every number is a hash of the person's, so that
 * the same rows give the same tables, and wage = 10·education + 3·experience + noise in units of a cent.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLocally, runPlain, type LocalRunReport } from '../../clients/local-run.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { validateTask, type TaskDocument } from '../../statistics/task.ts';
import type { Contestant } from '../harness/benchmark.ts';

/** What no process of a run may need, however many rows. */
const MOST_MEMORY = 1e9;

type Files = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Writes both tables, each of so many rows and in an order of its own, and returns their files. */
function writeRegisters(folder: string, rows: number): Files {
  const both = Math.floor(rows * 0.9);
  const education = Array.from({ length: rows }, (_, person) => person);
  const taxes = Array.from({ length: rows }, (_, i) => (i < both ? i : rows + i)).reverse();
  const files = {
    register: ['person,education,experience', ...education.map(educationRow)],
    taxes: ['person,wage', ...taxes.map(taxRow)],
  };
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.csv`), `${lines.join('\n')}\n`);
  }
  return new Map([
    ['education-register', new Map([['persons', join(folder, 'register.csv')]])],
    ['tax-office', new Map([['wages', join(folder, 'taxes.csv')]])],
  ]);
}

function educationRow(person: number): string {
  const { education, experience } = attributes(person);
  return `${person},${education},${experience}`;
}

function taxRow(person: number): string {
  const { education, experience, noise } = attributes(person);
  return `${person},${(10 * education + 3 * experience + noise) / 100}`;
}

function attributes(person: number): { education: number; experience: number; noise: number } {
  const digest = createHash('sha256').update(`linked registers/${person}`).digest();
  return {
    education: digest.readUInt32BE(0) % 21,
    experience: digest.readUInt32BE(4) % 61,
    noise: digest.readUInt32BE(8) % 100,
  };
}

function linkedTask(rows: number): TaskDocument {
  return validateTask({
    strongroom: 'task/1',
    title: `Two registers of ${rows} rows, linked and regressed`,
    purpose: 'A benchmark on made-up data.',
    'legal-basis': 'none: the data are made up',
    retention: 'P1D',
    parties: {
      input: ['education-register', 'tax-office'],
      processing: ['holder-1', 'holder-2', 'holder-3'],
      output: 'institute',
    },
    tables: {
      persons: {
        columns: {
          person: { type: 'key' },
          education: { type: 'integer', min: 0, max: 20 },
          experience: { type: 'integer', min: 0, max: 60 },
        },
        'max-rows': rows,
      },
      wages: {
        columns: { person: { type: 'key' }, wage: { type: 'decimal', places: 2, min: 0, max: 10 } },
        'max-rows': rows,
      },
    },
    domain: {
      intersection: { tables: { 'education-register': 'persons', 'tax-office': 'wages' }, on: ['person'] },
    },
    statistics: [
      { name: 'wages', statistic: 'regression', of: 'wage', on: ['education', 'experience'], decimals: 8 },
    ],
    disclosure: { 'minimum-contributors': 2 },
    deadlines: { approve: 'PT1H', collect: 'PT1H', release: 'PT1H' },
  });
}

/** A scratch folder with both tables, and the task over them. */
function openRegisters(rows: number): { task: TaskDocument; files: Files; folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  return {
    task: linkedTask(rows),
    files: writeRegisters(folder, rows),
    folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/**
 * From the proposal to the verified result, with all daemons as processes of their own. Throws INTERNAL where one of
 * them needs more than `MOST_MEMORY`.
 */
export function secure(rows: number, tell: (report: LocalRunReport) => void): Contestant {
  const registers = openRegisters(rows);
  let last: LocalRunReport | undefined;
  return {
    name: 'strongroom',
    async run() {
      last = await runLocally({ ...registers, out: join(registers.folder, 'out') });
      tell(last);
      const large = [...last.memory].find(([, bytes]) => bytes > MOST_MEMORY);
      if (large !== undefined) {
        throw new StrongroomError(
          'INTERNAL',
          `${large[0]} needs ${(large[1] / 1e6).toFixed(0)} MB of memory`,
        );
      }
      return { seconds: last.elapsedMs / 1000, units: rows };
    },
    answer: () => Promise.resolve(JSON.stringify(last?.document.result)),
    [Symbol.asyncDispose]: () => Promise.try(() => registers[Symbol.dispose]()),
  };
}

/** The same, of the joined files. */
export function inTheClear(rows: number): Contestant {
  const registers = openRegisters(rows);
  let last: unknown;
  return {
    name: 'in the clear',
    async run() {
      const started = performance.now();
      last = await runPlain(registers.task, registers.files);
      return { seconds: (performance.now() - started) / 1000, units: rows };
    },
    answer: () => Promise.resolve(JSON.stringify(last)),
    [Symbol.asyncDispose]: () => Promise.try(() => registers[Symbol.dispose]()),
  };
}
