/** The layout of columns in polynomials: the named coefficients of the products are the inner products. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blockCiphertexts,
  encodeBlock,
  layOutProducts,
  productOutputs,
  readProducts,
  termsOf,
  type ProductShape,
} from '../../schemes/bfv/products/layout.ts';

const RING_DEGREE = 64;

/** a·b modulo X^N + 1, by the definition. */
function negacyclic(a: readonly bigint[], b: readonly bigint[]): bigint[] {
  const product = new Array<bigint>(a.length).fill(0n);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      const k = (i + j) % a.length;
      product[k] = (product[k] ?? 0n) + (i + j < a.length ? x * y : -x * y);
    });
  });
  return product;
}

const shapes: fc.Arbitrary<ProductShape> = fc
  .tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([records, left, right]) => {
    const pairs = Array.from({ length: left * right }, (_, i): [number, number] => [
      i % left,
      Math.floor(i / left),
    ]);
    return fc.shuffledSubarray(pairs, { minLength: 1 }).map((released) => ({
      records,
      blocks: [
        { form: 'left' as const, columns: left },
        { form: 'right' as const, columns: right },
      ],
      grids: [{ left: 0, right: 1, released }],
    }));
  });

test('every opened coefficient is the inner product of its two columns, for any number of records', () => {
  const value = fc.bigInt({ min: -(1n << 40n), max: 1n << 40n });
  fc.assert(
    fc.property(
      shapes,
      fc.integer({ min: 1, max: 150 }),
      fc.infiniteStream(value),
      (shape, fewer, values) => {
        const layout = layOutProducts(shape, RING_DEGREE);
        const records = Math.min(fewer, shape.records);
        const column = (): bigint[] => [...values.take(records)];
        const columns = shape.blocks.map((block) => Array.from({ length: block.columns }, column));
        const encoded = columns.map((ofBlock, block) =>
          Array.from({ length: blockCiphertexts(layout, block, records) }, (_, index) =>
            encodeBlock(layout, RING_DEGREE, { block, index }, ofBlock),
          ),
        );
        const opened = productOutputs(layout).map((output) => {
          const sum = new Array<bigint>(RING_DEGREE).fill(0n);
          for (const { left, right } of termsOf(layout, output, records)) {
            const product = negacyclic(
              encoded[left.block]?.[left.index] ?? [],
              encoded[right.block]?.[right.index] ?? [],
            );
            product.forEach((x, i) => (sum[i] = (sum[i] ?? 0n) + x));
          }
          return output.coefficients.map((coefficient) => sum[coefficient] ?? 0n);
        });
        const expected = shape.grids.map(({ released }) =>
          released.map(([c, d]) =>
            (columns[0]?.[c] ?? []).reduce((sum, x, i) => sum + x * (columns[1]?.[d]?.[i] ?? 0n), 0n),
          ),
        );
        expect(readProducts(layout, opened)).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('few records share ciphertexts; many do not pay for it', () => {
  const blocks = [
    { form: 'left', columns: 5 },
    { form: 'right', columns: 5 },
  ] as const;
  const released = Array.from({ length: 25 }, (_, i): [number, number] => [i % 5, Math.floor(i / 5)]);
  const grids = [{ left: 0, right: 1, released }];
  const few = layOutProducts({ records: 600, blocks, grids }, 16384);
  expect(productOutputs(few)).toHaveLength(1);
  expect([0, 1].map((block) => blockCiphertexts(few, block))).toEqual([1, 1]);
  const many = layOutProducts({ records: 200_000, blocks, grids }, 16384);
  expect([0, 1].map((block) => blockCiphertexts(many, block))).toEqual([65, 65]);
});
