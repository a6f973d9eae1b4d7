/**
 * Parquet (github.com/apache/parquet-format), flat tables: every column of an own schema element, none repeated.
 *
 * A file is read row group by row group, and of a row group one column after the other, page by page: what is in memory
 * is one compressed column chunk, one page, and eight bytes for each value of a row group. The file is foreign bytes:
 * every size that it states is bounded before anything is allocated by it.
 */
import { isKey } from './columns.ts';
import { parquetCells, type CellReader } from './parquet-cells.ts';
import { readFooter, type Chunk, type ParquetSource } from './parquet-footer.ts';
import { readChunk } from './parquet-pages.ts';
import { MAX_PROBLEMS, refusal, type Problem, type TableRow } from './table.ts';
import type { Table } from './task.ts';

/**
 * The records of a Parquet file. Columns may stand in any order; each declared one must be there, and no other. Nothing
 * is rounded, clipped, cast or skipped. Rows are counted from 1 over the whole file.
 *
 * Throws TABLE_INVALID with the row, row group and column of at most ten problems of the first row group that has any,
 * and for a file that is damaged, too large in its parts, or has more rows than the task allows. No message contains a
 * value. An error of the source itself passes through.
 */
export async function* readParquet(
  schema: Table,
  source: ParquetSource,
  file: string,
): AsyncGenerator<TableRow, void, undefined> {
  const footer = await readFooter(schema, source, file);
  const columns = Object.entries(schema.columns).map(([name, column]) => {
    const { element, position } = footer.column(name);
    return { name, position, element, isKey: isKey(column), cells: parquetCells(column, element) };
  });
  const unreadable = columns.flatMap(({ name, cells }) =>
    typeof cells === 'string' ? [{ column: name, message: cells }] : [],
  );
  if (unreadable.length > 0) throw refusal(file, unreadable.slice(0, MAX_PROBLEMS));
  let before = 0;
  for (const [index, { rows, chunks }] of footer.groups.entries()) {
    const problems: Problem[] = [];
    const group: GroupColumn[] = [];
    for (const { name, position, cells, isKey: key } of columns) {
      const chunk = chunks[position];
      if (chunk === undefined || typeof cells === 'string')
        throw new RangeError('the footer was not checked');
      const place = { file, rowGroup: index + 1, column: name };
      group.push(await readColumn(source, chunk, { rows, before, key, cells, place, problems }));
    }
    if (problems.length > 0) {
      problems.sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
      throw refusal(file, problems.slice(0, MAX_PROBLEMS));
    }
    for (let row = 0; row < rows; row++) yield rowOf(group, row, before + row + 1);
    before += rows;
  }
}

/** The values of a column in one row group: integers, and texts where it is a key. */
interface GroupColumn {
  readonly numbers: Float64Array;
  readonly keys: readonly string[] | undefined;
}

interface ColumnTask {
  readonly rows: number;
  readonly before: number;
  readonly key: boolean;
  readonly cells: CellReader;
  readonly place: { readonly file: string; readonly rowGroup: number; readonly column: string };
  /** What is wrong is added here, at most so much of one column as is shown. */
  readonly problems: Problem[];
}

async function readColumn(
  source: ParquetSource,
  chunk: Chunk,
  { rows, before, key, cells, place, problems }: ColumnTask,
): Promise<GroupColumn> {
  const numbers = new Float64Array(key ? 0 : rows);
  const keys: string[] | undefined = key ? [] : undefined;
  let wrong = 0;
  let row = 0;
  const bytes = new Uint8Array(await source.slice(chunk.start, chunk.end));
  for (const page of readChunk(bytes, chunk, rows, cells, place)) {
    for (let i = 0; i < page.length; i++, row++) {
      const cell = page.at(i);
      if (typeof cell === 'number') numbers[row] = cell;
      else if (typeof cell === 'object') keys?.push(cell.key);
      else {
        keys?.push('');
        if (wrong++ < MAX_PROBLEMS) {
          problems.push({
            row: before + row + 1,
            rowGroup: place.rowGroup,
            column: place.column,
            message: cell,
          });
        }
      }
    }
  }
  return { numbers, keys };
}

function rowOf(columns: readonly GroupColumn[], row: number, number: number): TableRow {
  const record = new Array<number>(columns.length);
  const keys: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    if (column?.keys === undefined) record[i] = column?.numbers[row] ?? 0;
    else {
      record[i] = 0;
      keys.push(column.keys[row] ?? '');
    }
  }
  return { record, keys, row: number };
}
