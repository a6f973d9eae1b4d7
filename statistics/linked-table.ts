/** The table of one party whose records are linked with those of others: every record has a key, and none has two. */
import { isKey } from './columns.ts';
import { intersectionOf, ownTable } from './domain.ts';
import { refusal, type TableRecord, type TableRow } from './table.ts';
import type { TaskDocument } from './task.ts';

/** Position by position, the records and the bytes of their keys. */
export interface LinkedTable {
  readonly records: readonly TableRecord[];
  readonly keys: readonly Uint8Array[];
}

/** As for other problems of a table: enough to see the pattern. */
const MAX_PROBLEMS = 10;

/**
 * Reads the rows of `readTable` to their end. Throws TABLE_INVALID, naming both rows and no value, where two records
 * have the same key; and what the source throws.
 */
export async function readLinkedTable(
  task: TaskDocument,
  party: string,
  rows: AsyncIterable<TableRow>,
  file: string,
): Promise<LinkedTable> {
  const { columns } = ownTable(task, party).table;
  const names = Object.keys(columns).filter((name) => columns[name] !== undefined && isKey(columns[name]));
  const order = (intersectionOf(task)?.on ?? []).map((name) => names.indexOf(name));
  const records: TableRecord[] = [];
  const keys: Uint8Array[] = [];
  const first = new Map<string, number>();
  const problems: { row: number; message: string }[] = [];
  for await (const { record, keys: texts, row } of rows) {
    const key = keyBytes(order.map((position) => texts[position] ?? ''));
    const name = Buffer.from(key).toString('latin1');
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, row);
    else
      problems.push({ row, message: `has the same key as row ${earlier}; a key may stand in one row only` });
    if (problems.length >= MAX_PROBLEMS) break;
    records.push(record);
    keys.push(key);
  }
  if (problems.length > 0) throw refusal(file, problems);
  return { records, keys };
}

/** Each part after its length in two bytes, so that no two lists of parts are the same bytes. */
function keyBytes(parts: readonly string[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const text = Buffer.from(part);
      return [Uint8Array.of(text.length >> 8, text.length & 255), text];
    }),
  );
}
