/** Task documents and tables for tests. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type ErrorCode, StrongroomError } from '../proto/errors.ts';
import { readTable } from '../statistics/csv.ts';
import { openEncoder } from '../statistics/encode.ts';
import { finishTask } from '../statistics/finish.ts';
import { openPlain } from '../statistics/plain.ts';
import { type Plan, planTask } from '../statistics/plan.ts';
import type { Result } from '../statistics/result.ts';
import type { TableRecord } from '../statistics/table.ts';
import { type Table, type TaskDocument, validateTask } from '../statistics/task.ts';

const WAGES = new URL('../examples/wages/', import.meta.url);

/** The YAML of the wages example. */
export const wagesYaml = (): string => readFileSync(new URL('task.yaml', WAGES), 'utf8');

/** The CSV file of one office of the wages example. */
export const wagesCsv = (party: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`${party}.csv`, WAGES)));

/** The JSON value of a small valid task, for tests to change; not in normal form. */
export function taskValue(): Record<string, unknown> {
  return {
    strongroom: 'task/1',
    title: 'A test',
    purpose: 'To test',
    'legal-basis': 'None',
    retention: 'P1D',
    parties: { input: ['a', 'b', 'c'], processing: ['h1', 'h2', 'h3'], output: 'out' },
    tables: {
      units: {
        columns: {
          group: { type: 'category', values: ['x', 'y'] },
          flag: { type: 'boolean' },
          amount: { type: 'decimal', places: 2, min: '-10.00', max: '10.00' },
          size: { type: 'integer', min: 0, max: 100 },
        },
        'max-rows': 1000,
      },
    },
    domain: { union: 'units' },
    statistics: [{ name: 'n', statistic: 'count' }],
    disclosure: { 'minimum-contributors': 2 },
    deadlines: { approve: 'PT1H', collect: 'P1D', release: 'P1D' },
  };
}

/** A valid task over these columns and statistics. */
export function taskOf(
  columns: Record<string, unknown>,
  statistics: readonly Record<string, unknown>[],
  changes: Record<string, unknown> = {},
  maxRows = 1000,
): TaskDocument {
  const tables = { units: { columns, 'max-rows': maxRows } };
  return validateTask({ ...taskValue(), tables, statistics, ...changes });
}

/** The table that the statistics of a task are over. */
export function tableOfTask(task: TaskDocument): Table {
  const table = task.tables[task.domain.union];
  if (table === undefined) throw new Error('no table');
  return table;
}

/** Encodes each party's records, adds the vectors modulo the plaintext modulus as the scheme would, finishes. */
export function computeSecurely(
  task: TaskDocument,
  parties: readonly (readonly TableRecord[])[],
  plan: Plan = planTask(task),
): Result {
  const modulus = BigInt(plan.parameters.plainModulus);
  const vectors = parties.map((records, i) => {
    const encoder = openEncoder(task, plan, task.parties.input[i] ?? '');
    for (const record of records) encoder.add(record);
    return encoder.vectors();
  });
  const sums = Array.from({ length: plan.ciphertexts }, (_, i) =>
    Array.from({ length: plan.parameters.ringDegree }, (_, slot) =>
      centred(
        vectors.reduce((sum, vector) => sum + (vector[i]?.[slot] ?? 0n), 0n),
        modulus,
      ),
    ),
  );
  return finishTask(task, plan, sums);
}

/** The representative of x modulo t in (−t/2, t/2]. */
function centred(x: bigint, modulus: bigint): bigint {
  const rest = ((x % modulus) + modulus) % modulus;
  return 2n * rest > modulus ? rest - modulus : rest;
}

export function computePlainly(task: TaskDocument, parties: readonly (readonly TableRecord[])[]): Result {
  const plain = openPlain(task);
  for (const [i, records] of parties.entries()) {
    for (const record of records) plain.add(record, task.parties.input[i] ?? '');
  }
  return plain.result();
}

/** The records of a CSV text, fed to the reader in pieces of the given size. */
export async function readAll(
  table: Table,
  text: string | Uint8Array,
  pieceSize = 64 * 1024,
): Promise<TableRecord[]> {
  const records: TableRecord[] = [];
  for await (const record of readTable(table, pieces(Buffer.from(text), pieceSize), 'units.csv'))
    records.push(record);
  return records;
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

/** The error that an action throws, which must have this code. */
export async function refusalOf(code: ErrorCode, action: () => unknown): Promise<StrongroomError> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    expect(error.code).toBe(code);
    return error;
  }
  throw new Error(`nothing was refused; ${code} was expected`);
}
