/** The table of one party, checked row by row against the schema that the task declares, whatever its file format. */
import { StrongroomError } from '../proto/errors.ts';
import { isKey, type Column } from './columns.ts';
import { fieldReader, keyReader } from './field.ts';
import type { Table } from './task.ts';

/** One integer for each column of the schema, in its order: a scaled number, the index of a label, 0 for a key. */
export type TableRecord = readonly number[];

/** A record with its keys in normal form, in the order of the schema's key columns, and the row that it stands in. */
export interface TableRow {
  readonly record: TableRecord;
  readonly keys: readonly string[];
  readonly row: number;
}

/** Enough for a person to see the pattern, and few enough to read. */
export const MAX_PROBLEMS = 10;

export interface Problem {
  /** Absent for what is wrong with the file as a whole, or with the type of a column. */
  readonly row?: number;
  /** In a format that has them, counted from 1. */
  readonly rowGroup?: number;
  /** The name of a declared column, or the position of one that is not. */
  readonly column?: string | number;
  readonly message: string;
}

export interface TableReader {
  /**
   * Takes the next row, the first being the header. Undefined for the header and after the first problem.
   * Throws TABLE_INVALID for a wrong header, at the tenth problem, and at one row more than max-rows.
   */
  read(fields: readonly string[]): TableRow | undefined;
  /** Throws TABLE_INVALID where there were problems, no header or no record. */
  end(): void;
}

/** Starts reading a table; `file` is for messages. They name row, column and rule, and never a value. */
export function openTableReader(schema: Table, file: string): TableReader {
  const problems: Problem[] = [];
  let readRow: RowReader | undefined;
  let row = 0;
  return {
    read(fields) {
      row++;
      if (readRow === undefined) {
        readRow = openRowReader(schema, fields, file);
        return undefined;
      }
      if (row - 1 > schema['max-rows']) {
        problems.push({
          row,
          message: `is one more than the ${schema['max-rows']} rows that the task allows`,
        });
        throw refusal(file, problems);
      }
      const read = readRow(fields, row, problems);
      if (problems.length >= MAX_PROBLEMS) throw refusal(file, problems.slice(0, MAX_PROBLEMS));
      return problems.length === 0 ? read : undefined;
    },
    end() {
      if (row === 0) throw refusal(file, [{ row: 1, message: 'the file is empty; it needs a header' }]);
      if (row === 1) throw refusal(file, [{ row: 2, message: 'there is a header and no record' }]);
      if (problems.length > 0) throw refusal(file, problems);
    },
  };
}

/** Reads one row, and adds what is wrong with it to `problems`. */
type RowReader = (fields: readonly string[], row: number, problems: Problem[]) => TableRow;

function openRowReader(schema: Table, header: readonly string[], file: string): RowReader {
  checkHeader(schema, header, file, { row: 1 });
  const readers = Object.entries(schema.columns).map(([name, column]) => ({
    name,
    position: header.indexOf(name),
    read: readerOf(column),
  }));
  return (fields, row, problems) => {
    if (fields.length !== header.length) {
      problems.push({ row, message: wrongLength(fields, header.length) });
      return { record: [], keys: [], row };
    }
    const keys: string[] = [];
    const record = readers.map(({ name, position, read }) => {
      const value = read(fields[position] ?? '');
      if (typeof value === 'number') return value;
      if (typeof value === 'string') problems.push({ row, column: name, message: value });
      else keys.push(value.key);
      return 0;
    });
    return { record, keys, row };
  };
}

const readerOf = (column: Column) => (isKey(column) ? keyReader(column) : fieldReader(column));

function wrongLength(fields: readonly string[], expected: number): string {
  if (fields.length === 1 && fields[0] === '') return 'is blank';
  return `has ${fields.length} fields where the header has ${expected}`;
}

/**
 * Throws TABLE_INVALID unless the header has every declared column once and no other; `at` is where it stands. Names
 * that are not declared are not repeated: in a file without a header they are data.
 */
export function checkHeader(
  schema: Table,
  header: readonly string[],
  file: string,
  at: Pick<Problem, 'row'>,
): void {
  const declared = Object.keys(schema.columns);
  const problems: Problem[] = declared
    .filter((name) => !header.includes(name))
    .map((name) => ({ ...at, column: name, message: 'is missing' }));
  for (const [index, name] of header.entries()) {
    if (!declared.includes(name)) {
      const message = `is not a column that the task declares; those are ${declared.join(', ')}`;
      problems.push({ ...at, column: index + 1, message });
    } else if (header.indexOf(name) < index) {
      problems.push({ ...at, column: name, message: 'is there twice' });
    }
  }
  if (problems.length > 0) throw refusal(file, problems.slice(0, MAX_PROBLEMS));
}

/** The refusal of a table, with what is wrong in it. */
export function refusal(file: string, problems: readonly Problem[]): StrongroomError {
  const lines = problems.map((problem) =>
    [file, placeOf(problem), problem.message].filter(Boolean).join(': '),
  );
  const { row, rowGroup, column } = problems[0] ?? { row: 1 };
  return new StrongroomError('TABLE_INVALID', lines.join('\n'), {
    details: {
      file,
      ...(row === undefined ? {} : { row }),
      ...(rowGroup === undefined ? {} : { rowGroup }),
      ...(column === undefined ? {} : { column }),
    },
  });
}

/** `row 17 (row group 2), column "wage"`, as far as it is known. */
function placeOf({ row, rowGroup, column }: Problem): string {
  const group = rowGroup === undefined ? '' : `row group ${rowGroup}`;
  const within = row === undefined || group === '' ? group : ` (${group})`;
  const line = `${row === undefined ? '' : `row ${row}`}${within}`;
  const name = column === undefined ? '' : `column ${typeof column === 'string' ? `"${column}"` : column}`;
  return [line, name].filter(Boolean).join(', ');
}
