/** Threshold CKKS: K key holders decrypt a sum within the bound of the plan, under throw-away keys. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openCombiner } from '../../schemes/combiner.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { openKeyShare } from '../../schemes/key-share.ts';
import { liftSum, productOf } from '../../schemes/rlwe/crt.ts';
import { bind } from '../../schemes/rlwe/threshold/binding.ts';
import { openKeyRing } from '../../schemes/rlwe/threshold/engine.ts';
import { expandSecret } from '../../schemes/rlwe/threshold/key-contribution.ts';
import { ciphertextShape, toDataLevel, toKeyLevel } from '../../schemes/rlwe/threshold/levels.ts';
import { readPolynomial } from '../../schemes/rlwe/wire.ts';
import {
  combineOne,
  encryptedSum,
  openCkksCommittee,
  PARTY,
  sha256,
  shareOf,
} from '../fixtures/schemes-committee.ts';

const magnitude = (x: bigint): bigint => (x < 0n ? -x : x);
const largest = (values: readonly bigint[]): bigint =>
  values.reduce((most, x) => (magnitude(x) > most ? magnitude(x) : most), 0n);

/** Uniform in about ±2^bits. */
const random = (count: number, bits: number): bigint[] => {
  const bytes = randomBytes(8 * count);
  return Array.from({ length: count }, (_, i) => (bytes.readBigInt64LE(8 * i) << BigInt(bits)) >> 63n);
};

describe('the error of a sum', () => {
  test.each([
    [3, 2, 4],
    [5, 20, 2],
    [7, 3, 3],
  ])('K = %i, R = %i, %i data primes', async (K, R, dataPrimes) => {
    using committee = await openCkksCommittee(`ckks ${K}`, { holders: K, contributors: R, dataPrimes });
    const { parameters } = committee.context;
    const size = parameters.scaleBits - R.toString(2).length;
    const vectors = Array.from({ length: R }, () => random(parameters.slots, size));
    const output = encryptedSum(committee, vectors);
    const shares = committee.holders.map((holder) => shareOf(holder, output));
    const values = combineOne(committee.combiner, output, shares);
    expect(values).toHaveLength(parameters.slots);
    const errors = values.map((value, i) => value - vectors.reduce((sum, v) => sum + (v[i] ?? 0n), 0n));
    const bound = BigInt(parameters.errorBound);
    const ratio = Number(largest(errors)) / Number(bound);
    console.log(
      `K = ${K}, R = ${R}: the largest of ${values.length} errors is ${ratio.toFixed(3)} of its bound`,
    );
    expect(ratio).toBeLessThanOrEqual(1);
    expect(ratio, 'the bound is not absurdly loose').toBeGreaterThan(0.5);
    expect([output.length, committee.jointKey.length, shares[0]?.length]).toEqual([
      parameters.outputBytes,
      parameters.jointKeyBytes,
      parameters.shareBytes,
    ]);
  });

  test('is B_ct before the smudging, which is what hides it', async () => {
    using committee = await openCkksCommittee('ckks noise', { contributors: 40 });
    const { parameters } = committee.context;
    const vector = random(parameters.slots, parameters.scaleBits - 6);
    const output = encryptedSum(
      committee,
      Array.from({ length: 40 }, () => vector),
    );
    using ring = openKeyRing(parameters);
    const shape = ciphertextShape(parameters);
    const [c0, c1] = ([0, 1] as const).map((i) => toKeyLevel(readPolynomial(shape, output, i), parameters));
    if (!c0 || !c1) throw new Error('unreachable');
    const s = committee.seeds
      .map((seed) => expandSecret(ring, bind(committee.context), seed).share)
      .reduce((a, b) => ring.add(a, b));
    const phase = ring.add(c0, ring.fromNtt(ring.multiply(ring.toNtt(c1), s)));
    const q = productOf(shape.primes);
    const noise = liftSum([toDataLevel(phase, parameters)], shape).map((x, i) => {
      const error = (x - 40n * (vector[i] ?? 0n)) % q;
      return 2n * error > q ? error - q : 2n * error < -q ? error + q : error;
    });
    const bound = BigInt(parameters.noiseBound);
    expect(largest(noise)).toBeLessThanOrEqual(bound);
    expect(largest(noise), 'the bound is not absurdly loose').toBeGreaterThan(bound / 16n);
    expect(BigInt(parameters.smudgingBound)).toBe(
      (bound << BigInt(parameters.statisticalBits - 1)) *
        BigInt(parameters.ringDegree * parameters.decryptions),
    );
  });
});

test('the ends ±Δ of the range survive, and a sum and its shares are the same wherever they are made', async () => {
  using committee = await openCkksCommittee('ckks ends', { contributors: 2 });
  const { context, jointKey } = committee;
  const delta = 1n << BigInt(context.parameters.scaleBits);
  const inputs = [[delta, -delta, 0n], []].map((values) => committee.encryptor.encrypt(values));
  using other = await openEvaluator(context, jointKey);
  const sums = [committee.evaluator, other].map((evaluator) => {
    using sum = evaluator.sum();
    for (const input of inputs) sum.add(input, PARTY);
    return sum.bytes();
  });
  const [output = new Uint8Array()] = sums;
  expect(new Set(sums.map(sha256)).size).toBe(1);
  using again = await openKeyShare(context, committee.seeds[1] ?? new Uint8Array(), 1, jointKey);
  const shares = committee.holders.map((holder) => shareOf(holder, output));
  expect(sha256(shareOf(again, output))).toBe(sha256(shares[1] ?? new Uint8Array()));
  const values = combineOne(openCombiner(context, jointKey), output, shares);
  const bound = BigInt(context.parameters.errorBound);
  for (const [i, expected] of [delta, -delta, 0n].entries()) {
    expect(magnitude((values[i] ?? 0n) - expected)).toBeLessThanOrEqual(bound);
  }
});
