/** The true noise of outputs and of the relinearisation key, under a throw-away s = Σ s_i, against the bounds of the plan. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { bind } from '../../schemes/rlwe/threshold/binding.ts';
import { expandSecret } from '../../schemes/rlwe/threshold/key-contribution.ts';
import { openKeyRing } from '../../schemes/rlwe/threshold/engine.ts';
import { toDataLevel, toKeyLevel } from '../../schemes/rlwe/threshold/levels.ts';
import { parseLanes } from '../../schemes/bfv/products/ciphertext.ts';
import { readJointKey } from '../../schemes/bfv/products/joint-key.ts';
import { productOutputs } from '../../schemes/bfv/products/layout.ts';
import { relinearisationNoise } from '../../schemes/bfv/products/noise.ts';
import { firstLane, lanesOf } from '../../schemes/bfv/products/parameters.ts';
import { gadget } from '../../schemes/bfv/products/relinearisation.ts';
import { readShare } from '../../schemes/bfv/products/share-message.ts';
import { wordsOf, type Words } from '../../schemes/rlwe/words.ts';
import { largestCoefficient } from '../fixtures/largest-coefficient.ts';
import { openProductCommittee } from '../fixtures/products-committee.ts';
import { PARTY } from '../fixtures/schemes-committee.ts';

const log2 = (x: bigint): number => x.toString(2).length;

test.each([
  [3, 12, 1n << 30n],
  [4, 1, 1n << 57n],
])('K = %i, %i products in a sum, magnitude %i', async (K, terms, magnitude) => {
  const N = 16384;
  using committee = await openProductCommittee(`noise ${K}`, { holders: K, records: terms * N, magnitude });
  const { context, jointKey, seeds } = committee;
  const { parameters } = context;
  const primes = parameters.dataPrimes.map(BigInt);
  const t = BigInt(parameters.plainModuli[0] ?? '');
  const random = (): bigint[] =>
    Array.from(new BigInt64Array(new Uint8Array(randomBytes(8 * N)).buffer), (x) => x % (t / 2n));
  const [left, right] = [random(), random()].map((values) => ({
    ciphertext: committee.encryptor.encrypt(values),
    party: PARTY,
  }));
  if (!left || !right) throw new Error('unreachable');
  using sum = committee.evaluator.productSum();
  for (let i = 0; i < terms; i += 1) sum.add(left, right);
  expect(() => {
    sum.add(left, right);
  }).toThrow(expect.objectContaining({ code: 'QUOTA_EXCEEDED' }));
  const output = sum.bytes();

  using ring = openKeyRing(firstLane(parameters));
  const binding = bind(context);
  const shares = seeds.map((seed) => expandSecret(ring, binding, seed).share);
  const s = shares.reduce((a, b) => ring.add(a, b));
  const lanes = parseLanes('the output', parameters, output);
  const [{ c0, c1 } = { c0: new BigUint64Array(), c1: new BigUint64Array() }] = lanes;
  const times = (a: Words, secret: Words): Words => ring.fromNtt(ring.multiply(ring.toNtt(a), secret));
  const phase = toDataLevel(
    ring.add(toKeyLevel(c0, parameters), times(toKeyLevel(c1, parameters), s)),
    parameters,
  );
  const scaled = phase.map((word, i) => (word * t) % (primes[Math.floor(i / N)] ?? 1n));
  const noise = largestCoefficient(scaled, N, primes) / t + 1n;
  const bound = BigInt(parameters.noiseBound);
  expect(noise).toBeLessThanOrEqual(bound);
  expect(log2(bound) - log2(noise), 'worst case against random: bits').toBeLessThan(18);

  const square = ring.multiply(s, s);
  readJointKey(binding, parameters, jointKey).digits.forEach(([first, second], j) => {
    const meant = ring.multiply(square, gadget(ring, j));
    const key = ring.subtract(ring.multiplyAdd(second, s, first), meant);
    const error = largestCoefficient(ring.fromNtt(key), N, ring.primes);
    const most = relinearisationNoise(BigInt(N), BigInt(K));
    expect(error).toBeLessThanOrEqual(most);
    expect(log2(most) - log2(error)).toBeLessThan(12);
  });

  const [{ coefficients } = { coefficients: [] }] = productOutputs(parameters.products);
  const [share = new Uint8Array()] = committee.holders[0]?.partialDecryptions([output]) ?? [];
  const words = readShare(binding, parameters, lanes, coefficients, share);
  expect(words).toHaveLength(lanesOf(parameters).length);
  const product = times(toKeyLevel(c1, parameters), shares[0] ?? new BigUint64Array());
  const smudging = BigUint64Array.from(primes, (prime, j) => {
    const d = words[0]?.[j] ?? 0n;
    return (d + prime - (product[j * N + (coefficients[0] ?? 0)] ?? 0n)) % prime;
  });
  const hidden = largestCoefficient(wordsOf(new Uint8Array(smudging.buffer), 0, primes.length), 1, primes);
  const B = BigInt(parameters.smudgingBound);
  expect(hidden).toBeLessThanOrEqual(B);
  expect(hidden, 'one draw is above 2^-40 of its interval').toBeGreaterThan(B >> 40n);
});
