/** The table of one party whose records are linked with those of others: every record has a key. */
import { isKey } from './columns.ts';
import { intersectionOf, ownTable, recordsPerKey } from './domain.ts';
import { MAX_PROBLEMS, refusal, type TableRecord, type TableRow } from './table.ts';
import type { TaskDocument } from './task.ts';

/** Position by position, the records of a unit and its key. */
export interface LinkedTable {
  readonly records: readonly (readonly TableRecord[])[];
  /** `keyBytes` tells what is linked: as strings, tens of thousands take a fifth of the memory. */
  readonly keys: readonly string[];
}

/** The bytes of a key in a `LinkedTable`. */
export const keyBytes = (key: string): Uint8Array => Buffer.from(key, 'latin1');

/**
 * Reads the rows of a table to their end. Throws TABLE_INVALID, naming the rows and no value, where more records have
 * the same key than the task declares for this party, which is one unless it says otherwise; and what the source throws.
 */
export async function readLinkedTable(
  task: TaskDocument,
  party: string,
  rows: AsyncIterable<TableRow>,
  file: string,
): Promise<LinkedTable> {
  const { columns } = ownTable(task, party).table;
  const most = recordsPerKey(task, party);
  const names = Object.keys(columns).filter((name) => columns[name] !== undefined && isKey(columns[name]));
  const order = (intersectionOf(task)?.on ?? []).map((name) => names.indexOf(name));
  const positions = new Map<string, number>();
  const units: TableRecord[][] = [];
  const first: number[] = [];
  /** The further rows of units that stand in several. */
  const further = new Map<number, number[]>();
  const problems: { row: number; message: string }[] = [];
  for await (const { record, keys: texts, row } of rows) {
    const key = keyOf(order.map((position) => texts[position] ?? ''));
    const at = positions.get(key);
    if (at === undefined) {
      positions.set(key, units.length);
      units.push([record]);
      first.push(row);
      continue;
    }
    const others = further.get(at) ?? [];
    if (others.length + 1 < most) {
      units[at]?.push(record);
      others.push(row);
      further.set(at, others);
    } else problems.push({ row, message: tooMany([first[at] ?? 0, ...others], most) });
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (problems.length > 0) throw refusal(file, problems);
  return { records: units, keys: [...positions.keys()] };
}

function tooMany(rows: readonly number[], most: number): string {
  if (most === 1) return `has the same key as row ${rows[0] ?? 0}; a key may stand in one row only`;
  const named = rows.length > MAX_PROBLEMS ? `${rows.slice(0, MAX_PROBLEMS).join(', ')}, …` : rows.join(', ');
  return `has the same key as rows ${named}; a key may stand in ${most} rows`;
}

/** Each part after its length in two bytes, so that no two lists of parts are the same bytes. */
function keyOf(parts: readonly string[]): string {
  return parts
    .map((part) => {
      const text = Buffer.from(part);
      const length = String.fromCharCode(text.length >> 8, text.length & 255);
      return `${length}${text.toString('latin1')}`;
    })
    .join('');
}
