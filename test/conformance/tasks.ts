/** The tasks that the harness proposes: sums of either scheme, and products over linked registers, on made-up tables. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { readTable } from '../../statistics/csv.ts';
import { ownTable } from '../../statistics/domain.ts';
import { joinTables } from '../../statistics/join.ts';
import { readLinkedTable, type LinkedTable } from '../../statistics/linked-table.ts';
import { openPlain } from '../../statistics/plain.ts';
import type { Result } from '../../statistics/result.ts';
import type { TableRecord, TableRow } from '../../statistics/table.ts';
import type { TaskDocument } from '../../statistics/task.ts';
import { signDocument } from '../../trust/documents.ts';
import { LINKED_PARTIES, LINKED_PRODUCTS, LINKED_TABLES, type LinkedParty } from '../fixtures/linked-task.ts';
import { smallTask, TABLES } from '../fixtures/small-task.ts';
import { INPUTS, OFFICE, OTHERS } from './parties.ts';
import type { StandIn } from './stand-in.ts';

type TaskKind = 'bfv' | 'paillier' | 'linked';

export interface Proposal {
  /** Sums with `bfv` where nothing is said. */
  readonly kind?: TaskKind;
  /** The key holders; the candidate stands between the others where nothing is said. */
  readonly processing?: readonly string[];
  /** How long ago it was proposed, by its own date. */
  readonly ageMs?: number;
  /** The lengths of its phases, in seconds; a day each where nothing is said. */
  readonly seconds?: { readonly approve: number; readonly collect: number; readonly release: number };
}

const DAY_SECONDS = 24 * 3600;

/** The envelope of a proposal by the office. */
export function proposalOf(stand: StandIn, title: string, proposal: Proposal = {}): Uint8Array {
  const { candidate, consortium } = stand.parties;
  const { processing = [OTHERS[0], candidate, OTHERS[1]], ageMs = 0 } = proposal;
  const payload = {
    by: OFFICE,
    at: new Date(Date.now() - ageMs).toISOString(),
    seen: stand.book.seen,
    consortium: consortium.digest,
    nonce: randomBytes(32).toString('hex'),
    document: documentFor(title, processing, proposal),
  };
  return signDocument('proposal', payload, stand.parties.signer(OFFICE));
}

function documentFor(
  title: string,
  processing: readonly string[],
  { kind = 'bfv', seconds }: Proposal,
): TaskDocument {
  const { approve, collect, release } = seconds ?? {
    approve: DAY_SECONDS,
    collect: DAY_SECONDS,
    release: DAY_SECONDS,
  };
  const usual = {
    title,
    purpose: 'To see whether a key holder keeps the rules',
    disclosure: { 'minimum-contributors': 2 },
    deadlines: { approve: `PT${approve}S`, collect: `PT${collect}S`, release: `PT${release}S` },
  };
  const input = kind === 'linked' ? LINKED_PARTIES : INPUTS;
  const parties = { input, processing, output: OFFICE };
  return smallTask(processing, {
    ...(kind === 'linked' ? LINKED_PRODUCTS : { scheme: kind }),
    ...usual,
    parties,
  });
}

/** The records of a party of a task of sums. */
export async function recordsOf(task: TaskDocument, party: string): Promise<TableRecord[]> {
  const rows = await Array.fromAsync(rowsOf(task, party, TABLES[party] ?? ''));
  return rows.map(({ record }) => record);
}

/** The records of a party of a task over linked registers, with their keys. */
export function linkedTableOf(task: TaskDocument, party: string): Promise<LinkedTable> {
  const [, text] = LINKED_TABLES[party as LinkedParty];
  return readLinkedTable(task, party, rowsOf(task, party, text), `${party}.csv`);
}

function rowsOf(task: TaskDocument, party: string, text: string): AsyncGenerator<TableRow> {
  const bytes = Readable.from([Buffer.from(text)]) as AsyncIterable<Uint8Array>;
  return readTable(ownTable(task, party).table, bytes, `${party}.csv`);
}

/** What the task comes to in the clear. */
export async function plainResult(task: TaskDocument): Promise<Result> {
  const plain = openPlain(task);
  if ('intersection' in task.domain) {
    const tables = await Promise.all(task.parties.input.map((party) => linkedTableOf(task, party)));
    for (const record of joinTables(task, tables)) plain.add(record, '');
    return plain.result();
  }
  for (const party of task.parties.input) {
    for (const record of await recordsOf(task, party)) plain.add(record, party);
  }
  return plain.result();
}
