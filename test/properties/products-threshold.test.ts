/** Inner products under encryption, opened by K holders, against the same in the clear. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCeremony } from '../../schemes/ceremony.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { openHolderCeremony, openKeyShare } from '../../schemes/key-share.ts';
import {
  allPairs,
  encryptedProducts,
  openProductCommittee,
  openProducts,
  plainProducts,
  type Columns,
  type ProductCommittee,
} from '../fixtures/products-committee.ts';
import { PARTY, sha256 } from '../fixtures/schemes-committee.ts';

const RECORDS = 300;
const VALUE = 1n << 35n;

let committee: ProductCommittee;

/** Two plain moduli, two columns on either side. */
beforeAll(async () => {
  committee = await openProductCommittee('threshold', {
    records: RECORDS,
    magnitude: BigInt(RECORDS) * VALUE * VALUE,
    ...allPairs(2, 2),
  });
});

afterAll(() => {
  committee[Symbol.dispose]();
});

const columnsOf = (value: fc.Arbitrary<bigint>, records: number): fc.Arbitrary<Columns> => {
  const column = fc.array(value, { minLength: records, maxLength: records });
  return fc.tuple(fc.tuple(column, column), fc.tuple(column, column));
};

test('random values, of one record or many, more than one plain modulus can hold', () => {
  expect(committee.context.parameters.plainModuli).toHaveLength(2);
  const value = fc.bigInt({ min: -VALUE, max: VALUE });
  const records = fc.constantFrom(1, 7, RECORDS);
  fc.assert(
    fc.property(
      records.chain((count) => columnsOf(value, count)),
      (columns) => {
        const outputs = encryptedProducts(committee, columns);
        expect(openProducts(committee, outputs)).toEqual(plainProducts(committee, columns));
      },
    ),
    { numRuns: 4 },
  );
});

test('the extremes of the range, zeros, and all values equal', () => {
  const full = (value: bigint): bigint[] => new Array<bigint>(RECORDS).fill(value);
  const columns = [
    [full(VALUE), full(0n)],
    [full(-VALUE), full(VALUE)],
  ];
  const most = BigInt(RECORDS) * VALUE * VALUE;
  expect(openProducts(committee, encryptedProducts(committee, columns))).toEqual([[-most, most, 0n, 0n]]);
});

test('everybody comes to the same key and the same outputs, bit for bit, and a holder says the same again', async () => {
  const { context, transcript, jointKey, seeds, encryptor } = committee;
  using onlooker = await openCeremony(context);
  using again = await openHolderCeremony(context, seeds[1] ?? new Uint8Array(), 1);
  for (const messages of transcript) {
    expect(sha256(await again.contribution())).toBe(sha256(messages[1] ?? new Uint8Array()));
    await onlooker.take(messages);
    await again.take(messages);
  }
  expect([onlooker.finished, again.finished]).toEqual([true, true]);
  expect(sha256(onlooker.jointKey())).toBe(sha256(jointKey));
  const { contributionBytes, ceremonyBytes, jointKeyBytes } = context.parameters;
  const said = transcript.map((messages) => messages[0]?.length ?? 0);
  expect([Math.max(...said), said.reduce((sum, bytes) => sum + bytes, 0)]).toEqual([
    contributionBytes,
    ceremonyBytes,
  ]);
  expect(jointKey).toHaveLength(jointKeyBytes);

  const [left, right] = [[3n], [4n]].map((values) => ({
    ciphertext: encryptor.encrypt(values),
    party: PARTY,
  }));
  if (!left || !right) throw new Error('unreachable');
  using evaluator = await openEvaluator(context, jointKey);
  const [output, same] = [committee.evaluator, evaluator].map((each) => {
    using sum = each.productSum();
    sum.add(left, right);
    return sum.bytes();
  });
  expect(sha256(output ?? new Uint8Array())).toBe(sha256(same ?? new Uint8Array()));

  const outputs = [output ?? new Uint8Array()];
  using share = await openKeyShare(context, seeds[1] ?? new Uint8Array(), 1, jointKey);
  const [ours, theirs] = [share, committee.holders[1]].map(
    (holder) => holder?.partialDecryptions(outputs) ?? [],
  );
  expect(ours).toEqual(theirs);
  const bytes = (ours ?? []).reduce((sum, part) => sum + part.length, 0);
  expect(bytes).toBe(context.parameters.sharesBytes);
});
