/**
 * How the sums of an intersection come out of products of columns of two parties.
 *
 * A moment of a cell is a sum over the common records of a product over the parties,
 *
 *     Σ_r 1[r meets where, has the labels of the cell] · Π factors(r) = Σ_r u_A(r)·u_B(r),
 *
 * since every condition, label and factor is a column of one party. Each party makes its u in the clear and encrypts it;
 * a moment that one party decides alone is multiplied by another's column of ones. So everything that is opened is an
 * inner product of two encrypted columns, and each distinct column is encrypted once.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { Block, Grid, ProductShape } from '../schemes/bfv/products/layout.ts';
import { largest, numericRange } from './columns.ts';
import { mostUnits, ownersOf, partiesWithSeveral, recordsPerKey, tableOf } from './domain.ts';
import { binCount, type GroupLayout, type Layout } from './layout.ts';
import type { TaskDocument } from './task.ts';
import type { Where } from './where.ts';

/** u: for a record 1 or 0 by its conditions, times its factors. All of it is of one party's columns. */
export interface ProductColumn {
  readonly where: Where;
  /** Label by column, as an index. */
  readonly labels: Readonly<Record<string, number>>;
  /** [edge, next edge) of a column, the last bin with its end; scaled, decimal strings. */
  readonly bin: {
    readonly column: string;
    readonly from: string;
    readonly to: string;
    readonly last: boolean;
  } | null;
  readonly factors: readonly string[];
}

interface PartyBlock extends Block {
  readonly party: string;
  readonly of: readonly ProductColumn[];
}

export interface LinkedProducts {
  readonly blocks: readonly PartyBlock[];
  readonly grids: readonly Grid[];
  /** For each slot of the layout: the grid, and the position in its `released`. */
  readonly slots: readonly (readonly [grid: number, position: number])[];
}

/** A plan lists every product that is opened, and approvers sign it. */
const MOST_PRODUCTS = 2 ** 15;

/** Whether some moment needs columns of several parties. */
export const needsProducts = ({ groups }: Layout): boolean =>
  groups.some(({ moments }) => moments.some(({ owners = [] }) => owners.length > 1));

/** Throws TASK_IMPOSSIBLE where a moment needs columns of three parties, or there are too many products. */
export function layOutLinked(task: TaskDocument, layout: Layout): LinkedProducts {
  if (layout.slots > MOST_PRODUCTS) {
    throw new StrongroomError(
      'TASK_IMPOSSIBLE',
      `The statistics need ${layout.slots} products of columns, and a plan has at most ${MOST_PRODUCTS}. The smallest ` +
        'change is to leave out or merge cells',
    );
  }
  const builder = new Builder();
  for (const group of layout.groups) {
    for (let cell = 0; cell < group.cells; cell++) {
      for (const { factors, owners = [] } of group.moments) {
        const [left, right] = pairOf(task, group, owners);
        builder.add(
          left,
          columnOf(task, group, cell, factors, left),
          right,
          columnOf(task, group, cell, factors, right),
        );
      }
    }
  }
  return builder.products();
}

/** Two input parties, the earlier first. */
function pairOf(
  task: TaskDocument,
  { statistics }: GroupLayout,
  owners: readonly string[],
): [string, string] {
  const { input } = task.parties;
  if (owners.length > 2) {
    const several = partiesWithSeveral(task).filter((party) => owners.includes(party));
    const why =
      several.length === 0
        ? ''
        : `. ${several.join(' and ')} may have several records of a unit, and how many counts in every product`;
    throw new StrongroomError(
      'TASK_IMPOSSIBLE',
      `${statistics.join(', ')}: a product of columns of ${owners.join(', ')} is of depth ${owners.length - 1}, and ` +
        `only products of two parties can be computed${why}. The smallest change is to use columns of two of them` +
        (several.length === 0 ? '' : ', or to let one of them have one record of a unit'),
    );
  }
  const pair = [...owners, ...input.filter((party) => !owners.includes(party))].slice(0, 2);
  const [left = '', right = ''] = input.filter((party) => pair.includes(party));
  return [left, right];
}

function columnOf(
  task: TaskDocument,
  group: GroupLayout,
  cell: number,
  factors: readonly string[],
  party: string,
): ProductColumn {
  const own = (name: string): boolean => ownersOf(task, [name]).includes(party);
  const bins = binCount(group);
  let rest = Math.floor(cell / bins);
  const labels: [string, number][] = [];
  for (let i = group.by.length - 1; i >= 0; i--) {
    const radix = group.radices[i] ?? 1;
    labels.unshift([group.by[i] ?? '', rest % radix]);
    rest = Math.floor(rest / radix);
  }
  const bin = cell % bins;
  const [from = '', to = ''] = group.bins?.edges.slice(bin, bin + 2) ?? [];
  return {
    where: Object.fromEntries(Object.entries(group.where).filter(([name]) => own(name))),
    labels: Object.fromEntries(labels.filter(([name]) => own(name))),
    bin:
      group.bins !== null && own(group.bins.column)
        ? { column: group.bins.column, from, to, last: bin === bins - 1 }
        : null,
    factors: factors.filter(own),
  };
}

/** Numbers what it is given, each distinct thing once. */
class Numbering<T> {
  readonly all: T[] = [];
  readonly #known = new Map<string, number>();

  numberOf(thing: T): number {
    const key = JSON.stringify(thing);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.all.length);
    return this.all.push(thing) - 1;
  }
}

class Builder {
  readonly #blocks = new Numbering<readonly [party: string, form: Block['form']]>();
  readonly #columns: Numbering<ProductColumn>[] = [];
  readonly #grids = new Numbering<readonly [left: number, right: number]>();
  readonly #released: Numbering<readonly [number, number]>[] = [];
  readonly #slots: [number, number][] = [];

  add(left: string, ofLeft: ProductColumn, right: string, ofRight: ProductColumn): void {
    const [a, c] = this.#column(left, 'left', ofLeft);
    const [b, d] = this.#column(right, 'right', ofRight);
    const grid = this.#grids.numberOf([a, b]);
    const released = (this.#released[grid] ??= new Numbering());
    this.#slots.push([grid, released.numberOf([c, d])]);
  }

  #column(party: string, form: Block['form'], column: ProductColumn): [block: number, column: number] {
    const block = this.#blocks.numberOf([party, form]);
    return [block, (this.#columns[block] ??= new Numbering()).numberOf(column)];
  }

  products(): LinkedProducts {
    return {
      blocks: this.#blocks.all.map(([party, form], i) => {
        const of = this.#columns[i]?.all ?? [];
        return { party, form, columns: of.length, of };
      }),
      grids: this.#grids.all.map(([left, right], i) => ({
        left,
        right,
        released: this.#released[i]?.all ?? [],
      })),
      slots: this.#slots,
    };
  }
}

/** What the scheme is asked for: the shape of the products, and the largest absolute value among columns and products. */
export function productTask(
  task: TaskDocument,
  layout: Layout,
  { blocks, grids }: LinkedProducts,
): ProductShape & { readonly magnitude: bigint } {
  const { columns } = tableOf(task);
  const columnBounds = blocks.flatMap(({ party, of }) =>
    of.map(({ factors }) =>
      factors.reduce(
        (product, name) => product * largest(numericRange(columns, name)),
        BigInt(recordsPerKey(task, party)),
      ),
    ),
  );
  const sums = layout.groups.flatMap(({ moments }) => moments.map(({ totalBound }) => BigInt(totalBound)));
  const magnitude = [...columnBounds, ...sums].reduce((a, b) => (a > b ? a : b), 1n);
  return {
    records: mostUnits(task),
    blocks: blocks.map(({ form, columns: count }) => ({ form, columns: count })),
    grids,
    magnitude,
  };
}

/** The positions in the task's blocks of those of a party. */
export const blocksOf = ({ blocks }: LinkedProducts, party: string): number[] =>
  blocks.flatMap((block, i) => (block.party === party ? [i] : []));

/** Of no records there is nothing to encrypt, and still something to open: the sums are zero. */
export const leastRecords = (records: number): number => Math.max(1, records);
