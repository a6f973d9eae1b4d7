/**
 * Which value stands at which coefficient, so that one product of two polynomials holds inner products of columns.
 *
 * A block is some columns of one party, all of one form, over the same records in the same order. Its records are
 * cut into chunks of S, its columns into groups of C (left form) or D (right form), with C·D·S ≤ N; one ciphertext
 * holds one group over one chunk:
 *
 *     left    a(X) = Σ_c Σ_i a_{c,i}·X^(c·S + i),          c < C, i < S,
 *     right   b(X) = Σ_d Σ_i b_{d,i}·X^(d·C·S − i),        d < D, i < S, and X^(−i) = −X^(N − i).
 *
 * In a·b modulo X^N + 1 the coefficient of X^(c·S + d·C·S) is Σ_i a_{c,i}·b_{d,i}, and nothing else: a term of
 * column c', d' and records i, j lands there only where (c' − c) + (d' − d)·C = (j − i)/S, as all exponents differ by less
 * than N; |j − i| < S makes the right side 0, and |c' − c| < C makes c' = c and d' = d. So no rotation is needed to
 * sum over records, any plain modulus will do, and C·D inner products cost one multiplication. (Packing of matrix
 * products into coefficients is folklore, e.g. Huang et al., Cheetah, USENIX Security 2022, section 3; which
 * coefficients are opened, and that no others are, is ours: `partial-decryption.ts`.)
 */
import { StrongroomError } from '../../../proto/errors.ts';

/** Columns of one party in one form; a column that meets columns of both sides stands in two blocks. */
export interface Block {
  readonly form: 'left' | 'right';
  readonly columns: number;
}

/** Which products of the columns of two blocks are opened. */
export interface Grid {
  /** Positions of the blocks in the task: one of left form, one of right form. */
  readonly left: number;
  readonly right: number;
  /** The inner products that are opened: [column of the left block, column of the right block]. */
  readonly released: readonly (readonly [number, number])[];
}

/** What decides the layout. */
export interface ProductShape {
  /** The most records that the blocks can have. */
  readonly records: number;
  readonly blocks: readonly Block[];
  readonly grids: readonly Grid[];
}

export interface ProductLayout extends ProductShape {
  /** S: records of a chunk. */
  readonly chunkRecords: number;
  /** C: columns of a ciphertext of left form. */
  readonly leftColumns: number;
  /** D: columns of a ciphertext of right form. */
  readonly rightColumns: number;
}

/** One output ciphertext: the sum over the chunks of the products of a left group and a right group. */
export interface ProductOutput {
  /** Position of the grid. */
  readonly grid: number;
  readonly leftGroup: number;
  readonly rightGroup: number;
  /** The coefficients that are opened, ascending, and for each its position in `released` of the grid. */
  readonly coefficients: readonly number[];
  readonly released: readonly number[];
}

/** An input ciphertext, by its block and its position among the ciphertexts of the block. */
export interface ProductInput {
  readonly block: number;
  readonly index: number;
}

/** What a multiplication costs against making, moving or opening a ciphertext. */
const MULTIPLICATION_COST = 4;

/**
 * The layout of least cost: ciphertexts of inputs, twice those of outputs, four times the multiplications. Ties go
 * to fewer left, then fewer right columns a ciphertext. Throws TASK_IMPOSSIBLE where the shape makes no sense.
 */
export function layOutProducts({ records, blocks, grids }: ProductShape, ringDegree: number): ProductLayout {
  const shape = { records, blocks, grids };
  requireShape(shape);
  let best: { layout: ProductLayout; cost: number } | undefined;
  for (const leftColumns of widths(shape, 'left')) {
    for (const rightColumns of widths(shape, 'right')) {
      const chunkRecords = Math.min(shape.records, Math.floor(ringDegree / (leftColumns * rightColumns)));
      if (chunkRecords < 1) break;
      const layout = { ...shape, chunkRecords, leftColumns, rightColumns };
      const cost = costOf(layout);
      if (best === undefined || cost < best.cost) best = { layout, cost };
    }
  }
  if (best) return best.layout;
  throw new StrongroomError('INTERNAL', 'no layout for the products');
}

/** ⌈m/g⌉ for all g, ascending, m the most columns of a block of this form: no other width needs to be tried. */
function widths({ blocks }: ProductShape, form: Block['form']): number[] {
  const most = Math.max(...blocks.filter((block) => block.form === form).map(({ columns }) => columns));
  const all = Array.from({ length: most }, (_, i) => Math.ceil(most / (i + 1)));
  return [...new Set(all)].reverse();
}

function costOf(layout: ProductLayout): number {
  const outputs = groupPairs(layout);
  return inputsOf(layout) + 2 * outputs + MULTIPLICATION_COST * outputs * chunksOf(layout, layout.records);
}

function groupPairs(layout: ProductLayout): number {
  return layout.grids.reduce((count, { right, released }) => {
    const groups = groupsOf(layout, right);
    const pairs = released.map(([c, d]) => {
      const [leftGroup, rightGroup] = groupsOfPair(layout, c, d);
      return leftGroup * groups + rightGroup;
    });
    return count + new Set(pairs).size;
  }, 0);
}

const groupsOfPair = (
  { leftColumns, rightColumns }: ProductLayout,
  c: number,
  d: number,
): [number, number] => [Math.floor(c / leftColumns), Math.floor(d / rightColumns)];

/** Chunks of blocks with this many records. */
export const chunksOf = ({ chunkRecords }: ProductLayout, records: number): number =>
  Math.ceil(records / chunkRecords);

/** Groups of a block. */
function groupsOf(layout: ProductLayout, block: number): number {
  const { form, columns } = blockOf(layout, block);
  return Math.ceil(columns / (form === 'left' ? layout.leftColumns : layout.rightColumns));
}

/** The most input ciphertexts that a block can have. */
export const blockCiphertexts = (layout: ProductLayout, block: number, records = layout.records): number =>
  groupsOf(layout, block) * chunksOf(layout, records);

/** The most input ciphertexts that a task can have. */
export function inputsOf(layout: ProductLayout): number {
  return layout.blocks.reduce((sum, _, block) => sum + blockCiphertexts(layout, block), 0);
}

/** The output ciphertexts, by grid, left group and right group; pairs of groups of which nothing is opened are left out. */
export function productOutputs(layout: ProductLayout): ProductOutput[] {
  return layout.grids.flatMap(({ right, released }, grid) => {
    const groups = groupsOf(layout, right);
    const byPair = new Map<number, { coefficient: number; position: number }[]>();
    released.forEach(([c, d], position) => {
      const [leftGroup, rightGroup] = groupsOfPair(layout, c, d);
      const pair = leftGroup * groups + rightGroup;
      const opened = byPair.get(pair) ?? [];
      opened.push({ coefficient: coefficientOf(layout, c, d), position });
      byPair.set(pair, opened);
    });
    const pairs = [...byPair].sort(([a], [b]) => a - b);
    return pairs.map(([pair, opened]): ProductOutput => {
      opened.sort((a, b) => a.coefficient - b.coefficient);
      return {
        grid,
        leftGroup: Math.floor(pair / groups),
        rightGroup: pair % groups,
        coefficients: opened.map(({ coefficient }) => coefficient),
        released: opened.map(({ position }) => position),
      };
    });
  });
}

/** Where the inner product of two columns stands in the output of their groups. */
function coefficientOf(layout: ProductLayout, c: number, d: number): number {
  const { chunkRecords: S, leftColumns: C, rightColumns: D } = layout;
  return (c % C) * S + (d % D) * C * S;
}

/** The pairs of input ciphertexts whose products add up to an output, for blocks with this many records. */
export function termsOf(
  layout: ProductLayout,
  { grid, leftGroup, rightGroup }: ProductOutput,
  records: number,
): { left: ProductInput; right: ProductInput }[] {
  const { left = 0, right = 0 } = layout.grids[grid] ?? {};
  const at = (block: number, chunk: number, group: number): ProductInput => ({
    block,
    index: chunk * groupsOf(layout, block) + group,
  });
  return Array.from({ length: chunksOf(layout, records) }, (_, chunk) => ({
    left: at(left, chunk, leftGroup),
    right: at(right, chunk, rightGroup),
  }));
}

/**
 * The coefficients of one ciphertext of a block: `index` counts the groups of the first chunk, then those of the
 * second, and so on. `columns` are the columns of the block, all of one length, at most `records`.
 */
export function encodeBlock(
  layout: ProductLayout,
  ringDegree: number,
  { block, index }: ProductInput,
  columns: readonly (readonly bigint[])[],
): bigint[] {
  const { chunkRecords: S, leftColumns: C, rightColumns: D } = layout;
  const { form } = blockOf(layout, block);
  const groups = groupsOf(layout, block);
  const from = Math.floor(index / groups) * S;
  const width = form === 'left' ? C : D;
  const first = (index % groups) * width;
  const coefficients = new Array<bigint>(ringDegree).fill(0n);
  columns.slice(first, first + width).forEach((column, c) => {
    column.slice(from, from + S).forEach((value, i) => {
      const exponent = form === 'left' ? c * S + i : c * C * S - i;
      coefficients[exponent < 0 ? exponent + ringDegree : exponent] = exponent < 0 ? -value : value;
    });
  });
  return coefficients;
}

/** The opened inner products, by grid and in the order of its `released`, from the values of the outputs. */
export function readProducts(layout: ProductLayout, values: readonly (readonly bigint[])[]): bigint[][] {
  const grids = layout.grids.map(({ released }) => new Array<bigint>(released.length).fill(0n));
  productOutputs(layout).forEach(({ grid, released }, output) => {
    released.forEach((position, i) => {
      const value = values[output]?.[i];
      const products = grids[grid];
      if (value === undefined || !products) throw new StrongroomError('INTERNAL', 'outputs are missing');
      products[position] = value;
    });
  });
  return grids;
}

function blockOf({ blocks }: ProductShape, block: number): Block {
  const found = blocks[block];
  if (found) return found;
  throw new StrongroomError('TASK_IMPOSSIBLE', `there is no block ${block}`);
}

function requireShape(shape: ProductShape): void {
  const refuse = (why: string): StrongroomError => new StrongroomError('TASK_IMPOSSIBLE', why);
  const counts = [shape.records, ...shape.blocks.map(({ columns }) => columns)];
  if (!counts.every((count) => Number.isInteger(count) && count >= 1)) {
    throw refuse('products need records and columns');
  }
  if (shape.grids.length === 0) throw refuse('there are no products to open');
  for (const { left, right, released } of shape.grids) {
    const [ofLeft, ofRight] = [blockOf(shape, left), blockOf(shape, right)];
    if (ofLeft.form !== 'left' || ofRight.form !== 'right') {
      throw refuse('a grid joins a block of left form with one of right form');
    }
    const inside = released.every(([c, d]) => isBelow(c, ofLeft.columns) && isBelow(d, ofRight.columns));
    const distinct = new Set(released.map((pair) => pair.join())).size === released.length;
    if (released.length === 0 || !inside || !distinct) {
      throw refuse('a grid opens each pair of its columns once, and at least one');
    }
  }
}

const isBelow = (value: number, limit: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < limit;
