/** Bytes that are not what the protocol of the joint multiplication sends are refused, or void the opening. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import { openHolderProducts } from '../../schemes/paillier/keygen/products/holder-products.ts';
import { planProducts } from '../../schemes/paillier/keygen/products/plan.ts';
import { openProducts } from '../../schemes/paillier/keygen/products/products.ts';
import {
  batchOf,
  bytes32,
  multipliers,
  multiplyBatch,
  multiplySingle,
  SMALL,
  stream,
  type Multipliers,
} from '../fixtures/paillier-products.ts';

const values = [0, 1, 2].map((i) => batchOf(`x${i}`, 44));
let committee: Multipliers;
let done: ReturnType<typeof multiplyBatch>;

beforeAll(async () => {
  committee = await multipliers();
  done = multiplyBatch(committee, values, values);
});

afterAll(() => {
  committee[Symbol.dispose]();
});

function refusal(act: () => unknown): { code: string; check?: string | number; holder?: string | number } {
  try {
    act();
  } catch (error) {
    if (error instanceof StrongroomError) return { code: error.code, ...error.details };
    throw error;
  }
  throw new Error('it was accepted');
}

/** A copy with the messages of one holder replaced. */
const replaced = (messages: readonly Uint8Array[], holder: number, bytes: Uint8Array): Uint8Array[] =>
  messages.map((message, i) => (i === holder ? bytes : message));

function changed(message: Uint8Array | undefined, change: (words: BigUint64Array) => void): Uint8Array {
  const copy = new Uint8Array(message ?? []);
  change(new BigUint64Array(copy.buffer, 32));
  return copy;
}

const flip = (message: Uint8Array | undefined, word: number): Uint8Array =>
  changed(message, (words) => (words[word] = (words[word] ?? 0n) ^ 1n));

describe('the self-test of the key names the holder', () => {
  const contributions = (): Uint8Array[] => committee.holders.map((holder) => holder.keyContribution());
  const shares = (): Uint8Array[] => committee.holders.map((holder) => holder.keyTestShare());

  test('whose contribution was made with another secret', () => {
    using other = openHolderProducts(committee.products, bytes32('other'));
    const mixed = replaced(contributions(), 1, other.keyContribution());
    expect(refusal(() => committee.products.jointKey(mixed, shares()))).toEqual({
      code: 'KEY_TEST_FAILED',
      holder: 1,
    });
  });

  test('whose test share has one word wrong', () => {
    const test = shares();
    const mixed = replaced(test, 2, flip(test[2], 9000));
    expect(refusal(() => committee.products.jointKey(contributions(), mixed))).toEqual({
      code: 'KEY_TEST_FAILED',
      holder: 2,
    });
  });

  test('whose message is malformed', () => {
    const cut = replaced(contributions(), 0, new Uint8Array(7));
    expect(refusal(() => committee.products.jointKey(cut, shares()))).toEqual({
      code: 'CIPHERTEXT_INVALID',
      check: 'length',
      holder: 0,
    });
  });
});

describe('a message of a batch is refused', () => {
  const sum = (messages: readonly Uint8Array[], batch = 0): { code: string } =>
    refusal(() => committee.products.batch.sumEncryptions(batch, messages));

  test.each([
    ['length', (bytes: Uint8Array) => bytes.subarray(1)],
    ['tag', (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, i) => (i === 31 ? byte ^ 1 : byte))],
    ['word range', (bytes: Uint8Array) => changed(bytes, (words) => (words[70_000] = 1n << 53n))],
    ['transparent', (bytes: Uint8Array) => changed(bytes, (words) => words.fill(0n, 32_768, 65_536))],
  ])('by its %s', (check, spoil) => {
    const spoilt = replaced(done.encryptions, 2, spoil(done.encryptions[2] ?? new Uint8Array()));
    expect(sum(spoilt)).toEqual({ code: 'CIPHERTEXT_INVALID', check, holder: 2 });
  });

  test('of another batch, of another step, of another task', () => {
    const tag = { code: 'CIPHERTEXT_INVALID', check: 'tag', holder: 0 };
    expect(sum(done.encryptions, 1)).toEqual(tag);
    expect(sum(done.messages)).toEqual(tag);
    using elsewhere = openProducts(SMALL, bytes32('another task'));
    expect(refusal(() => elsewhere.batch.sumEncryptions(0, done.encryptions))).toEqual(tag);
    const single = refusal(() => committee.products.single.sumEncryptions(done.encryptions));
    expect(single).toMatchObject({ code: 'CIPHERTEXT_INVALID', holder: 0 });
  });

  test('unless every holder has sent one', () => {
    const check = { code: 'CIPHERTEXT_INVALID', check: 'number of messages' };
    expect(sum(done.encryptions.slice(1))).toEqual(check);
    expect(refusal(() => committee.products.batch.open(0, done.product, done.shares.slice(1)))).toEqual(
      check,
    );
  });

  test('where the sum of the encryptions is taken for that of the products', () => {
    const holder = committee.holders[0];
    expect(refusal(() => holder?.batch.partialDecryption(0, done.sum))).toEqual({
      code: 'CIPHERTEXT_INVALID',
      check: 'tag',
    });
  });
});

describe('an opening is void', () => {
  const open = (product: Uint8Array, shares: readonly Uint8Array[]): { code: string } =>
    refusal(() => committee.products.batch.open(0, product, shares));

  test('with the share of another secret', () => {
    using other = openHolderProducts(committee.products, bytes32('other'));
    const mixed = replaced(done.shares, 0, other.batch.partialDecryption(0, done.product));
    expect(open(done.product, mixed)).toEqual({ code: 'SHARE_INVALID' });
  });

  test('with one word of a share changed', () => {
    expect(open(done.product, replaced(done.shares, 1, flip(done.shares[1], 5)))).toEqual({
      code: 'SHARE_INVALID',
    });
  });

  test('with a share for another sum, which its tag tells', () => {
    const other = committee.products.batch.sumProducts(
      0,
      replaced(done.messages, 1, flip(done.messages[1], 5)),
    );
    expect(open(other, done.shares)).toEqual({ code: 'CIPHERTEXT_INVALID', check: 'tag', holder: 0 });
  });

  test('where a message of a product was tampered with before the shares were made', () => {
    for (const word of [5, 40_000]) {
      const spoilt = replaced(done.messages, 1, flip(done.messages[1], word));
      const product = committee.products.batch.sumProducts(0, spoilt);
      const shares = committee.holders.map(({ batch }) => batch.partialDecryption(0, product));
      expect(open(product, shares)).toEqual({ code: 'SHARE_INVALID' });
    }
  });

  test('of the single product with one word changed', () => {
    const inputs = [1n, 2n, 3n].map((n) => ({ value: n, factor: n, addend: n }));
    const { product, shares } = multiplySingle(committee, inputs);
    const spoilt = replaced(shares, 2, flip(shares[2], 11));
    const { single } = committee.products;
    expect(refusal(() => single.open(product, spoilt))).toEqual({ code: 'SHARE_INVALID' });
  });
});

test('integers that do not fit are a defect of the caller, not a wrong product', () => {
  const { key, holders } = committee;
  const [first] = holders;
  const tooLarge = batchOf('x', 44, [1n << BigInt(SMALL.modulusBits)]);
  for (const list of [tooLarge, batchOf('x', 44, [-1n]), [1n]]) {
    expect(refusal(() => first?.batch.encrypt(key, 0, list, stream('s')))).toEqual({ code: 'INTERNAL' });
  }
  const limit = 1n << BigInt(committee.products.single.valueBits);
  expect(refusal(() => first?.single.encrypt(key, limit, stream('s')))).toEqual({ code: 'INTERNAL' });
  expect(refusal(() => openHolderProducts(committee.products, new Uint8Array(31)))).toEqual({
    code: 'INTERNAL',
  });
});

test('more hiding than the ring has room for is impossible', () => {
  expect(refusal(() => planProducts({ ...SMALL, modulusBits: 2048, statisticalBits: 128 }))).toEqual({
    code: 'TASK_IMPOSSIBLE',
  });
});
