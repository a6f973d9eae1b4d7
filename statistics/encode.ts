/** What an input party encrypts: the moments of its own records, cell by cell, in the slots of the plan. */
import { StrongroomError } from '../proto/errors.ts';
import { encodeSum } from './approximation.ts';
import { ownTable, tableOf } from './domain.ts';
import type { Encoder } from './encoder.ts';
import { binCount, type GroupLayout, type MomentLayout } from './layout.ts';
import { splitLimbs } from './limbs.ts';
import type { Plan } from './plan.ts';
import { openProductEncoder } from './product-encode.ts';
import type { TableRecord } from './table.ts';
import type { Table, TaskDocument } from './task.ts';
import { selector } from './where.ts';

/**
 * Starts encoding for one input party. Its records must come from `readTable` with the party's table; in an
 * intersection they are those of the units that all parties have.
 */
export function openEncoder(task: TaskDocument, plan: Plan, party: string): Encoder {
  if (plan.products !== null) return openProductEncoder(task, plan, party);
  const table = tableOf(task);
  const view = openView(table, ownTable(task, party).table);
  const groups = plan.layout.groups.map((layout) => ({ layout, sums: openGroup(layout, table, party) }));
  let records = 0;
  const add = (record: TableRecord): void => {
    if (++records > table['max-rows']) {
      throw new StrongroomError('TABLE_INVALID', `More than ${table['max-rows']} rows, the task's max-rows`);
    }
    const seen = view(record);
    for (const { sums } of groups) sums.add(seen);
  };
  return {
    add,
    addUnit: (own) => own.forEach(add),
    vectors() {
      const slots = new Array<bigint>(plan.layout.slots).fill(0n);
      for (const { layout, sums } of groups) fill(slots, layout, sums, numbersOf(plan));
      return Array.from({ length: plan.ciphertexts }, (_, i) =>
        slots.slice(i * plan.parameters.slots, (i + 1) * plan.parameters.slots),
      );
    },
  };
}

/** A party's record as one of the table that the statistics are over: the columns of others are 0. */
function openView(table: Table, own: Table): (record: TableRecord) => TableRecord {
  if (table === own) return (record) => record;
  const names = Object.keys(own.columns);
  const positions = Object.keys(table.columns).map((name) => names.indexOf(name));
  return (record) => positions.map((position) => at(record, position));
}

/** The numbers in the slots of a sum. */
type Numbers = (sum: bigint, moment: MomentLayout) => readonly bigint[];

const numbersOf = (plan: Plan): Numbers =>
  plan.scheme === 'ckks'
    ? (sum, moment) => [encodeSum(sum, moment, plan.parameters)]
    : (sum, { limbs }) => splitLimbs(sum, limbs, plan.layout.limbBits);

function fill(slots: bigint[], layout: GroupLayout, sums: GroupSums, numbers: Numbers): void {
  for (let cell = 0; cell < layout.cells; cell++) {
    for (const [index, moment] of layout.moments.entries()) {
      for (const [j, number] of numbers(sums.total(cell, index), moment).entries()) {
        slots[layout.firstSlot + cell * layout.width + moment.offset + j] = number;
      }
    }
  }
}

interface GroupSums {
  add(record: TableRecord): void;
  total(cell: number, moment: number): bigint;
}

function openGroup(layout: GroupLayout, table: Table, party: string): GroupSums {
  const { by, radices, cells, moments, sides } = layout;
  if (moments.every(({ owners }) => owners?.includes(party) === false)) return NO_SUMS;
  const side = sides.find((candidate) => candidate.party === party);
  if (sides.length > 0 && side === undefined) return NO_SUMS;
  const columns = Object.keys(table.columns);
  const dimensions = by.map((name, i) => ({ column: columns.indexOf(name), radix: radices[i] ?? 1 }));
  const bins = openBins(layout, columns);
  const selected = selector(layout.where, table.columns);
  const selectedHere = selector(side?.where ?? {}, table.columns);
  const sums = moments.map(({ factors, recordBound, owners }) => {
    if (owners?.includes(party) === false) return NO_SUM;
    const indices = factors.map((name) => columns.indexOf(name));
    return BigInt(recordBound) <= SAFE ? openSafeSum(cells, indices) : openBigSum(indices);
  });
  return {
    add(record) {
      if (!selected(record) || !selectedHere(record)) return;
      let cell = 0;
      for (const { column, radix } of dimensions) cell = cell * radix + at(record, column);
      cell = cell * bins.count + bins.indexOf(record);
      for (const sum of sums) sum.add(cell, record);
    },
    total(cell, moment) {
      const total = sums[moment]?.total(cell) ?? 0n;
      return moment === 0 || side === undefined ? total : BigInt(side.sign) * total;
    },
  };
}

/** Which bin a record falls into: the number of inner edges that are not above its value, by bisection. */
function openBins(layout: GroupLayout, columns: readonly string[]) {
  const count = binCount(layout);
  const inner = Float64Array.from((layout.bins?.edges ?? []).slice(1, -1), Number);
  const column = columns.indexOf(layout.bins?.column ?? '');
  return {
    count,
    indexOf(record: TableRecord): number {
      let [low, high] = [0, inner.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((inner[middle] ?? 0) <= at(record, column)) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

interface CellSums {
  add(cell: number, record: TableRecord): void;
  total(cell: number): bigint;
}

const NO_SUM: CellSums = { add: () => undefined, total: () => 0n };
const NO_SUMS: GroupSums = { add: () => undefined, total: () => 0n };

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Σ of products that are themselves safe integers. A sum stays in a double as long as it is safe, and is
 * carried over into a bigint when it would not be. The test is exact although `next` may be rounded: both
 * terms are at most 2^53 − 1, and a true sum of 2^53 or more never rounds to less than 2^53.
 */
function openSafeSum(cells: number, factors: readonly number[]): CellSums {
  const low = new Float64Array(cells);
  const high = new Map<number, bigint>();
  const product = productOf(factors);
  return {
    add(cell, record) {
      const term = product(record);
      const current = low[cell] ?? 0;
      const next = current + term;
      if (Number.isSafeInteger(next)) {
        low[cell] = next;
        return;
      }
      high.set(cell, (high.get(cell) ?? 0n) + BigInt(current));
      low[cell] = term;
    },
    total: (cell) => (high.get(cell) ?? 0n) + BigInt(low[cell] ?? 0),
  };
}

/** Σ of products that may pass 2^53. */
function openBigSum(factors: readonly number[]): CellSums {
  const totals = new Map<number, bigint>();
  return {
    add(cell, record) {
      let term = 1n;
      for (const factor of factors) term *= BigInt(at(record, factor));
      totals.set(cell, (totals.get(cell) ?? 0n) + term);
    },
    total: (cell) => totals.get(cell) ?? 0n,
  };
}

/** The shapes that occur for every record are written out; the loop serves the rest. */
function productOf(factors: readonly number[]): (record: TableRecord) => number {
  const [x, y] = factors;
  if (x === undefined) return () => 1;
  if (y === undefined) return (record) => at(record, x);
  if (factors.length === 2) return (record) => at(record, x) * at(record, y);
  return (record) => factors.reduce((term, factor) => term * at(record, factor), 1);
}

function at(record: TableRecord, column: number): number {
  return record[column] ?? 0;
}
