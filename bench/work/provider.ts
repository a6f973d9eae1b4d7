/** What an input party does with its table, as `clients/provider.ts` does it, beside what reading alone takes. */
import { mkdtempSync, rmSync, createReadStream } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { readTableFile } from '../../clients/table-file.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import type { SumParameters } from '../../schemes/scheme.ts';
import { ownTable } from '../../statistics/domain.ts';
import { openEncoder } from '../../statistics/encode.ts';
import { finishTask } from '../../statistics/finish.ts';
import { openPlain } from '../../statistics/plain.ts';
import { planTask } from '../../statistics/plan.ts';
import type { Result } from '../../statistics/result.ts';
import type { TaskDocument } from '../../statistics/task.ts';
import { sha256Hex } from '../../trust/digest.ts';
import type { Answer } from '../harness/benchmark.ts';
import type { Work } from '../harness/contestants.ts';
import { makeJointKey } from '../joint-key.ts';
import { decryptOutputs } from './ours.ts';
import { surveyTask, writeParquetSurvey, writeSurvey } from './survey.ts';

export interface SurveyJob {
  readonly rows: number;
  readonly cells?: number;
  /** Of pay, in a CSV file; 1 where nothing is said. */
  readonly columns?: number;
  readonly format?: 'csv' | 'parquet';
}

const PARTY = 'north';

interface Survey extends Disposable {
  readonly task: TaskDocument;
  readonly file: string;
}

function openSurvey({ rows, cells, columns, format = 'csv' }: SurveyJob): Survey {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  const file = join(folder, `people.${format}`);
  if (format === 'csv') writeSurvey(file, rows, columns);
  else writeParquetSurvey(file, rows);
  return {
    task: surveyTask(rows, cells, columns),
    file,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** Reading, validation, encoding, encryption, digests. */
export async function encryptTable(job: SurveyJob): Promise<Work> {
  const survey = openSurvey(job);
  const { task, file } = survey;
  const plan = planTask(task);
  const parameters = plan.parameters as SumParameters;
  const context = { parameters, task: randomBytes(32).toString('hex') };
  const { jointKey, seeds } = await makeJointKey(context);
  let made: Uint8Array[] = [];
  return {
    units: job.rows,
    run: async () => {
      const encoder = openEncoder(task, plan, PARTY);
      for await (const { record } of readTableFile(ownTable(task, PARTY).table, file)) {
        encoder.add(record);
      }
      using encryptor = await openEncryptor(context, jointKey, PARTY);
      made = encoder.vectors().map((vector) => encryptor.encrypt(vector));
      made.forEach(sha256Hex);
    },
    answer: async () => {
      const vectors = await decryptOutputs({ context, jointKey, seeds }, PARTY, made);
      return answerOf(finishTask(task, plan, vectors));
    },
    [Symbol.dispose]: () => survey[Symbol.dispose](),
  };
}

/** Reading, validation, and the same statistics in the clear. */
export function computePlainly(job: SurveyJob): Work {
  const survey = openSurvey(job);
  const { task, file } = survey;
  let result: Result | undefined;
  return {
    units: job.rows,
    run: async () => {
      const plain = openPlain(task);
      for await (const { record } of readTableFile(ownTable(task, PARTY).table, file)) {
        plain.add(record, PARTY);
      }
      result = plain.result();
    },
    answer: () => (result === undefined ? null : answerOf(result)),
    [Symbol.dispose]: () => survey[Symbol.dispose](),
  };
}

/** csv-parse alone, and sums of its strings: nothing is validated. */
export function parseOnly(job: SurveyJob): Work {
  const survey = openSurvey(job);
  let cells = new Map<string, { count: number; cents: number }>();
  return {
    units: job.rows,
    run: async () => {
      cells = new Map();
      const rows = createReadStream(survey.file, { highWaterMark: 1 << 20 }).pipe(parse({ from_line: 2 }));
      for await (const [region = '', sector = '', , pay = ''] of rows as AsyncIterable<string[]>) {
        const key = `${region} ${sector}`;
        const cell = cells.get(key) ?? { count: 0, cents: 0 };
        cell.count += 1;
        cell.cents += Math.round(Number(pay) * 100);
        cells.set(key, cell);
      }
    },
    answer: () =>
      [...cells].map(([key, { count, cents }]) => `${key}: ${count}, ${(cents / 100).toFixed(2)}`).sort(),
    [Symbol.dispose]: () => survey[Symbol.dispose](),
  };
}

/** The cells that are not empty. */
function answerOf({ statistics }: Result): Answer {
  const [counts, ...sums] = statistics;
  return (counts?.rows ?? [])
    .flatMap(({ cell: { region, sector }, value }, i) =>
      region === undefined || sector === undefined || value === '0'
        ? []
        : [`${region} ${sector}: ${[value, ...sums.map(({ rows }) => rows[i]?.value)].join(', ')}`],
    )
    .sort();
}
