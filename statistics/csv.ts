/**
 * CSV (RFC 4180): comma, double quotes, CRLF or LF, a byte-order mark accepted.
 *
 * Rows are counted as a spreadsheet counts them: the header is row 1, and a line break between quotes does not
 * start a new row. Bytes that are not UTF-8 come out as U+FFFD, which no declared label contains.
 */
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse, type Parser } from 'csv-parse';
import { StrongroomError } from '../proto/errors.ts';
import { openTableReader, type TableRow } from './table.ts';
import type { Table } from './task.ts';

/** An unclosed quote swallows the rest of the file; this is where it stops. */
const MAX_ROW_BYTES = 1024 * 1024;

/**
 * The records of a CSV stream, in constant memory. Columns may stand in any order; each declared one must be
 * there, and no other. Nothing is rounded, trimmed, clipped or skipped.
 *
 * Throws TABLE_INVALID, after at most ten problems, each with its row (the header is row 1) and column and what
 * was expected. No message contains a value. After the first problem no further record is yielded. An error of
 * the source itself passes through.
 */
export async function* readTable(
  schema: Table,
  bytes: AsyncIterable<Uint8Array>,
  fileName: string,
): AsyncGenerator<TableRow, void, undefined> {
  const table = openTableReader(schema, fileName);
  for await (const fields of readRows(bytes, fileName)) {
    const row = table.read(fields);
    if (row !== undefined) yield row;
  }
  table.end();
}

/** The rows, header included. Throws TABLE_INVALID with the row where the text is not CSV. */
async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly string[], void, undefined> {
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
  });
  // An error of the source destroys the parser, and so is thrown by the loop below.
  pipeline(Readable.from(bytes, { objectMode: true }), parser, () => undefined);
  try {
    for await (const fields of parser as AsyncIterable<string[]>) yield fields;
  } catch (error) {
    throw error instanceof CsvError ? notCsv(error.code, parser, file) : error;
  }
}

const PROBLEMS: Partial<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_MAX_RECORD_SIZE: `is longer than ${MAX_ROW_BYTES} bytes; most often a quote is not closed`,
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote; a quote within quotes is written twice',
  INVALID_OPENING_QUOTE: 'a quote stands inside a field; quote the whole field and write it twice',
};

/** Without the parser's own message and without a cause, since both quote the data. */
function notCsv(code: string, parser: Parser, file: string): StrongroomError {
  const row = parser.info.records + 1;
  const problem = PROBLEMS[code] ?? 'is not valid CSV';
  return new StrongroomError('TABLE_INVALID', `${file}: row ${row}: ${problem}`, { details: { file, row } });
}
