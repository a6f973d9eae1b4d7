/**
 * A whole task from a task document and tables in files, on a throw-away local network: what `strongroom run` and the
 * examples do. The daemons are processes of their own; the input parties and the output party are clients here,
 * each with its own folder, identity and connection. The log is read and verified here once for all of them.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { openPlain } from '../statistics/plain.ts';
import type { Result } from '../statistics/result.ts';
import { intersectionOf, ownTable } from '../statistics/domain.ts';
import { joinTables, sizesOf } from '../statistics/join.ts';
import { readLinkedTable, type LinkedTable } from '../statistics/linked-table.ts';
import type { TaskDocument } from '../statistics/task.ts';
import type { TaskLife } from '../trust/life.ts';
import { writeFileAtomic } from '../trust/storage/files.ts';
import { submitInThreads } from './contributor-threads.ts';
import { submitAll, type Contribution } from './contributors.ts';
import { createNetwork, Network, type PartySpec } from './network.ts';
import { receiptBytes } from '../trust/receipt/form.ts';
import { fetchResult, receiptOf, type ResultDocument } from './output-party.ts';
import { propose } from './requester.ts';
import { Session } from './session.ts';
import { readTableFile } from './table-file.ts';
import { timeline, type PhaseFigures } from './timeline.ts';

/** So many input parties are served by one thread. */
const FEW = 20;

/** `files[party][table]` is the path of a CSV or Parquet file. */
export type InputFiles = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface LocalRun {
  readonly task: TaskDocument;
  readonly files: InputFiles;
  /** Where result.json, receipt.json and, with `keep`, the network's folder go. */
  readonly out: string;
  readonly keep?: boolean;
  readonly onProgress?: (line: string) => void;
}

export interface LocalRunReport {
  readonly document: ResultDocument;
  readonly phases: readonly PhaseFigures[];
  /** From the proposal to the verified result, in milliseconds. */
  readonly elapsedMs: number;
  /**
   * The largest resident memory of each daemon and of this process, in which the clients are, in bytes; daemons are absent
   * where the system does not tell.
   */
  readonly memory: ReadonlyMap<string, number>;
  readonly resultFile: string;
  readonly receiptFile: string;
}

/** Computes the same in the clear from the pooled records. */
export async function runPlain(task: TaskDocument, files: InputFiles): Promise<Result> {
  requireFiles(task, files);
  const plain = openPlain(task);
  const linked: LinkedTable[] = [];
  for (const party of task.parties.input) {
    const file = fileOf(task, files, party);
    const rows = readTableFile(ownTable(task, party).table, file);
    if (intersectionOf(task) !== undefined) linked.push(await readLinkedTable(task, party, rows, file));
    else for await (const { record } of rows) plain.add(record, party);
  }
  if (linked.length === 0) return plain.result();
  for (const record of joinTables(task, linked)) plain.add(record, '');
  return plain.result(sizesOf(task, linked));
}

function fileOf(task: TaskDocument, files: InputFiles, party: string): string {
  const table = ownTable(task, party).name;
  const file = files.get(party)?.get(table);
  if (file !== undefined) return file;
  throw new StrongroomError('USAGE', `${party} has no data; add --input ${party}:${table}=FILE.`);
}

/** Throws USAGE or NOT_FOUND unless there is a file for each input party, and no other: before anything is started. */
function requireFiles(task: TaskDocument, files: InputFiles): void {
  const { input } = task.parties;
  for (const [party, tables] of files) {
    if (!input.includes(party)) {
      throw new StrongroomError(
        'USAGE',
        `${party} is no input party of the task; it has: ${input.join(', ')}.`,
      );
    }
    const table = ownTable(task, party).name;
    const unknown = [...tables.keys()].find((name) => name !== table);
    if (unknown !== undefined) {
      throw new StrongroomError('USAGE', `${party} brings no table ${unknown} to this task, but ${table}.`);
    }
  }
  for (const party of input) {
    const file = fileOf(task, files, party);
    if (!existsSync(file)) {
      throw new StrongroomError('NOT_FOUND', `There is no file ${file}.`, { details: { party, file } });
    }
  }
}

/** Runs the task through its whole life. Everything that it starts has stopped when it returns or throws. */
export async function runLocally({ task, files, out, keep, onProgress }: LocalRun): Promise<LocalRunReport> {
  const progress = onProgress ?? (() => undefined);
  requireFiles(task, files);
  mkdirSync(out, { recursive: true });
  const folder = keep === true ? join(out, 'network') : mkdtempSync(join(tmpdir(), 'strongroom-'));
  try {
    const parties = partiesOf(task);
    progress(`network   ${parties.length} parties and an aggregator get their keys and folders`);
    await createNetwork(folder, { parties, policy: 'automatic' });
    await using network = await Network.start(folder, task.parties.processing);
    progress(
      `network   an aggregator and ${task.parties.processing.length} key holders are running, one process each`,
    );
    return await conduct(task, files, network, out, progress);
  } finally {
    if (keep !== true) rmSync(folder, { recursive: true, force: true });
  }
}

export function partiesOf({ parties }: TaskDocument): PartySpec[] {
  const roles = new Map<string, Set<PartySpec['roles'][number]>>();
  const add = (name: string, role: PartySpec['roles'][number]) =>
    roles.set(name, (roles.get(name) ?? new Set()).add(role));
  for (const name of parties.input) add(name, 'input');
  for (const name of parties.processing) add(name, 'processing');
  for (const name of parties.controllers) add(name, 'controller');
  add(parties.output, 'output');
  return [...roles].map(([name, set]) => ({ name, roles: [...set] }));
}

async function conduct(
  task: TaskDocument,
  files: InputFiles,
  network: Network,
  out: string,
  progress: (line: string) => void,
): Promise<LocalRunReport> {
  await using output = await Session.open(network.profile(task.parties.output));
  const started = performance.now();
  const life = await propose(output, task);
  progress(`propose   task ${life.id.slice(0, 16)} is in the log`);
  const watched = watch(output, life, progress);
  const stop = new AbortController();
  const submissions = collect(output, life, files, network, stop.signal, progress);
  try {
    const [delivered] = await Promise.all([fetchResult(output, life.id), submissions]);
    const elapsedMs = performance.now() - started;
    const resultFile = join(out, 'result.json');
    await writeFileAtomic(resultFile, `${JSON.stringify(delivered.document, null, 2)}\n`);
    await watched;
    const receiptFile = join(out, 'receipt.json');
    await writeFileAtomic(receiptFile, receiptBytes(receiptOf(output, life, delivered)));
    return {
      document: delivered.document,
      phases: timeline(output.board, life),
      elapsedMs,
      memory: memoryOf(network),
      resultFile,
      receiptFile,
    };
  } finally {
    stop.abort();
    await submissions.catch(() => undefined);
  }
}

/** Submits for every input party; of a few each is told, of many all together. */
async function collect(
  output: Session,
  life: TaskLife,
  files: InputFiles,
  network: Network,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<void> {
  const { document, inputs } = life;
  const contributors = inputs.map((party) => ({
    party,
    profile: network.profile(party),
    tables: new Map([[ownTable(document, party).name, fileOf(document, files, party)]]),
  }));
  const tell = ({ party, records, bytes }: Contribution) =>
    progress(`collect   ${party}: ${records} records encrypted into ${(bytes / 1000).toFixed(0)} kB`);
  if (inputs.length <= FEW) {
    await submitAll(output, life, contributors, { signal, onSubmitted: tell });
    return;
  }
  const total = { party: `${inputs.length} parties`, records: 0, bytes: 0 };
  await submitInThreads(life.id, contributors, {
    signal,
    onSubmitted: ({ records, bytes }) => {
      total.records += records;
      total.bytes += bytes;
    },
  });
  tell(total);
}

/** Tells each new phase as it begins; resolves once every key share is destroyed. */
async function watch(session: Session, life: TaskLife, progress: (line: string) => void): Promise<void> {
  let told = '';
  const tell = (task: TaskLife) => {
    const line = LINES[task.phase]?.(task);
    if (line !== undefined && line !== told) progress(line);
    told = line ?? told;
  };
  await session.until(life.id, (task) => (task.phase === 'SHREDDED' ? true : undefined), { onChange: tell });
}

const LINES: Partial<Record<TaskLife['phase'], (task: TaskLife) => string>> = {
  APPROVING: (task) => `approve   ${task.approvals.size} of ${task.holders.length} key holders have approved`,
  KEYING: (task) => `key       all ${task.holders.length} have approved; contributions are opened`,
  COLLECTING: (task) =>
    task.manifests.size === 0
      ? 'key       the joint key is made, tested and signed by every key holder'
      : `collect   ${milestone(task.manifests.size, task.inputs.length)} of ${task.inputs.length} input parties have submitted`,
  SEALED: () => 'seal      the input set is fixed',
  EVALUATED: () => 'evaluate  done; every key holder now evaluates for itself',
  RELEASING: (task) =>
    `release   ${task.releases.size} of ${task.holders.length} key holders have turned their key`,
  DELIVERED: (task) => `shred     ${task.shreds.size} of ${task.holders.length} key shares are destroyed`,
  SHREDDED: (task) => `shred     ${task.shreds.size} of ${task.holders.length} key shares are destroyed`,
};

/** Every one of a few; of many, the last twentieth that is full. */
function milestone(count: number, of: number): number {
  return count === of ? of : count - (count % Math.ceil(of / 20));
}

/** The peak resident set of each daemon (proc(5), VmHWM), and of this process. */
function memoryOf(network: Network): Map<string, number> {
  const peaks = new Map<string, number>();
  for (const { name, child } of network.daemons.values()) {
    try {
      const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1];
      if (kilobytes !== undefined) peaks.set(name, Number(kilobytes) * 1024);
    } catch {
      // Other systems than Linux have no /proc: the report then says nothing about memory.
    }
  }
  return peaks.set('clients', process.resourceUsage().maxRSS * 1024);
}
