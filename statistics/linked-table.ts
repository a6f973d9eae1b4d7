/** The table of one party whose records are linked with those of others: every record has a key. */
import { isKey } from './columns.ts';
import { intersectionOf, ownTable, recordsPerKey } from './domain.ts';
import { MAX_PROBLEMS, refusal, type TableRecord, type TableRow } from './table.ts';
import type { TaskDocument } from './task.ts';

/** Position by position, the records of a unit and the bytes of its key. */
export interface LinkedTable {
  readonly records: readonly (readonly TableRecord[])[];
  readonly keys: readonly Uint8Array[];
}

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
  const units = new Map<
    string,
    { readonly key: Uint8Array; readonly records: TableRecord[]; readonly rows: number[] }
  >();
  const problems: { row: number; message: string }[] = [];
  for await (const { record, keys: texts, row } of rows) {
    const key = keyBytes(order.map((position) => texts[position] ?? ''));
    const name = Buffer.from(key).toString('latin1');
    const unit = units.get(name);
    if (unit === undefined) units.set(name, { key, records: [record], rows: [row] });
    else if (unit.records.length < most) {
      unit.records.push(record);
      unit.rows.push(row);
    } else problems.push({ row, message: tooMany(unit.rows, most) });
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (problems.length > 0) throw refusal(file, problems);
  const all = [...units.values()];
  return { records: all.map(({ records }) => records), keys: all.map(({ key }) => key) };
}

function tooMany(rows: readonly number[], most: number): string {
  if (most === 1) return `has the same key as row ${rows[0] ?? 0}; a key may stand in one row only`;
  const named = rows.length > MAX_PROBLEMS ? `${rows.slice(0, MAX_PROBLEMS).join(', ')}, …` : rows.join(', ');
  return `has the same key as rows ${named}; a key may stand in ${most} rows`;
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
