/** Linkage: the arithmetic against noble-curves, what pseudonyms depend on, and which records they match. */
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blindKeys, pseudonymsOf, type HolderAnswer } from '../../schemes/linkage/blinding.ts';
import { verify } from '../../schemes/linkage/equality-proof.ts';
import { HolderLinkage } from '../../schemes/linkage/holder-linkage.ts';
import { multiProduct } from '../../schemes/linkage/multi-product.ts';
import { addAll, GENERATOR, negate, ORDER, parsePoints, type Point } from '../../schemes/linkage/p256.ts';
import { SecretScalar } from '../../schemes/linkage/secret-scalar.ts';
import { matchLists, requireSorted } from '../../statistics/match.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const scalars = fc.bigInt({ min: 1n, max: ORDER - 2n });
const oracle = ({ x, y }: Point) => p256.Point.fromAffine({ x, y });
const fromOracle = (point: ReturnType<typeof oracle>): Point | undefined =>
  point.is0() ? undefined : { ...point.toAffine() };

const seedOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);
const keysOf = (...names: readonly string[]): Uint8Array[] => names.map((name) => Buffer.from(name));

function answersOf(holders: readonly HolderLinkage[], request: Uint8Array): HolderAnswer[] {
  return holders.map((holder, i) => ({
    holder: `holder-${i + 1}`,
    publicKey: parsePoints('a key', holder.publicKey)[0] ?? GENERATOR,
    answer: holder.answer('north', request),
  }));
}

const committee = (task: string, k: number): HolderLinkage[] =>
  Array.from({ length: k }, (_, i) => new HolderLinkage(task, seedOf(i + 1)));

function pseudonyms(
  keys: readonly Uint8Array[],
  holders: readonly HolderLinkage[],
  seed = seedOf(9),
): string[] {
  const request = blindKeys(keys, seed);
  return pseudonymsInHex(pseudonymsOf(request, seed, answersOf(holders, request)));
}

const pseudonymsInHex = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes).toString('hex').match(/.{32}/g) ?? [];

test('secret products, sums and sums of products are those of noble-curves', () => {
  fc.assert(
    fc.property(fc.array(scalars, { minLength: 1, maxLength: 40 }), scalars, (ks, secret) => {
      const points = ks.map((k) => new SecretScalar(k).point);
      expect(
        points.map(oracle).every((point, i) => point.equals(p256.Point.BASE.multiply(ks[i] ?? 0n))),
      ).toBe(true);
      expect(new SecretScalar(secret).times(points)).toEqual(
        points.map((point) => fromOracle(oracle(point).multiply(secret))),
      );
      const weights = ks.toReversed();
      const sum = points.reduce<ReturnType<typeof oracle>>(
        (total, point, i) => total.add(oracle(point).multiply(weights[i] ?? 0n)),
        p256.Point.ZERO,
      );
      expect(multiProduct(weights, points)).toEqual(fromOracle(sum));
    }),
    { numRuns: 5 },
  );
  // Enough for buckets: Σ wᵢ·(kᵢ·G) = (Σ wᵢ·kᵢ)·G.
  const ks = Array.from({ length: 200 }, (_, i) => (BigInt(i + 1) ** 40n * 3n) % ORDER);
  const weights = ks.map((k, i) => (i % 7 === 0 ? 0n : (k * k) % ORDER));
  const total = ks.reduce((sum, k, i) => (sum + k * (weights[i] ?? 0n)) % ORDER, 0n);
  const points = ks.map((k) => new SecretScalar(k).point);
  expect(multiProduct(weights, points)).toEqual(fromOracle(p256.Point.BASE.multiply(total)));
  const [g] = [GENERATOR];
  expect(addAll([g, g, undefined, undefined], [g, negate(g), g, undefined])).toEqual([
    fromOracle(p256.Point.BASE.double()),
    undefined,
    g,
    undefined,
  ]);
});

test('a sum of products is right whatever points meet in it: equal ones, opposite ones, small multiples', () => {
  const few = [1n, 2n, 3n, 4n, ORDER - 1n, ORDER - 3n].map(
    (k) => fromOracle(p256.Point.BASE.multiply(k)) ?? GENERATOR,
  );
  const term = fc.record({ point: fc.constantFrom(...few), weight: fc.oneof(scalars, fc.bigInt(0n, 40n)) });
  fc.assert(
    fc.property(fc.array(term, { minLength: 33, maxLength: 80 }), (terms) => {
      const sum = terms.reduce(
        (total, { point, weight }) =>
          weight === 0n ? total : total.add(oracle(point).multiplyUnsafe(weight)),
        p256.Point.ZERO,
      );
      const weights = terms.map(({ weight }) => weight);
      const points = terms.map(({ point }) => point);
      expect(multiProduct(weights, points)).toEqual(fromOracle(sum));
    }),
    { numRuns: 5 },
  );
  const none = new Array<bigint>(50).fill(0n);
  expect(
    multiProduct(
      none,
      none.map(() => GENERATOR),
    ),
  ).toBeUndefined();
});

test('a batch from the middle of a table is blinded, and answered with pseudonyms, as in the whole', () => {
  const holders = committee('a task', 2);
  const [keys, seed] = [keysOf('1', '2', '3', '4', '5'), seedOf(3)];
  const whole = blindKeys(keys, seed);
  const [first, second] = [blindKeys(keys.slice(0, 2), seed), blindKeys(keys.slice(2), seed, 2)];
  expect(Buffer.concat([first, second])).toEqual(Buffer.from(whole));
  const ofSecond = pseudonymsOf(second, seed, answersOf(holders, second), 2);
  expect(pseudonymsInHex(ofSecond)).toEqual(pseudonyms(keys, holders, seed).slice(2));
});

test('a key has one pseudonym whoever asks and however it is blinded, and another in another task', () => {
  const holders = committee('one task', 3);
  const first = pseudonyms(keysOf('1', '2', '3'), holders);
  expect(new Set(first).size).toBe(3);
  expect(pseudonyms(keysOf('3', '1'), holders, seedOf(8))).toEqual([first[2], first[0]]);
  const other = pseudonyms(keysOf('1', '2', '3'), committee('another task', 3));
  expect(new Set([...first, ...other]).size).toBe(6);
});

test('K − 1 holders compute no pseudonym: each of the K scalars decides it', () => {
  const holders = committee('a task', 4);
  const all = pseudonyms(keysOf('1'), holders);
  for (const missing of holders) {
    const rest = holders.filter((holder) => holder !== missing);
    expect(pseudonyms(keysOf('1'), rest)).not.toEqual(all);
    const replaced = [...rest, new HolderLinkage('a task', seedOf(77))];
    expect(pseudonyms(keysOf('1'), replaced)).not.toEqual(all);
  }
});

test('an answer is a function of seed and request; what is blinded twice shows nothing in common', () => {
  const [holder] = committee('a task', 1);
  const request = blindKeys(keysOf('1', '2'), seedOf(1));
  expect(holder?.answer('north', request)).toEqual(holder?.answer('north', request));
  const again = blindKeys(keysOf('1', '2'), seedOf(2));
  const points = [...parsePoints('', request), ...parsePoints('', again)].map(({ x }) => x);
  expect(new Set(points).size).toBe(4);
});

test('every change of an answer is refused and names its holder: LINKAGE_INVALID', async () => {
  const holders = committee('a task', 3);
  const seed = seedOf(9);
  const request = blindKeys(keysOf('1', '2', '3'), seed);
  const honest = answersOf(holders, request);
  const size = honest[1]?.answer.length ?? 0;
  const positions = fc.integer({ min: 0, max: size - 1 });
  const changes: fc.Arbitrary<(answer: Uint8Array) => Uint8Array>[] = [
    positions.map((at) => (answer) => answer.with(at, (answer[at] ?? 0) ^ 1)),
    positions.map((at) => (answer) => answer.slice(0, at)),
    fc.constant((answer) =>
      Buffer.concat([answer.subarray(64, 128), answer.subarray(0, 64), answer.subarray(128)]),
    ),
    fc.constant(() => honest[0]?.answer ?? new Uint8Array()),
  ];
  await fc.assert(
    fc.asyncProperty(fc.oneof(...changes), async (change) => {
      const answers = honest.map((one, i) => (i === 1 ? { ...one, answer: change(one.answer) } : one));
      const error = await refusal(() => pseudonymsOf(request, seed, answers), 'LINKAGE_INVALID');
      expect(error.details).toEqual({ party: 'holder-2' });
    }),
    { numRuns: 20 },
  );
});

test('a proof of other statements, or of no form, does not hold', () => {
  const key = new SecretScalar(5n);
  const statement = { publicKey: key.point, inputs: [GENERATOR], outputs: [key.point] };
  for (const bytes of [new Uint8Array(64), new Uint8Array(64).fill(255), new Uint8Array(63)]) {
    expect(verify(statement, bytes)).toBe(false);
  }
});

test('lists of any sizes match as sets do; unsorted and repeated ones are refused', async () => {
  const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }), {
    minLength: 2,
    maxLength: 4,
  });
  const bytesOf = (numbers: readonly number[]): Uint8Array =>
    Buffer.concat([...numbers].sort((a, b) => a - b).map((n) => Uint8Array.of(200, n, 7)));
  fc.assert(
    fc.property(lists, (sets) => {
      const bytes = sets.map(bytesOf);
      for (const list of bytes) requireSorted('north', list, 3);
      const last = sets.length - 1;
      const selections = [
        { in: [0], notIn: [last] },
        { in: sets.keys().toArray(), notIn: [] },
        { in: [last, 1], notIn: last > 1 ? [0] : [] },
      ];
      const { positions, union, counts } = matchLists(bytes, 3, selections);
      expect(counts).toEqual(
        selections.map(({ in: all, notIn }) => {
          const of = (list: number) => new Set(sets[list]);
          const without = notIn.reduce((rest, list) => rest.difference(of(list)), of(all[0] ?? 0));
          return all.reduce((rest, list) => rest.intersection(of(list)), without).size;
        }),
      );
      const sorted = sets.map((set) => [...set].sort((a, b) => a - b));
      const common = (sorted[0] ?? []).filter((n) => sorted.every((set) => set.includes(n)));
      expect(union).toBe(new Set(sets.flat()).size);
      expect(positions.map((own, i) => Array.from(own, (at) => sorted[i]?.[at]))).toEqual(
        sets.map(() => common),
      );
    }),
  );
  for (const wrong of [Uint8Array.of(2, 1), Uint8Array.of(1, 1)]) {
    const error = await refusal(() => requireSorted('south', wrong, 1), 'LINKAGE_INVALID');
    expect(error.details).toEqual({ party: 'south' });
  }
});
