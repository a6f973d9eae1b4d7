/** What an input party encrypts where columns of several parties are multiplied: its own columns, record by record. */
import { blockCiphertexts, encodeBlock } from '../schemes/bfv/products/layout.ts';
import { ownTable } from './domain.ts';
import type { Encoder } from './encoder.ts';
import type { ProductPlan } from './plan.ts';
import { blocksOf, leastRecords, type ProductColumn } from './product-layout.ts';
import type { TableRecord } from './table.ts';
import type { Table, TaskDocument } from './task.ts';
import { selector } from './where.ts';

/** Records must come in the order of the match: the i-th ones of all parties are of one unit. */
export function openProductEncoder(task: TaskDocument, plan: ProductPlan, party: string): Encoder {
  const { products, parameters } = plan;
  const { table } = ownTable(task, party);
  const blocks = blocksOf(products, party).map((block) => ({
    block,
    columns: (products.blocks[block]?.of ?? []).map((column) => ({
      valueOf: openColumn(column, table),
      values: [] as bigint[],
    })),
  }));
  let records = 0;
  // Σ_u (Σ_a f(a))·(Σ_b g(b)) is the sum over all pairs of records of a unit, so each party adds up its own.
  const addUnit = (own: readonly TableRecord[]): void => {
    records++;
    for (const { columns } of blocks)
      for (const { valueOf, values } of columns) {
        values.push(own.reduce((sum, record) => sum + valueOf(record), 0n));
      }
  };
  return {
    add: (record) => addUnit([record]),
    addUnit,
    vectors: () =>
      blocks.flatMap(({ block, columns }) =>
        Array.from(
          { length: blockCiphertexts(parameters.products, block, leastRecords(records)) },
          (_, index) =>
            encodeBlock(
              parameters.products,
              parameters.ringDegree,
              { block, index },
              columns.map(({ values }) => values),
            ),
        ),
      ),
  };
}

/** u(r) of a record of the party's table. */
function openColumn(column: ProductColumn, { columns }: Table): (record: TableRecord) => bigint {
  const names = Object.keys(columns);
  const at = (record: TableRecord, name: string): number => record[names.indexOf(name)] ?? 0;
  const selected = selector(column.where, columns);
  const labels = Object.entries(column.labels);
  const { bin, factors } = column;
  return (record) => {
    if (!selected(record) || !labels.every(([name, label]) => at(record, name) === label)) return 0n;
    if (bin !== null && !isInside(BigInt(at(record, bin.column)), bin)) return 0n;
    return factors.reduce((product, name) => product * BigInt(at(record, name)), 1n);
  };
}

function isInside(value: bigint, { from, to, last }: NonNullable<ProductColumn['bin']>): boolean {
  return value >= BigInt(from) && (value < BigInt(to) || (last && value === BigInt(to)));
}
