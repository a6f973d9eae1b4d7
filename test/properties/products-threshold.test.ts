/** Inner products under encryption, decrypted by K holders, against the same in the clear. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allPairs,
  encryptedProducts,
  openProductCommittee,
  openProducts,
  plainProducts,
  type Columns,
} from '../fixtures/products-committee.ts';

/** Random columns whose inner products stay within the magnitude. */
function columnsWithin(
  records: number,
  blocks: readonly { columns: number }[],
  limit: bigint,
): fc.Arbitrary<Columns> {
  const value = fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.constantFrom(-limit, 0n, limit));
  const column = fc.array(value, { minLength: records, maxLength: records });
  return fc.tuple(
    ...blocks.map(({ columns }) => fc.array(column, { minLength: columns, maxLength: columns })),
  );
}

describe('K key holders open inner products, exactly', () => {
  test('random columns, extremes and zeros', async () => {
    const records = 300;
    using committee = await openProductCommittee('random', {
      records,
      magnitude: 300n << 30n,
      ...allPairs(3, 2),
    });
    const { blocks } = committee.context.parameters.products;
    fc.assert(
      fc.property(columnsWithin(records, blocks, 1n << 15n), (columns) => {
        const outputs = encryptedProducts(committee, columns);
        expect(openProducts(committee, outputs)).toEqual(plainProducts(committee, columns));
      }),
      { numRuns: 4 },
    );
  });
});
