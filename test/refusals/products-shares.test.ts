/** What is refused when products are evaluated and opened: nothing but the coefficients of the plan ever is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bind } from '../../schemes/rlwe/threshold/binding.ts';
import { expandSecret } from '../../schemes/rlwe/threshold/key-contribution.ts';
import { openKeyRing } from '../../schemes/rlwe/threshold/engine.ts';
import { parseLanes } from '../../schemes/bfv/products/ciphertext.ts';
import { productOutputs } from '../../schemes/bfv/products/layout.ts';
import { firstLane } from '../../schemes/bfv/products/parameters.ts';
import { openCoefficients } from '../../schemes/bfv/products/partial-decryption.ts';
import { writeShare } from '../../schemes/bfv/products/share-message.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { openKeyShare } from '../../schemes/key-share.ts';
import {
  encryptedProducts,
  openProductCommittee,
  openProducts,
  type ProductCommittee,
} from '../fixtures/products-committee.ts';
import { altered, PARTY } from '../fixtures/schemes-committee.ts';

const HEAD = 113;
let committee: ProductCommittee;
let outputs: Uint8Array[];

beforeAll(async () => {
  committee = await openProductCommittee('refused');
  outputs = encryptedProducts(committee, [[[1n, 2n]], [[3n, 4n]]]);
});

afterAll(() => {
  committee[Symbol.dispose]();
});

const invalid = (check: string, holder?: number) =>
  expect.objectContaining({
    code: 'CIPHERTEXT_INVALID',
    details: expect.objectContaining(holder === undefined ? { check } : { check, holder }) as object,
  }) as Error;
const input = (ciphertext: Uint8Array) => ({ ciphertext, party: PARTY });

describe('opening', () => {
  test('a share of another coefficient is refused, and its holder named', () => {
    const { context, seeds, holders, combiner } = committee;
    const { parameters } = context;
    using ring = openKeyRing(firstLane(parameters));
    const binding = bind(context);
    const secret = expandSecret(ring, binding, seeds[1] ?? new Uint8Array());
    const lanes = parseLanes('an output', parameters, outputs[0] ?? new Uint8Array());
    const curious = lanes.map(({ c1 }) => openCoefficients(ring, binding, parameters, secret, c1, [1]));
    const shares = holders.map((holder) => holder.partialDecryptions(outputs));
    expect(combiner.combine(outputs, shares)).toEqual([[11n]]);
    shares[1] = [writeShare(binding, lanes, [1], curious)];
    expect(() => combiner.combine(outputs, shares)).toThrow(invalid('tag', 1));
    const both = lanes.map(({ c1 }) => openCoefficients(ring, binding, parameters, secret, c1, [0, 1]));
    shares[1] = [writeShare(binding, lanes, [0], both)];
    expect(() => combiner.combine(outputs, shares)).toThrow(invalid('length', 1));
  });

  test('a key share opens no other coefficients, nor more outputs, than the parameters of the task name', async () => {
    const { context, seeds, jointKey, holders } = committee;
    const { parameters } = context;
    expect(productOutputs(parameters.products).map(({ coefficients }) => coefficients)).toEqual([[0]]);
    const products = { ...parameters.products, leftColumns: 2 };
    const other = { ...context, parameters: { ...parameters, products } };
    await expect(openKeyShare(other, seeds[0] ?? new Uint8Array(), 0, jointKey)).rejects.toThrow(
      expect.objectContaining({ code: 'TASK_IMPOSSIBLE' }),
    );
    const [output = new Uint8Array()] = outputs;
    expect(() => holders[0]?.partialDecryptions([output, output])).toThrow('2 outputs where the plan has 1');
  });

  test('a wrong share, and shares that are missing', () => {
    const { holders, combiner } = committee;
    const shares = holders.map((holder) => holder.partialDecryptions(outputs));
    const wrong = shares.map((own, i) =>
      i === 1 ? own.map((bytes) => altered(bytes, 36, (bytes[36] ?? 0) ^ 1)) : own,
    );
    expect(() => combiner.combine(outputs, wrong)).toThrow(
      expect.objectContaining({ code: 'SHARE_INVALID' }),
    );
    expect(() => combiner.combine(outputs, shares.slice(1))).toThrow('2 of 3 key holders');
    expect(() => combiner.combine(outputs, [...shares.slice(0, 2), []])).toThrow(
      expect.objectContaining({ code: 'SHARE_INVALID', details: { holder: 2 } }),
    );
  });

  test('shares of one output do not open another, and an output with another c0 opens to nothing', () => {
    const { holders, combiner } = committee;
    const shares = holders.map((holder) => holder.partialDecryptions(outputs));
    const others = encryptedProducts(committee, [[[1n, 2n]], [[3n, 4n]]]);
    expect(() => combiner.combine(others, shares)).toThrow(invalid('tag', 0));
    const tampered = outputs.map((bytes) => altered(bytes, HEAD + 6, (bytes[HEAD + 6] ?? 0) ^ 1));
    expect(() => combiner.combine(tampered, shares)).toThrow(
      expect.objectContaining({ code: 'SHARE_INVALID' }),
    );
  });
});

describe('inputs', () => {
  test.each([
    ['too short', (bytes: Uint8Array) => bytes.subarray(1), 'length'],
    ['a word that is not a residue', (bytes: Uint8Array) => altered(bytes, HEAD + 7, 0xff), 'word range'],
    ['another level', (bytes: Uint8Array) => altered(bytes, 20, (bytes[20] ?? 0) ^ 1), 'parms_id'],
    ['a third polynomial', (bytes: Uint8Array) => altered(bytes, 49, 3), 'number of polynomials'],
    [
      'no second polynomial',
      (bytes: Uint8Array) => bytes.slice().fill(0, HEAD + (bytes.length - HEAD) / 2),
      'transparent',
    ],
  ])('%s', (_, change, check) => {
    const { encryptor, evaluator } = committee;
    const sound = encryptor.encrypt([1n]);
    const wrong = change(sound);
    expect(() => {
      evaluator.validateInput(wrong, PARTY);
    }).toThrow(invalid(check));
    using sum = evaluator.productSum();
    for (const [left, right] of [
      [sound, wrong],
      [wrong, sound],
    ] as const) {
      expect(() => {
        sum.add(input(left), input(right));
      }).toThrow(invalid(check));
    }
    expect(() => sum.bytes()).toThrow('no products');
  });

  test('an input with too much noise voids the result: what it would make of the other column stays unseen', () => {
    const { encryptor, evaluator, holders, combiner } = committee;
    const noisy = encryptor.encrypt([1n]);
    const words = new DataView(noisy.buffer, HEAD);
    const { ringDegree, dataPrimes } = committee.context.parameters;
    dataPrimes.forEach((prime, j) => {
      const at = 8 * j * ringDegree;
      words.setBigUint64(at, (words.getBigUint64(at, true) + (1n << 190n)) % BigInt(prime), true);
    });
    using sum = evaluator.productSum();
    sum.add(input(noisy), input(encryptor.encrypt([1n])));
    const output = [sum.bytes()];
    const shares = holders.map((holder) => holder.partialDecryptions(output));
    expect(() => combiner.combine(output, shares)).toThrow(
      expect.objectContaining({ code: 'SHARE_INVALID' }),
    );
  });

  test('values beyond the plan, and too many of them', () => {
    const { encryptor } = committee;
    const { plainModuli, slots } = committee.context.parameters;
    const limit = BigInt(plainModuli[0] ?? '') / 2n;
    expect(() => encryptor.encrypt([0n, limit + 1n])).toThrow('coefficient 1 is too large');
    expect(() => encryptor.encrypt(new Array<bigint>(slots + 1).fill(0n))).toThrow('coefficients');
    expect(() => committee.evaluator.sum()).toThrow('sums of products');
  });
});

describe('the joint key', () => {
  const publicKeyBytes = (): number =>
    HEAD + 16 * 16384 * (committee.context.parameters.dataPrimes.length + 1);

  test.each([
    ['cut off', (key: Uint8Array) => key.subarray(0, -8), 'length'],
    [
      'a public key of another a',
      (key: Uint8Array) => altered(key, publicKeyBytes() - 8, (key[publicKeyBytes() - 8] ?? 0) ^ 1),
      'common reference',
    ],
    [
      'a relinearisation key of another task',
      (key: Uint8Array) => altered(key, publicKeyBytes(), (key[publicKeyBytes()] ?? 0) ^ 1),
      'tag',
    ],
    [
      'a relinearisation key with a word that is no residue',
      (key: Uint8Array) => altered(key, key.length - 1, 0xff),
      'word range',
    ],
    [
      'a digit without second polynomial',
      (key: Uint8Array) => key.slice().fill(0, key.length - 8 * 16384 * 5),
      'transparent',
    ],
  ])('%s is refused before SEAL sees it', async (_, change, check) => {
    const { context, jointKey } = committee;
    const wrong = change(jointKey);
    await expect(openEvaluator(context, wrong)).rejects.toThrow(invalid(check));
    await expect(openEncryptor(context, wrong, PARTY)).rejects.toThrow(invalid(check));
  });

  test('a relinearisation key that was swapped for noise gives another output, which opens to nothing', async () => {
    const { context, jointKey, encryptor, combiner, holders } = committee;
    const swapped = jointKey.slice();
    swapped.copyWithin(publicKeyBytes() + 32, HEAD, HEAD + 8 * 16384 * 5);
    using evaluator = await openEvaluator(context, swapped);
    using sum = evaluator.productSum();
    sum.add(input(encryptor.encrypt([1n])), input(encryptor.encrypt([1n])));
    const output = [sum.bytes()];
    const shares = holders.map((holder) => holder.partialDecryptions(output));
    expect(() => combiner.combine(output, shares)).toThrow(
      expect.objectContaining({ code: 'SHARE_INVALID' }),
    );
    expect(openProducts(committee, outputs)).toEqual([[11n]]);
  });
});
